"""Caller, agents, a supervisor and a number outside, over real SIP and RTP: who hears whom is in
the recordings of telephones that are processes of their own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from centralino.caller.party import order
from centralino.caller.script import Hold, Pause, Press
from centralino.commands.call import Running, party
from centralino.demo.acting import bridged, ended, not_ready, ready
from centralino.demo.desk import Desk, signed_in
from centralino.demo.stage import Stage, recording_of
from centralino.demo.watch import SeenCall
from tests.acceptance.conftest import in_history, open_house
from tests.acceptance.messages_left import Deliveries, leaves_one, owners, wants_to_leave_one
from tests.acceptance.tones import TONES, heard, longest_silence, sounds, telephone
from tests.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.alone, pytest.mark.timeout(120)]

MUSIC_BREATHES = 0.5
"""Seconds between two notes at most."""
OUTSIDE = "0212345678"
QUEUES = {
    "service": 'max_wait = 5.0\noverflow = "technical"',
    "technical": 'voicemail = true\nvoicemail_prompt = "Please leave a message."',
}
NO_HEAD_START = "[acd]\npriority_cap = 0.0\n\n"
"""Who came first is first."""


@dataclass
class Centre:
    """A house with two agents, their telephones, a supervisor, and somebody outside."""

    stage: Stage
    boss: Desk
    first: Running
    second: Running
    outside: Running
    told: Deliveries
    """What the webhook was told."""

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
        """A caller on the line of keys, answered by the bot."""
        async with self.stage.caller(name, [], line="1001") as caller:
            call = await self.stage.call_of(name)
            await caller.until("answered")
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
            owners(tmp_path) as (told, hook),
            open_house(tmp_path / "house", lambda text: reaching(text, port, hook)) as stage,
            boss_of(stage) as boss,
            telephone(stage, "201", calls=3) as first,
            telephone(stage, "202", calls=3, answer_after=None) as second,
        ):
            yield Centre(stage, boss, first, second, outside, told)


def reaching(text: str, port: int, hook: str) -> str:
    """A file in which calls outside go to this port, and agents may place them; one queue overflows
    to another, which takes messages."""
    rule = '[[dial_rules]]\npurposes = ["transfer"]\ntargets = ["national"]\n\n'
    for queue, terms in QUEUES.items():
        text = text.replace(f'id = "{queue}"\n', f'id = "{queue}"\n{terms}\n')
    return text.replace("127.0.0.1:9", f"127.0.0.1:{port}").replace(
        "[[dial_rules]]", f"{NO_HEAD_START}{hook}{rule}[[dial_rules]]", 1
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
    """A caller overflows to another queue and is first there, an agent declines, another one has
    the caller; who came later leaves a message. A supervisor joins, the agent hands on, the second
    holds, asks the first, all three talk, the first has the caller, gives the caller to the bot for
    one thing and back, asks somebody outside and leaves the caller there.

    The tones: 0 the caller and 1 Anna in talk, 2 who listens, 3 whispers and 4 barges in; 5 Carl
    with the caller, 6 the same on hold, 7 the caller on hold; 8 Carl asks Anna, 9 Anna in the
    conference, 10 with the caller; 11 outside with Anna, 12 with the caller, 13 the caller with
    outside.
    """
    async with centre.caller("paul") as (later, message), centre.caller("mary") as (caller, call):
        await overflowed(centre, (caller, call), (later, message))
        await declined(centre, call)
        await ready(centre.anna)
        await bridged(centre.stage, call)
        await wants_to_leave_one(centre.stage, later, message)
        async with asyncio.TaskGroup() as beside:
            beside.create_task(leaves_one(centre.stage, later, message, centre.boss, centre.told))
            await supervised(centre, caller, call)
        await handed_on(centre, call)
        held = await on_hold(centre, caller, call)
        await asked(centre, caller, call)
        await given_to_the_bot(centre, caller, call)
        await outside(centre, caller, call)
        row = await in_history(centre.stage, call)
        await until(lambda: times(centre.first, "ended") == 3 == times(centre.second, "ended"))
    assert row.outcome == "transferred"
    recorded = centre.stage.setting.recordings
    expected = {
        "mary": {1, 4, 5, 9, 10, 12}, "agent-202-2": {0, 1}, "agent-201": {0, 3, 4},
        "agent-202-3": {9}, "agent-201-2": {8}, "agent-201-3": {11},
    }  # fmt: skip
    assert {name: heard(recorded / f"{name}.wav") for name in expected} == expected
    assert heard(Path(recording_of(centre.outside))) == {13}
    assert longest_silence(recorded / "mary.wav", *held) < MUSIC_BREATHES
    await in_the_books(centre.boss, call)


def times(phone: Running, event: str) -> int:
    """How often this telephone has told of this."""
    return sum(told["event"] == event for told in phone.events)


async def picks_up(phone: Running, call: int) -> None:
    """Somebody answers the nth call of this telephone, once it rings."""
    await until(lambda: times(phone, "offered") == call)
    phone.word("answer")


async def overflowed(
    centre: Centre, first: tuple[Running, SeenCall], later: tuple[Running, SeenCall]
) -> None:
    """Nobody is at work. The first caller waits as long as the queue allows, and goes to another
    one, for which somebody waits by then who came later."""
    watch = centre.stage.watch
    (caller, call), (other, others) = first, later
    caller.cue(Pause(1.0), Press("0"))
    other.cue(Pause(1.0), Press("3"))
    await watch.until("both wait", lambda: call.last("queued") and others.last("queued"))
    assert (call.last("queued"), others.last("queued")) == ("service", "technical")
    assert call.last("overflowed") is None, "the other one came to that queue before"
    await watch.until("it overflows", lambda: call.last("overflowed") == "technical")


async def declined(centre: Centre, call: SeenCall) -> None:
    """Carl is offered who came first, and declines with a reason while it rings."""
    carl = centre.carl
    await ready(carl)
    await carl.until("it rings", lambda: carl.state == "ringing" and carl.contact)
    assert carl.contact["call"] == call.id, "the place was kept"
    await carl.do("decline", offer=carl.contact["offer"], reason="not mine")
    await until(lambda: times(centre.second, "ended") == 1)
    await not_ready(carl)
    assert not times(centre.second, "answered")
    assert call.last("ended") is None


async def in_the_books(boss: Desk, call: SeenCall) -> None:
    """The call's page says where it went and why; the figures have each stay once."""
    journey = (await boss.get(f"/api/calls/{call.id}"))["journey"]
    whys = " ".join(str(row["why"]) for row in journey)
    assert "too_long: from service to technical" in whys
    assert "declined: not mine" in whys
    figures = await boss.get("/api/figures")
    assert figures["problems"] == []
    exits = {row["key"]: row["exits"] for row in figures["rows"]}
    assert exits["service"]["overflowed"] == 1
    assert (exits["technical"]["answered"], exits["technical"]["voicemail"]) == (1, 1)


async def supervised(centre: Centre, caller: Running, call: SeenCall) -> None:
    """A supervisor listens, whispers, barges in and leaves."""
    watch, boss = centre.stage.watch, centre.second
    await centre.boss.supervise("Anna Bell", "202")
    await picks_up(boss, 2)
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
    await picks_up(centre.second, 3)
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
