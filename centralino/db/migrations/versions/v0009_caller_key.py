"""By what a caller who calls again is known: a keyed digest, never the number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Calls from before have none."""
    column: sa.Column[str] = sa.Column("caller_key", sa.Text())
    op.add_column("calls", column)
    op.create_index(
        "ix_calls_centre_caller_key_started", "calls", ["centre", "caller_key", "started"]
    )
