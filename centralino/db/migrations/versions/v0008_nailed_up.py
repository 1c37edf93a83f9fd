"""Whether an agent's phone is called once and stays up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody's does until it is said."""
    column: sa.Column[bool] = sa.Column(
        "nailed_up", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("users", column)
