"""An agent's tier in each queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Everybody is in the first tier, which is what no entry means."""
    column = sa.Column("tiers", sa.JSON(), nullable=False, server_default="{}")
    op.add_column("users", column)
