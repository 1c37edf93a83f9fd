"""`centralino db`."""

from __future__ import annotations

from rich.console import Console

from centralino.config.model import Config
from centralino.db.engine import Database
from centralino.db.migrate import upgrade


async def upgrade_database(config: Config) -> None:
    """Bring the database to this version. Raises StoreError."""
    async with Database(config.database_url) as database:
        await upgrade(database)
    Console().print("the database is of this version")
