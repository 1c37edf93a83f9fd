"""A house on SQLite for each test; browsers and programs that ask it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestClient, TestServer

from centralino.db.engine import Database
from centralino.db.migrate import upgrade
from centralino.web.app import make_app
from tests.integration.centralino.web.day import Day, living
from tests.integration.centralino.web.house import PASSWORD, House, make_house
from tests.integration.centralino.web.visitor import Visitor

Visit = Callable[..., Awaitable[Visitor]]


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an `empty.db`, and a `staffed.db` with everybody hired: copied, not remade."""
    folder = tmp_path_factory.mktemp("web")

    async def make() -> None:
        async with Database(f"sqlite:///{folder}/empty.db") as database:
            await upgrade(database)
        shutil.copy(folder / "empty.db", folder / "staffed.db")
        async with Database(f"sqlite:///{folder}/staffed.db") as database:
            await make_house(database, folder).hire()

    # In a thread of its own, because the test that needs it first has its event loop running.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, make()).result()
    return folder


@pytest.fixture
async def empty_database(files: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of the newest version, with nothing in it."""
    shutil.copy(files / "empty.db", tmp_path / "house.db")
    async with Database(f"sqlite:///{tmp_path}/house.db") as database:
        yield database


@pytest.fixture
async def database(files: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """The same with the people of both clients."""
    shutil.copy(files / "staffed.db", tmp_path / "house.db")
    async with Database(f"sqlite:///{tmp_path}/house.db") as database:
        yield database


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> House:
    """The house with its people."""
    made = make_house(database, tmp_path / "sound")
    await made.meet()
    return made


@pytest.fixture
async def day(house: House, database: Database) -> AsyncIterator[Day]:
    """The distributor itself with its store, instead of its bare core."""
    async with living(house, database) as made:
        yield made


@pytest.fixture
async def server(house: House) -> AsyncIterator[TestServer]:
    """Its pages."""
    running = TestServer(make_app(house.parts))
    async with running:
        yield running


@pytest.fixture
async def visit(server: TestServer) -> AsyncIterator[Visit]:
    """`await visit("anna")`: somebody's browser, signed in; `await visit()`: nobody's."""
    clients: list[TestClient[Any, Any]] = []

    async def come(name: str | None = None) -> Visitor:
        client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
        await client.start_server()
        clients.append(client)
        visitor = Visitor(client)
        if name is not None:
            await visitor.sign_in(name, PASSWORD)
        return visitor

    yield come
    for client in clients:
        session: ClientSession = client.session
        await session.close()
