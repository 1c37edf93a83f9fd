"""Brings a database to this program's schema, or says why not."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from centralino.db import outbound_tables  # noqa: F401 - its tables belong to the schema
from centralino.db.engine import BUSY_TIMEOUT, Database
from centralino.db.errors import StoreTooNew, StoreUnreachable

UPGRADE_LOCK = 0x63656E7472616C69  # "centrali": any number that nobody else takes
AGAIN = 0.02  # s between two tries to set a new file's journal mode


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
        await asyncio.to_thread(make_file, Path(database.url.database or ""), database.name)
    try:
        async with database.write() as connection:
            await connection.run_sync(_upgrade, database.name)
    except DBAPIError as error:
        raise StoreUnreachable(database.name, str(error.orig)) from error
    except OSError as error:
        raise StoreUnreachable(database.name, str(error)) from error


def make_file(file: Path, name: str) -> None:
    """A file in WAL mode that only its owner may read: it will hold keys."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        _write_ahead(file)
    except (OSError, sqlite3.Error) as error:
        raise StoreUnreachable(name, str(error)) from error


def _write_ahead(file: Path) -> None:
    """The mode stays in the file. Two that set it at the same time would wait for one another, so
    SQLite refuses one of them at once, whatever its busy timeout; here that one tries again, as it
    does while another one brings back what a crash left in the log (SQLITE_BUSY_RECOVERY)."""
    until = time.monotonic() + BUSY_TIMEOUT / 1000
    with closing(sqlite3.connect(file, timeout=0)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # of whatever kind
                if not busy or time.monotonic() > until:
                    raise
            time.sleep(AGAIN)
