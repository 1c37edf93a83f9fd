"""People who may be called, and numbers that must not be."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "contacts",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("updated", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("centre", "id", name="pk_contacts"),
        sa.UniqueConstraint(
            "centre", "client", "identity", name="uq_contacts_centre_client_identity"
        ),
    )
    op.create_table(
        "contact_numbers",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("centre", "contact", "ordinal", name="pk_contact_numbers"),
    )
    op.create_index("ix_contact_numbers_centre_digest", "contact_numbers", ["centre", "digest"])
    op.create_table(
        "do_not_call",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("centre", "client", "digest", name="pk_do_not_call"),
    )
