"""Brings a database to this program's schema, or says why not."""

from __future__ import annotations

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from centralino.db import outbound_tables  # noqa: F401 - its tables belong to the schema
from centralino.db.engine import Database
from centralino.db.errors import StoreTooNew, StoreUnreachable

UPGRADE_LOCK = 0x63656E7472616C69  # "centrali": any number that nobody else takes


def config() -> Config:
    """Alembic's configuration; there is no ini file."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.set_main_option("path_separator", "os")
    return settings


def newest() -> str:
    """The schema this program knows."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    assert head is not None
    return head


def _upgrade(connection: Connection, name: str) -> None:
    if connection.dialect.name == "postgresql":
        # Two processes started at once: the second finds everything done.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
    settings = config()
    known = {step.revision for step in ScriptDirectory.from_config(settings).walk_revisions()}
    for found in MigrationContext.configure(connection).get_current_heads():
        if found not in known:
            raise StoreTooNew(name, found, newest())
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


async def upgrade(database: Database) -> None:
    """Bring the database to this program's schema, all or nothing.

    Raises StoreTooNew for one that a newer program made and StoreUnreachable for one that cannot be
    opened or written.
    """
    if database.is_sqlite:
        _make_file(Path(database.url.database or ""), database.name)
    try:
        async with database.write() as connection:
            await connection.run_sync(_upgrade, database.name)
    except DBAPIError as error:
        raise StoreUnreachable(database.name, str(error.orig)) from error
    except OSError as error:
        raise StoreUnreachable(database.name, str(error)) from error


def _make_file(file: Path, name: str) -> None:
    """An empty file that only its owner may read: it will hold keys."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreUnreachable(name, str(error)) from error
