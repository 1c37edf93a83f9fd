"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite numbers rows by itself only where the key's type is exactly INTEGER.
serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table."""
    _ledger()
    _history()
    _content()
    _people()


def _ledger() -> None:
    """What cores remember."""
    op.create_table(
        "state",
        sa.Column("id", serial, nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("tbl", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_state"),
        sa.UniqueConstraint("centre", "room", "tbl", "key", name="uq_state_centre_room_tbl_key"),
    )
    op.create_table(
        "journal",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("call", sa.Text()),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("centre", "seq", name="pk_journal"),
    )
    op.create_index("ix_journal_centre_call", "journal", ["centre", "call"])
    op.create_table(
        "journal_heads",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("centre", name="pk_journal_heads"),
    )
    op.create_table(
        "outbox",
        sa.Column("position", serial, nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_outbox"),
        sa.UniqueConstraint("centre", "id", name="uq_outbox_centre_id"),
    )
    op.create_index("ix_outbox_centre_room_position", "outbox", ["centre", "room", "position"])


def _history() -> None:
    """The call history and facts about the installation."""
    op.create_table(
        "calls",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("started", sa.Double(), nullable=False),
        sa.Column("answered", sa.Double()),
        sa.Column("ended", sa.Double()),
        sa.Column("outcome", sa.Text()),
        sa.Column("cause", sa.Text()),
        sa.Column("queue", sa.Text()),
        sa.Column("agent", sa.Text()),
        sa.Column("intent", sa.Text()),
        sa.Column("waited", sa.Double()),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("sip_call_id", sa.Text(), nullable=False),
        sa.Column("turns", sa.Integer()),
        sa.Column("latency_p50_ms", sa.Double()),
        sa.Column("latency_p95_ms", sa.Double()),
        sa.PrimaryKeyConstraint("centre", "id", name="pk_calls"),
    )
    op.create_index("ix_calls_centre_ended_media", "calls", ["centre", "ended", "media"])
    op.create_index("ix_calls_centre_started_id", "calls", ["centre", "started", "id"])
    op.create_table(
        "meta",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("centre", "key", name="pk_meta"),
    )


def _content() -> None:
    """Personal content and its keys."""
    op.create_table(
        "contents",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("centre", "subject", "kind", name="pk_contents"),
    )
    op.create_index("ix_contents_centre_expires", "contents", ["centre", "expires"])
    op.create_table(
        "content_keys",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary()),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.Column("erased", sa.Double()),
        sa.PrimaryKeyConstraint("centre", "subject", "purpose", name="pk_content_keys"),
    )
    op.create_index("ix_content_keys_centre_expires", "content_keys", ["centre", "expires"])


def _people() -> None:
    """Users, what they may, and their sessions."""
    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("number", sa.Text()),
        sa.Column("pin_hash", sa.Text()),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("queues", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("sip_realm", sa.Text()),
        sa.Column("ha1_md5", sa.Text()),
        sa.Column("ha1_sha256", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("centre", "name", name="uq_users_centre_name"),
        sa.UniqueConstraint("centre", "number", name="uq_users_centre_number"),
    )
    op.create_table(
        "roles",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_roles_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user", "client", "role", name="pk_roles"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("seen", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user"], ["users.id"], name="fk_sessions_user", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_user", "sessions", ["user"])
    op.create_table(
        "login_attempts",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("centre", "subject", name="pk_login_attempts"),
    )
