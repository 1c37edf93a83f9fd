"""Each test of the store runs on SQLite and on PostgreSQL, with a database of its own."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from centralino.db.engine import Database
from centralino.db.migrate import upgrade
from centralino.db.tables import metadata
from tests.integration.centralino.db.postgres import running_server

_numbers = itertools.count(1)

NewStore = Callable[[str], Awaitable[str]]
"""`sqlite` or `postgresql` → the address of a new database with our schema."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A running server's address, with `{}` for the database's name."""
    with running_server() as address:
        yield address


async def create_postgres(address: str) -> str:
    """A new database; its address."""
    name = f"test_{next(_numbers)}"
    engine = create_async_engine(
        address.format("postgres").replace("postgresql:", "postgresql+asyncpg:"),
        isolation_level="AUTOCOMMIT",
    )
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    return address.format(name)


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return await create_postgres(request.getfixturevalue("postgres"))


@pytest.fixture(scope="session")
def upgraded() -> dict[str, str]:
    """What was upgraded already, by kind: SQLite's file is copied, PostgreSQL's tables emptied."""
    return {}


async def _sqlite(upgraded: dict[str, str], folder: Path, kept: Path) -> str:
    if "sqlite" not in upgraded:
        async with Database(f"sqlite:///{kept}/template.db") as database:
            await upgrade(database)
            await database.forget_deleted()
        upgraded["sqlite"] = f"{kept}/template.db"
    shutil.copy(upgraded["sqlite"], folder / "store.db")
    return f"sqlite:///{folder}/store.db"


async def _postgresql(upgraded: dict[str, str], address: str) -> str:
    # One database for every test, emptied: to copy one takes half a second.
    if "postgresql" not in upgraded:
        upgraded["postgresql"] = await create_postgres(address)
        async with Database(upgraded["postgresql"]) as database:
            await upgrade(database)
    async with Database(upgraded["postgresql"]) as database, database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            await connection.execute(table.delete())
    return upgraded["postgresql"]


@pytest.fixture
def new_store(
    request: pytest.FixtureRequest,
    upgraded: dict[str, str],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> NewStore:
    """Makes a database of the kind asked for, with our schema and no rows."""

    async def make(kind: str) -> str:
        if kind == "sqlite":
            return await _sqlite(upgraded, tmp_path, tmp_path_factory.mktemp("template"))
        return await _postgresql(upgraded, request.getfixturevalue("postgres"))

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, new_store: NewStore) -> str:
    """The address of a database with our schema and no rows."""
    return await new_store(request.param)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """A database with our schema and no rows, closed afterwards."""
    async with Database(url) as opened:
        yield opened
