"""Two hundred calls of sipp while a spoken call goes on: nobody is refused, nobody is disturbed."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from bench.soak import soak  # type: ignore[import-untyped]
from centralino.caller.script import HangUp, Quiet
from centralino.demo import measure
from centralino.demo.scenes import GOODBYE, OPENING, SUNDAY
from centralino.demo.stage import Stage, recording_of
from tests.acceptance.conftest import open_house
from tests.peers import need_program

pytestmark = [pytest.mark.engine, pytest.mark.peer, pytest.mark.alone, pytest.mark.timeout(300)]


def roomy(text: str) -> str:
    """Room for sipp's calls beside the spoken one, by count: they say nothing and cost little."""
    return text.replace("[sip]\n", "[sip]\nmax_calls = 120\nmeasured = false\n", 1)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_house(tmp_path, roomy) as opened:
        yield opened


async def sipp(stage: Stage, *more: str) -> tuple[int, int]:
    """`sipp -sn uac -r 10 -m 200`: calls that succeeded and that failed."""
    layout = stage.house.layout
    program = need_program("sipp", "sip-tester")
    process = await asyncio.create_subprocess_exec(
        program, "-sn", "uac", "-r", "10", "-m", "200", "-s", "1000", *more,
        "-i", "127.0.0.1", "-timeout", "90", "-nostdin", layout.edge,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        cwd=stage.setting.directory, env={"TERM": "xterm", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    output, _ = await process.communicate()
    screen = output.decode(errors="replace")
    good = re.findall(r"Successful call +\| +\d+ +\| +(\d+)", screen)
    bad = re.findall(r"Failed call +\| +\d+ +\| +(\d+)", screen)
    assert good and bad, screen[-2000:]
    return int(good[-1]), int(bad[-1])


async def spoken(stage: Stage, name: str) -> dict[str, object]:
    """A conversation of three turns, every word of which is heard: its latencies and its longest
    gap in ms."""
    said = (OPENING, SUNDAY, GOODBYE)
    script = await stage.steps(*said, Quiet(), HangUp())
    async with stage.caller(name, script) as it:
        call = await stage.call_of(name)
        await it.until("ended", 90)
        await stage.watch.until("the call ended", lambda: call.last("ended"))
        ended = await it.until("ended")
    assert words(str(fact["text"]) for fact in call.reports("TurnHeard")) == words(said)
    assert call.last("ended") == "answered"
    latencies = measure.latencies_ms(recording_of(it), it.events, len(said))
    return {"latencies_ms": latencies, "longest_gap_ms": ended["longest_gap_ms"]}


def words(sentences: Iterable[str]) -> list[list[str]]:
    """The words of each; how they are written is the recogniser's affair."""
    return [re.findall(r"[a-z']+", sentence.lower()) for sentence in sentences]


async def test_two_hundred_calls_beside_a_spoken_one(stage: Stage) -> None:
    """Once as sipp's caller is, who hangs up at once, and once with calls of three seconds, as
    `make soak` places them."""
    figures: dict[str, object] = {}
    async with asyncio.TaskGroup() as group:
        load = group.create_task(sipp(stage))
        figures["beside"] = await spoken(stage, "beside")
    assert load.result() == (200, 0)
    async with asyncio.TaskGroup() as group:
        longer = group.create_task(soak(stage, calls=200, rate=10, every=1.0))
        figures["beside-longer"] = await spoken(stage, "beside-longer")
    soaked = longer.result()
    assert (soaked["served"], soaked["restarts"]) == (200, 0)
    print(json.dumps(figures))  # what it means is the benches' affair
