"""A whole house for a test: the demonstration's, on free ports, with its agents' pages open."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from rich.console import Console

from centralino.caller.voices import Voices
from centralino.db.calls import CallHistory, CallRow
from centralino.db.engine import Database
from centralino.demo.desk import Desk, signed_in
from centralino.demo.setting import prepare
from centralino.demo.stage import Stage
from centralino.demo.watch import Watch
from centralino.processes.serve import Serving

CACHE = Path(__file__).parents[2] / "var" / "test-cache"
"""What is costly to make (training, prompts, callers' sentences) is made once for all runs."""


@contextlib.asynccontextmanager
async def open_stage(directory: Path, edit: Callable[[str], str] = str) -> AsyncIterator[Stage]:
    """Start a house; `edit` may change its configuration file."""
    (directory / "state").mkdir(parents=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    (directory / "state" / "cache").symlink_to(CACHE)
    setting = prepare(directory, edit)
    console = Console(force_terminal=False)
    watch = Watch(console)
    async with contextlib.AsyncExitStack() as stack:
        house = await stack.enter_async_context(
            Serving(setting.config, setting.file, live=True, heard=watch.heard)
        )
        stage = Stage(
            console, setting, house, watch,
            voices=Voices(CACHE / "voices", "hibari"),
            agent_voices=Voices(CACHE / "voices", "piper"),
        )  # fmt: skip
        for number, agent in setting.agents.items():
            stage.desks[number] = await stack.enter_async_context(
                signed_in(house.url, agent.number, agent.password)
            )
        yield stage


def at_desk(stage: Stage, number: str) -> contextlib.AbstractAsyncContextManager[Desk]:
    """An agent signs in (again)."""
    agent = stage.setting.agents[number]
    return signed_in(stage.house.url, agent.number, agent.password)


async def recorded(stage: Stage, call: str) -> CallRow:
    """What the history says of a call."""
    config = stage.setting.config
    async with Database(config.database_url) as database:
        row = await CallHistory(database, config.centre).get(call, None)
    assert row is not None
    return row


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A running house."""
    async with open_stage(tmp_path) as opened:
        yield opened
