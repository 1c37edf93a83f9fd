"""What the death of each process costs: SIGKILL, on a running house, with real calls.

All at once, with the supervisor: test_supervisor_dies.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import AsyncIterator

import pytest

from centralino.caller.script import HangUp, Pause, Press, Step, Told
from centralino.commands.call import Running
from centralino.demo.acting import bridged, ended, not_ready, queued, ready
from centralino.demo.desk import Desk
from centralino.demo.stage import Phone, Stage
from centralino.demo.watch import SeenCall
from tests.acceptance.conftest import at_desk, in_history
from tests.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.timeout(400)]


async def die(stage: Stage, *names: str) -> None:
    """SIGKILL processes of the house, and wait until the supervisor has them up again."""
    posts = [stage.house.post(name) for name in names]
    starts = [post.starts for post in posts]
    for post in posts:
        assert post.pid is not None
        os.kill(post.pid, signal.SIGKILL)
    for post, before in zip(posts, starts, strict=True):
        await until(lambda post=post, before=before: post.starts > before, 90)  # type: ignore[misc]


IMPATIENT: list[Step] = [Pause(1.0), Press("0"), Told("bye"), HangUp()]
"""Asks for a person by key at once, and waits."""


@contextlib.asynccontextmanager
async def waiting(stage: Stage, name: str, nth: int = 1) -> AsyncIterator[tuple[Running, SeenCall]]:
    """A caller in the queue."""
    async with stage.caller(name, IMPATIENT) as it:
        call = await stage.call_of(name, nth)
        await queued(stage, call)
        # The ACD knows: it told the place.
        await stage.watch.until(
            "the place was told", lambda: any("in line" in text for text in call.bot_said())
        )
        yield it, call


async def leave(stage: Stage, call: SeenCall, desk: Desk, phone: Phone) -> None:
    """The agent hangs up and has done."""
    phone.running.word("hang_up")
    await ended(stage, call)
    await desk.until("wrap-up", lambda: desk.state == "wrap_up")
    await desk.do("done")
    await desk.until("wrap-up is over", lambda: desk.state != "wrap_up")


async def speech_dies(stage: Stage) -> None:
    """In a turn: it is asked of the caller again, and nobody is cut off."""
    script = await stage.steps("What are your opening hours on Saturday?", Told("bye"))
    async with stage.caller("asker", script) as it:
        call = await stage.call_of("asker")
        await it.until("saying")
        await die(stage, "speech-1", "speech-2")
        await stage.watch.until(
            "the turn was answered or asked again",
            lambda: call.reports("TurnAnswered") or call.reports("TurnLost"), 60,
        )  # fmt: skip
        assert it.seen("ended") is None


async def control_dies(stage: Stage) -> None:
    """With two callers waiting: they go on waiting and are delivered in order."""
    async with (
        waiting(stage, "first") as (one, first),
        waiting(stage, "second") as (two, second),
    ):
        await die(stage, "control")
        assert one.seen("ended") is None and two.seen("ended") is None
        async with at_desk(stage, "201") as desk, stage.phone("201", calls=2) as phone:
            await ready(desk)
            await bridged(stage, first)
            assert second.last("bridged") is None
            await leave(stage, first, desk, phone)
            await bridged(stage, second)
            await leave(stage, second, desk, phone)
            await not_ready(desk)


async def media_dies(stage: Stage) -> None:
    """The caller is told at once, and the loss is recorded; who redials is before one who came in
    the meantime."""
    async with waiting(stage, "lost") as (it, _):
        await die(stage, "media-1")
        await it.until("ended")
        async with (
            waiting(stage, "later") as (_, later),
            waiting(stage, "lost", nth=2) as (_, back),
        ):
            row = await in_history(stage, stage.watch.of("lost")[0])
            assert (row.outcome, row.cause) == ("failed", "lost")
            async with at_desk(stage, "201") as desk, stage.phone("201") as phone:
                await ready(desk)
                await bridged(stage, back)
                assert later.last("bridged") is None
                await leave(stage, back, desk, phone)
                await not_ready(desk)


async def test_what_each_death_costs(stage: Stage) -> None:
    await speech_dies(stage)
    await control_dies(stage)
    await media_dies(stage)
