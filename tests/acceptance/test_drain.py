"""SIGTERM: no new calls, running ones finish, then the house is gone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from centralino.caller.script import HangUp, Step, Told
from centralino.demo.stage import Stage
from tests.acceptance.conftest import open_house
from tests.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.timeout(120)]


def patient(text: str) -> str:
    """Time enough for the running call to end by itself."""
    return text.replace("drain_seconds = 5.0", "drain_seconds = 60.0")


async def refused(stage: Stage) -> int:
    """A second caller: the Q.850 cause that it gets."""
    async with stage.caller("too-late", [HangUp()]) as it:
        ended = await it.until("ended")
        assert not ended["answered"]
        return int(ended["cause"])


async def test_running_calls_finish_and_new_ones_are_refused(tmp_path: Path) -> None:
    script: list[Step] = [Told("bye"), HangUp()]
    async with open_house(tmp_path / "house", patient) as stage:
        async with stage.caller("in-time", script) as it:
            call = await stage.call_of("in-time")
            await it.until("answered")
            house = stage.house
            house.supervisor.drain()
            leaving = asyncio.create_task(house.supervisor.stop())
            assert await refused(stage) in (41, 42)
            assert it.seen("ended") is None
            it.word("bye")
            await it.until("ended")
            await leaving
            await until(lambda: call.last("ended"))
        assert all(post.pid is None for post in house.supervisor.posts)


def impatient(text: str) -> str:
    return text.replace("drain_seconds = 5.0", "drain_seconds = 1.0")


async def test_calls_that_do_not_end_are_ended_at_the_limit(tmp_path: Path) -> None:
    async with open_house(tmp_path / "house", impatient) as stage:
        async with stage.caller("stayer", [Told("bye"), HangUp()]) as it:
            await it.until("answered")
            await stage.house.supervisor.stop()
            ended = await it.until("ended")
            assert ended["by_peer"]
