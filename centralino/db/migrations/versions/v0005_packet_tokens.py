"""Tokens under which another house fetches a packet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a token."""
    op.create_table(
        "packet_tokens",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("centre", "digest", name="pk_packet_tokens"),
    )
    op.create_index("ix_packet_tokens_centre_call", "packet_tokens", ["centre", "call"])
