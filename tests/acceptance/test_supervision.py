"""A supervisor in a call, and a caller handed on, over real SIP and RTP: who hears whom is in the
recordings of telephones that are processes of their own."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from centralino.caller.script import Hold, Pause, Press, Step
from centralino.commands.call import Running
from centralino.demo.acting import bridged, not_ready, ready
from centralino.demo.desk import Desk, signed_in
from centralino.demo.stage import Stage, recording_of
from tests.acceptance.tones import heard, longest_silence, sounds, telephone
from tests.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.timeout(120)]

CALLER, AGENT, LISTENS, WHISPERS, BARGES = 508.0, 640.0, 761.0, 904.0, 1075.0
SECOND, HELD, BACK = 1280.0, 1522.0, 1810.0
ALL = (CALLER, AGENT, LISTENS, WHISPERS, BARGES, SECOND, HELD, BACK)
MUSIC_BREATHES = 0.5
"""Seconds between two notes at most."""
FOR_A_PERSON: list[Step] = [Pause(1.0), Press("0")]


@contextlib.asynccontextmanager
async def boss_of(stage: Stage) -> AsyncIterator[Desk]:
    """The first administrator, who may join calls."""
    token = stage.house.welcome.rpartition("/")[2]
    told = {"name": "boss", "password": "seven green bottles"}
    origin = {"Origin": stage.house.url}
    async with aiohttp.ClientSession(stage.house.url) as http:
        async with http.post(f"/api/welcome/{token}", json=told, headers=origin) as made:
            assert made.status == 200, await made.text()
    async with signed_in(stage.house.url, told["name"], told["password"]) as desk:
        yield desk


async def key(stage: Stage, who: Running, digit: str, mode: str, call: Any) -> None:
    """The supervisor presses a key, and the house has obeyed."""
    who.cue(Press(digit))
    await stage.watch.until(f"{mode} was told", lambda: call.last("supervised") == mode)


async def test_a_supervisor_joins_and_the_agent_hands_the_caller_on(stage: Stage) -> None:
    folder: Path = stage.setting.directory
    anna, carl = stage.desks["201"], stage.desks["202"]
    async with (
        boss_of(stage) as boss,
        telephone(stage, "201") as first,
        telephone(stage, "202", calls=2) as second,
    ):
        await not_ready(carl)
        await ready(anna)
        async with stage.caller("mary", FOR_A_PERSON, line="1001") as caller:
            call = await stage.call_of("mary")
            await bridged(stage, call)
            packet = await anna.until("she talks", lambda: anna.contact.get("packet"))
            await sounds(caller, CALLER, folder)
            await sounds(first, AGENT, folder)
            await boss.supervise("Anna Bell", "202")
            await second.until("answered")
            await stage.watch.until("listening", lambda: call.last("supervised") == "listen")
            for speaker, tone in ((caller, CALLER), (first, AGENT)):
                await sounds(speaker, tone, folder)
            await sounds(second, LISTENS, folder)
            await key(stage, second, "2", "whisper", call)
            await sounds(second, WHISPERS, folder)
            await key(stage, second, "3", "barge", call)
            await sounds(second, BARGES, folder)
            second.word("hang_up")
            await stage.watch.until("alone again", lambda: call.last("supervised") == "left")
            listened = recording_of(second)

            await ready(carl)
            offer = anna.contact["offer"]
            await anna.do("transfer", offer=offer, queue="billing")
            await first.until("ended")
            await anna.until("wrap-up", lambda: anna.state == "wrap_up")
            handed = await carl.until("it rings", lambda: _of(carl, call.id))
            assert handed["packet"]["caller"] == packet["caller"]
            assert handed["packet"]["slots"] == packet["slots"]
            assert packet["transcript"] == handed["packet"]["transcript"] != []
            await carl.until("he talks", lambda: carl.state == "talking")
            await sounds(second, SECOND, folder)
            await sounds(caller, CALLER, folder)

            second.cue(Hold())
            await stage.watch.until("on hold", lambda: call.last("contact") == "hold")
            await carl.until("the page says so", lambda: carl.state == "hold")
            held = await sounds(caller, CALLER, folder)
            await sounds(second, HELD, folder)
            held_until = await sounds(caller, CALLER, folder)
            second.cue(Hold(on=False))
            await stage.watch.until("back", lambda: call.last("contact") == "talking")
            await sounds(second, BACK, folder)
        await carl.until("wrap-up", lambda: carl.state == "wrap_up")
        await until(lambda: recording_of(second) != listened)
    assert heard(listened, *ALL) == {CALLER, AGENT}
    assert heard(recording_of(first), *ALL) == {CALLER, WHISPERS, BARGES}
    assert heard(recording_of(caller), *ALL) == {AGENT, BARGES, SECOND, BACK}
    assert longest_silence(recording_of(caller), held, held_until) < MUSIC_BREATHES
    assert heard(recording_of(second), *ALL) == {CALLER}


def _of(desk: Desk, call: str) -> dict[str, Any] | None:
    contact = desk.contact
    ours = contact.get("call") == call and contact.get("packet")
    return contact if ours else None
