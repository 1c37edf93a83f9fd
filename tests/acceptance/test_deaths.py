"""What the death of each process costs: SIGKILL, on a running house, with real calls."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from centralino.caller.script import Step, Told
from centralino.commands.call import Running
from centralino.demo.acting import bridged, queued, ready, talk_and_leave
from centralino.demo.scenes import PERSON
from centralino.demo.stage import CALLER_THANKS, Stage
from centralino.demo.watch import SeenCall
from tests.acceptance.conftest import at_desk, open_stage, recorded
from tests.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.timeout(240)]


def kill(stage: Stage, name: str) -> None:
    """SIGKILL a process of the house."""
    pid = stage.house.post(name).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


async def came_back(stage: Stage, name: str, starts: int = 2) -> None:
    """Wait until the supervisor has it up again."""
    post = stage.house.post(name)
    await until(lambda: post.starts == starts and post.ready.is_set(), 90)


async def waiter(stage: Stage) -> list[Step]:
    """Asks for a person, waits, thanks, leaves."""
    return await stage.steps(PERSON, Told("talk"), await stage.say(CALLER_THANKS), Told("bye"))


@contextlib.asynccontextmanager
async def waiting(stage: Stage, name: str, nth: int = 1) -> AsyncIterator[tuple[Running, SeenCall]]:
    """A caller in the queue."""
    async with stage.caller(name, await waiter(stage)) as it:
        call = await stage.call_of(name, nth)
        await queued(stage, call)
        # The ACD knows: it told the place.
        await stage.watch.until(
            "the place was told", lambda: any("in line" in text for text in call.bot_said())
        )
        yield it, call


async def test_control_dies_with_two_callers_waiting(stage: Stage) -> None:
    """They go on waiting and are delivered in order after the restart."""
    async with (
        waiting(stage, "first") as (one, first),
        waiting(stage, "second") as (two, second),
    ):
        kill(stage, "control")
        await came_back(stage, "control")
        assert one.seen("ended") is None and two.seen("ended") is None
        async with at_desk(stage, "201") as desk, stage.phone("201", calls=2) as phone:
            await ready(desk)
            await bridged(stage, first)
            assert second.last("bridged") is None
            await talk_and_leave(stage, first, desk, one, phone)
            await bridged(stage, second)
            await talk_and_leave(stage, second, desk, two, phone)


async def test_media_dies_and_a_caller_who_redials_has_the_old_place(stage: Stage) -> None:
    """The loss is recorded; the redialling caller is before one who came in the meantime."""
    async with waiting(stage, "lost"):
        kill(stage, "media-1")
        await came_back(stage, "media-1")
        async with waiting(stage, "later") as (_, later):
            async with waiting(stage, "lost", nth=2) as (it, back):
                row = await recorded(stage, stage.watch.of("lost")[0].id)
                assert (row.outcome, row.cause) == ("failed", "lost")
                async with stage.phone("201", calls=1) as phone:
                    await ready(stage.desks["201"])
                    await bridged(stage, back)
                    assert later.last("bridged") is None
                    await talk_and_leave(stage, back, stage.desks["201"], it, phone)


async def test_a_speech_worker_dies_in_a_turn_and_the_call_goes_on(stage: Stage) -> None:
    """The turn is asked of another worker or of the caller again; nobody is cut off."""
    script = await stage.steps("What are your opening hours on Saturday?", Told("bye"))
    async with stage.caller("asker", script) as it:
        call = await stage.call_of("asker")
        await it.until("saying")
        kill(stage, "speech-1")
        kill(stage, "speech-2")
        await stage.watch.until(
            "the turn was answered or asked again",
            lambda: call.reports("TurnAnswered") or call.reports("TurnLost"), 60,
        )  # fmt: skip
        await came_back(stage, "speech-1")
        assert it.seen("ended") is None


async def test_everything_dies_and_the_same_house_comes_back(tmp_path: Path) -> None:
    """Same agents, same history, and a record of the lost call."""
    async with open_stage(tmp_path / "house") as stage:
        async with waiting(stage, "lost") as (_, call):
            for post in stage.house.supervisor.posts:
                kill(stage, post.name)
            await came_back(stage, "control")
            await came_back(stage, "media-1")
            async with at_desk(stage, "201") as desk:
                await desk.until("the agent is known", lambda: desk.state == "logged_out")
                row = await recorded(stage, call.id)
                assert (row.outcome, row.cause) == ("failed", "lost")
