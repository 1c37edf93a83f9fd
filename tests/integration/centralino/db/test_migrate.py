"""Migrations: from nothing, again, at once, and refused for a newer schema."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from centralino.db.engine import Database
from centralino.db.errors import StoreTooNew, StoreUnreachable
from centralino.db.meta import instance
from centralino.db.migrate import make_file, newest, upgrade
from centralino.db.tables import metadata

RECOVERS = """
import fcntl, os, sys
shm = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
os.ftruncate(shm, 32768)
fcntl.lockf(shm, fcntl.LOCK_SH, 1, 128)  # it has the log open
fcntl.lockf(shm, fcntl.LOCK_EX, 8, 120)  # nobody else may write, recover or read
print("holds", flush=True)
sys.stdin.read()
"""
"""The locks of SQLite while it recovers (https://sqlite.org/walformat.html)."""


def _difference(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def _names(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_the_migrations_make_exactly_the_tables(empty_url: str) -> None:
    async with Database(empty_url) as database:
        await upgrade(database)
        async with database.read() as connection:
            assert await connection.run_sync(_difference) == []
            assert await connection.run_sync(_names) == {*metadata.tables, "alembic_version"}


async def test_a_second_upgrade_changes_nothing(empty_url: str) -> None:
    async with Database(empty_url) as database:
        await upgrade(database)
        name = await instance(database, "north", 1.0)
        await upgrade(database)
        assert await instance(database, "north", 1.0) == name
        assert await instance(database, "south", 1.0) != name


async def test_several_processes_may_upgrade_at_once(empty_url: str) -> None:
    async with AsyncExitStack() as opened:
        several = [await opened.enter_async_context(Database(empty_url)) for _ in range(2)]
        await asyncio.gather(*map(upgrade, several))
        async with several[0].read() as connection:
            rows = (await connection.execute(text("SELECT * FROM alembic_version"))).all()
            assert [tuple(row) for row in rows] == [(newest(),)]


def test_a_file_that_another_one_is_making_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "store.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr("time.sleep", lambda seconds: other.execute("COMMIT"))
        make_file(file, file.name)
        assert not other.in_transaction
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_that_another_process_recovers_is_waited_for(tmp_path: Path) -> None:
    """After a crash whoever comes first brings back what is in the log, and locks out the rest."""
    made, file = tmp_path / "made.db", tmp_path / "store.db"
    with closing(sqlite3.connect(made, isolation_level=None)) as crashed:
        crashed.execute("PRAGMA journal_mode=WAL")
        crashed.execute("CREATE TABLE kept (x)")
        for end in ("", "-wal"):
            shutil.copy(f"{made}{end}", f"{file}{end}")
    with subprocess.Popen(
        [sys.executable, "-c", RECOVERS, f"{file}-shm"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as other, pytest.MonkeyPatch.context() as patched:  # fmt: skip
        assert other.stdout is not None and other.stdout.readline()
        patched.setattr("time.sleep", lambda seconds: other.communicate())
        make_file(file, file.name)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("kept",)]


async def test_a_newer_schema_is_refused_in_one_line(empty_url: str) -> None:
    async with Database(empty_url) as database:
        await upgrade(database)
        async with database.write() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StoreTooNew) as caught:
            await upgrade(database)
    assert "9999" in str(caught.value) and "install that version" in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_a_broken_step_leaves_nothing_behind(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from centralino.db import migrate

    def fail(connection: Connection, name: str) -> None:
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        connection.execute(text("SELECT * FROM nowhere"))

    async with Database(empty_url) as database:
        monkeypatch.setattr(migrate, "_upgrade", fail)
        with pytest.raises(StoreUnreachable):
            await upgrade(database)
        async with database.read() as connection:
            assert await connection.run_sync(_names) == set()


@pytest.mark.parametrize("address", ["postgresql://nobody@127.0.0.1:1/none"])
async def test_a_server_that_is_not_there_is_said_in_one_line(address: str) -> None:
    async with Database(address) as database:
        with pytest.raises(StoreUnreachable) as caught:
            await upgrade(database)
    assert "\n" not in str(caught.value)


async def test_a_file_that_is_no_database_is_said_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    file.write_text("this is a letter, not a database " * 100)
    async with Database(f"sqlite:///{file}") as database:
        with pytest.raises(StoreUnreachable, match="cannot open or upgrade the database"):
            await upgrade(database)
    async with Database(f"sqlite:///{file}/below/store.db") as database:
        with pytest.raises(StoreUnreachable, match="Not a directory"):
            await upgrade(database)


def test_the_migrations_lie_inside_the_package() -> None:
    # Hatch takes whole packages into the wheel, so what lies here is shipped.
    import centralino.db.migrations.versions as versions

    folder = Path(versions.__file__).parent
    assert (folder / "v0001_first.py").exists()
    assert (folder.parent / "env.py").exists() and (folder.parent / "script.py.mako").exists()
