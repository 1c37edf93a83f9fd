"""Caller, agents, a supervisor and a number outside, over real SIP and RTP: who hears whom is in
the recordings of telephones that are processes of their own."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from centralino.caller.party import order
from centralino.caller.script import Hold, Pause, Press, Step
from centralino.commands.call import Running, party
from centralino.demo.acting import bridged, ended, not_ready, ready
from centralino.demo.desk import Desk, signed_in
from centralino.demo.stage import Stage, recording_of
from centralino.demo.watch import SeenCall
from tests.acceptance.conftest import in_history, open_house
from tests.acceptance.tones import TONES, heard, longest_silence, sounds, telephone
from tests.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.timeout(120)]

MUSIC_BREATHES = 0.5
"""Seconds between two notes at most."""
FOR_A_PERSON: list[Step] = [Pause(1.0), Press("0")]
OUTSIDE = "0212345678"


@dataclass
class Centre:
    """A house with two agents, their telephones, a supervisor, and somebody outside."""

    stage: Stage
    boss: Desk
    first: Running
    second: Running
    outside: Running

    @property
    def anna(self) -> Desk:
        return self.stage.desks["201"]

    @property
    def carl(self) -> Desk:
        return self.stage.desks["202"]

    async def tone(self, who: Running, number: int) -> float:
        """A party sounds one of the tones."""
        return await sounds(who, TONES[number], self.stage.setting.directory)

    @contextlib.asynccontextmanager
    async def caller(self, name: str) -> AsyncIterator[tuple[Running, SeenCall]]:
        """A caller who talks with Anna, while Carl wants no calls."""
        await not_ready(self.carl)
        await ready(self.anna)
        async with self.stage.caller(name, FOR_A_PERSON, line="1001") as caller:
            call = await self.stage.call_of(name)
            await bridged(self.stage, call)
            yield caller, call

    async def stands(self, call: SeenCall, talk: str) -> None:
        """Wait until the contact stands so."""
        await self.stage.watch.until(talk, lambda: call.last("contact") == talk)


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[Centre]:
    """Open, with nobody in a call yet."""
    called = order(
        [], user=OUTSIDE, recording=str(tmp_path / "outside.wav"), answer_after=0.5,
    )  # fmt: skip
    async with party(called) as outside:
        port = (await outside.until("ready"))["port"]
        async with (
            open_house(tmp_path / "house", lambda text: reaching(text, port)) as stage,
            boss_of(stage) as boss,
            telephone(stage, "201", calls=3) as first,
            telephone(stage, "202", calls=3) as second,
        ):
            yield Centre(stage, boss, first, second, outside)


def reaching(text: str, port: int) -> str:
    """A file in which calls outside go to this port, and agents may place them."""
    rule = '[[dial_rules]]\npurposes = ["transfer"]\ntargets = ["national"]\n\n'
    return text.replace("127.0.0.1:9", f"127.0.0.1:{port}").replace(
        "[[dial_rules]]", f"{rule}[[dial_rules]]", 1
    )


@contextlib.asynccontextmanager
async def boss_of(stage: Stage) -> AsyncIterator[Desk]:
    """The first administrator, who may join calls."""
    token = stage.house.welcome.rpartition("/")[2]
    told = {"name": "boss", "password": "seven green bottles"}
    origin = {"Origin": stage.house.url}
    async with aiohttp.ClientSession(stage.house.url) as http:
        async with http.post(f"/api/welcome/{token}", json=told, headers=origin) as made:
            assert made.status == 200, await made.text()
    async with signed_in(stage.house.url, told["name"], told["password"], "queues") as desk:
        yield desk


async def test_one_call_through_many_hands(centre: Centre) -> None:
    """A supervisor joins, the agent hands on, the second holds, asks the first, all three talk, the
    first has the caller, gives the caller to the bot for one thing and back, asks somebody outside
    and leaves the caller there.

    The tones: 0 the caller and 1 Anna in talk, 2 who listens, 3 whispers and 4 barges in; 5 Carl
    with the caller, 6 the same on hold, 7 the caller on hold; 8 Carl asks Anna, 9 Anna in the
    conference, 10 with the caller; 11 outside with Anna, 12 with the caller, 13 the caller with
    outside.
    """
    async with centre.caller("mary") as (caller, call):
        await supervised(centre, caller, call)
        await handed_on(centre, call)
        held = await on_hold(centre, caller, call)
        await asked(centre, caller, call)
        await given_to_the_bot(centre, caller, call)
        await outside(centre, caller, call)
        row = await in_history(centre.stage, call)
        await until(lambda: calls_of(centre.first) == 3 and calls_of(centre.second) == 2)
    assert row.outcome == "transferred"
    recorded = centre.stage.setting.recordings
    expected = {
        "mary": {1, 4, 5, 9, 10, 12}, "agent-202": {0, 1}, "agent-201": {0, 3, 4},
        "agent-202-2": {9}, "agent-201-2": {8}, "agent-201-3": {11},
    }  # fmt: skip
    assert {name: heard(recorded / f"{name}.wav") for name in expected} == expected
    assert heard(Path(recording_of(centre.outside))) == {13}
    assert longest_silence(recorded / "mary.wav", *held) < MUSIC_BREATHES


def calls_of(phone: Running) -> int:
    """How many calls this telephone has had."""
    return sum(event["event"] == "ended" for event in phone.events)


async def supervised(centre: Centre, caller: Running, call: SeenCall) -> None:
    """A supervisor listens, whispers, barges in and leaves."""
    watch, boss = centre.stage.watch, centre.second
    await centre.boss.supervise("Anna Bell", "202")
    await watch.until("listening", lambda: call.last("supervised") == "listen")
    for who, number in ((caller, 0), (centre.first, 1), (boss, 2)):
        await centre.tone(who, number)
    for key, mode, number in (("2", "whisper", 3), ("3", "barge", 4)):
        boss.cue(Press(key))
        await watch.until(mode, lambda mode=mode: call.last("supervised") == mode)  # type: ignore[misc]
        await centre.tone(boss, number)
    boss.word("hang_up")
    await watch.until("alone again", lambda: call.last("supervised") == "left")


async def handed_on(centre: Centre, call: SeenCall) -> None:
    """Anna gives the caller to a queue, and Carl has the packet and what was said."""
    anna, carl = centre.anna, centre.carl
    packet = anna.contact["packet"]
    await ready(carl)
    await anna.do("transfer", offer=anna.contact["offer"], queue="billing")
    await anna.until("wrap-up", lambda: anna.state == "wrap_up")
    handed = await carl.until("it rings", lambda: of(carl, call.id))
    assert handed["packet"]["caller"] == packet["caller"]
    assert handed["packet"]["slots"] == packet["slots"]
    assert packet["transcript"] == handed["packet"]["transcript"] != []
    await carl.until("he talks", lambda: carl.state == "talking")
    await centre.tone(centre.second, 5)


async def on_hold(centre: Centre, caller: Running, call: SeenCall) -> tuple[float, float]:
    """Carl's telephone holds, and takes back; from when to when in the caller's recording."""
    centre.second.cue(Hold())
    await centre.stands(call, "hold")
    await centre.carl.until("the page says so", lambda: centre.carl.state == "hold")
    begin = await centre.tone(caller, 7)
    await centre.tone(centre.second, 6)
    end = await centre.tone(caller, 7)
    centre.second.cue(Hold(on=False))
    await centre.stands(call, "talking")
    return begin, end


async def asked(centre: Centre, caller: Running, call: SeenCall) -> None:
    """Carl asks Anna, all three talk, and Anna has the caller."""
    anna, carl = centre.anna, centre.carl
    await ready(anna)
    offer = carl.contact["offer"]
    colleagues = (await carl.get(f"/api/agent/colleagues?offer={offer}"))["agents"]
    await carl.do("consult", offer=offer, agent=colleagues[0]["agent"])
    await centre.stands(call, "consult")
    assert anna.contact["packet"]["transcript"] == carl.contact["packet"]["transcript"] != []
    await centre.tone(centre.second, 8)
    await centre.tone(caller, 7)
    await carl.do("contact", offer=offer, wish="join")
    await centre.stands(call, "conference")
    await centre.tone(centre.first, 9)
    await carl.do("contact", offer=offer, wish="complete")
    await carl.until("wrap-up", lambda: carl.state == "wrap_up")
    await anna.until("the call is hers", lambda: of(anna, call.id))
    await centre.tone(centre.first, 10)


async def given_to_the_bot(centre: Centre, caller: Running, call: SeenCall) -> None:
    """Anna has the bot ask for the meter's reading, and the caller comes back to her with it."""
    anna, watch = centre.anna, centre.stage.watch
    before = anna.contact["packet"]
    await anna.do("task", offer=anna.contact["offer"], task="meter_reading")
    for question, keys in (("account number", "77421903"), ("the meter", "12345#")):
        await watch.until(question, lambda question=question: question in call.bot_said()[-1])  # type: ignore[misc]
        caller.cue(Press(keys))
    await anna.until("it is done", lambda: slots(anna).get("reading") == "12345")
    packet = anna.contact["packet"]
    assert slots(anna)["account_number"] == "77421903"
    assert len(packet["transcript"]) > len(before["transcript"])
    await anna.until("the caller is back", lambda: anna.state == "talking")


async def outside(centre: Centre, caller: Running, call: SeenCall) -> None:
    """Anna asks somebody outside by keys, and leaves the caller there."""
    centre.first.cue(Press("*4" + OUTSIDE + "#"))
    await centre.stands(call, "consult")
    await centre.tone(centre.outside, 11)
    centre.first.cue(Press("*7"))
    await centre.stands(call, "talking")
    await centre.anna.until("wrap-up", lambda: centre.anna.state == "wrap_up")
    await centre.tone(centre.outside, 12)
    await centre.tone(caller, 13)
    centre.outside.word("hang_up")
    await ended(centre.stage, call)
    await caller.until("ended")


def slots(desk: Desk) -> dict[str, str]:
    """What the page knows of the caller."""
    packet = desk.contact.get("packet") or {}
    return {slot["name"]: slot["value"] for slot in packet.get("slots", ())}


def of(desk: Desk, call: str) -> dict[str, Any] | None:
    """What the page shows of this call, once it shows it."""
    contact = desk.contact
    ours = contact.get("call") == call and contact.get("packet")
    return contact if ours else None
