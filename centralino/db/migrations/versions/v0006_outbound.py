"""Calling out: campaigns, recipients, attempts, the dialler's lease, and the audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    _campaigns()
    _recipients()
    _paths()
    _attempts()
    _lease()
    _audit()
    _requests()


def _campaigns() -> None:
    op.create_table(
        "outbound_campaigns",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("centre", "id", name="pk_outbound_campaigns"),
    )


def _recipients() -> None:
    op.create_table(
        "outbound_recipients",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("next_at", sa.Double(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("path", sa.Integer(), nullable=False),
        sa.Column("dead_paths", sa.JSON(), nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("help", sa.Boolean(), nullable=False),
        sa.Column("cut_off", sa.Boolean(), nullable=False),
        sa.Column("reached_at", sa.Double(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("centre", "id", name="pk_outbound_recipients"),
        sa.UniqueConstraint(
            "centre", "campaign", "person", name="uq_outbound_recipients_centre_campaign_person"
        ),
    )
    op.create_index(
        "ix_outbound_recipients_centre_campaign_state_next_at_seq",
        "outbound_recipients",
        ["centre", "campaign", "state", "next_at", "seq"],
    )


def _paths() -> None:
    op.create_table(
        "outbound_paths",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("centre", "recipient", "ordinal", name="pk_outbound_paths"),
    )
    op.create_index("ix_outbound_paths_centre_person", "outbound_paths", ["centre", "person"])


def _attempts() -> None:
    op.create_table(
        "outbound_attempts",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("path", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("media_epoch", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("made", sa.Double(), nullable=False),
        sa.Column("lease", sa.Double(), nullable=False),
        sa.Column("message_version", sa.Integer(), nullable=False),
        sa.Column("sip_call_id", sa.Text(), nullable=False),
        sa.Column("played_ms", sa.Integer(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("acknowledged_by", sa.Text(), nullable=False),
        sa.Column("help", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.Column("sip_status", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("centre", "id", name="pk_outbound_attempts"),
        sa.UniqueConstraint(
            "centre", "recipient", "ordinal", name="uq_outbound_attempts_centre_recipient_ordinal"
        ),
    )
    op.create_index(
        "ix_outbound_attempts_centre_campaign_made",
        "outbound_attempts",
        ["centre", "campaign", "made"],
    )
    op.create_index("ix_outbound_attempts_centre_state", "outbound_attempts", ["centre", "state"])


def _lease() -> None:
    op.create_table(
        "outbound_lease",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("centre", name="pk_outbound_lease"),
    )


def _audit() -> None:
    op.create_table(
        "outbound_audit",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("entry", sa.JSON(), nullable=False),
        sa.Column("mac", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("centre", "campaign", "seq", name="pk_outbound_audit"),
    )


def _requests() -> None:
    op.create_table(
        "outbound_requests",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("centre", "key", name="pk_outbound_requests"),
    )
