"""A whole house for a test: the demonstration's, on free ports, with its agents' pages open."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from rich.console import Console

from centralino.db.calls import CallHistory, CallRow
from centralino.db.engine import Database
from centralino.demo.desk import Desk, signed_in
from centralino.demo.setting import prepare
from centralino.demo.stage import Stage, open_stage
from centralino.demo.watch import SeenCall

CACHE = Path(__file__).parents[2] / "var" / "test-cache"
"""What is costly to make (training, prompts, callers' sentences) is made once for all runs."""


def share_cache(directory: Path) -> None:
    """Let a new house use what was made before."""
    (directory / "state").mkdir(parents=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    (directory / "state" / "cache").symlink_to(CACHE)


def smaller(text: str) -> str:
    """The demonstration's configuration with fewer processes and bots."""
    return text.replace('bots = ["survey"]', "bots = []") + "[browsers]\nenabled = false\n"


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One with a short name: the house's sockets lie in it, and theirs must not be long."""
    return tmp_path_factory.mktemp("t")


@contextlib.asynccontextmanager
async def open_house(directory: Path, edit: Callable[[str], str] = str) -> AsyncIterator[Stage]:
    """Start a house, without the bot that calls, and without telephones in browsers; `edit` may
    change its configuration file."""
    share_cache(directory)
    setting = prepare(directory, lambda text: edit(smaller(text)))
    async with open_stage(setting, Console(force_terminal=False), CACHE / "voices") as stage:
        yield stage


def at_desk(stage: Stage, number: str) -> contextlib.AbstractAsyncContextManager[Desk]:
    """An agent signs in (again)."""
    agent = stage.setting.agents[number]
    return signed_in(stage.house.url, agent.number, agent.password)


async def history(stage: Stage) -> list[CallRow]:
    """What the database says of calls, newest first."""
    config = stage.setting.config
    async with Database(config.database_url) as database:
        return await CallHistory(database, config.centre).list(None)


async def in_history(stage: Stage, call: SeenCall) -> CallRow:
    """A call's row, once it has an outcome: control may write it a moment after the end."""
    async with asyncio.timeout(20):
        while True:
            row = next((row for row in await history(stage) if row.id == call.id), None)
            if row is not None and row.outcome is not None:
                return row
            await asyncio.sleep(0.05)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A running house."""
    async with open_house(tmp_path) as opened:
        yield opened
