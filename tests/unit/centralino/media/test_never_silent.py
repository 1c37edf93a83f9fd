"""No caller is left in silence, and what is measured reaches the edge and the calls."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from acd import messages as acd
from centralino.config.model import Line
from centralino.media import load
from centralino.media.attendant import MOMENT, Attendant
from centralino.media.capacity import Shed
from centralino.media.house import LoadedBot
from centralino.messages import MediaRoom, PacketMade
from telephony.media.leg import LegSound
from telephony.media.playout import Playout
from telephony.types import Originate
from tests.unit.centralino.media.world import CALLER, SECRET, World
from tests.unit.voicebot.sample import bot
from voicebot.dialogue.responses import Response, Variation
from voicebot.speech.metered import Recognising
from voicebot.speech.scripted import TextSynthesiser
from voicebot.turns import State


async def call(world: World) -> None:
    """The caller is there; the greeting is over."""
    caller = world.phones["caller"]
    caller.leg = CALLER
    order = Originate(
        CALLER, "sip:1001@media", "sip:+3906@outside", headers={"X-Centralino-Admit": SECRET}
    )
    await caller.control.originate(order)
    await world.settle()
    await world.listen(3.0)


# --- the clock of silence


async def test_who_sends_no_sound_for_five_seconds_gets_a_person(world: World) -> None:
    await call(world)
    with capture_logs() as logs:
        await world.listen(1.0)
        assert not world.all(acd.CallQueued)
        await world.listen(4.0)
    assert [line["event"] for line in logs].count("media.no_sound") == 1
    assert world.all(acd.CallQueued) and world.last(PacketMade).packet.reason == "error"


async def test_who_can_be_heard_is_left_alone(world: World) -> None:
    world.phones["caller"].speaks = True
    await call(world)
    await world.listen(7.0)
    assert not world.all(acd.CallQueued)


@dataclass
class Thinks:
    """A session whose answer takes long."""

    state: State = State.THINKING


@pytest.mark.parametrize("words", ["One moment, please.", ""])
async def test_an_answer_that_takes_long_is_bridged_by_ticks_and_words(
    world: World, words: str
) -> None:
    known = bot()
    if words:
        told = {**known.responses, MOMENT: Response(MOMENT, (Variation(words),))}
        known = replace(known, responses=told)
    live: list[dict[str, object]] = []
    world.house.live = live.append
    playout = Playout(8000)
    sound = LegSound(cast(Any, None), playout)
    waits = Attendant(world.house, LoadedBot(known, cast(Any, None)), sound, "c-1", 8000)
    session, heard = cast(Any, Thinks()), list[bool]()
    for _ in range(round(4.5 / 0.02)):
        waits.tick(session, 1, world.clock.advance(0.02))
        await asyncio.sleep(0)
        heard.append(playout.next_frame() is not None)
    assert [fact["patience"] for fact in live][:3] == ["earcon", "earcon", "words"]
    assert not any(heard[:49]) and any(heard[49:60]), "a tick after a second"
    assert any(heard[149:160]), "words after three, or another tick"
    voice = cast(TextSynthesiser, world.house.engines.synthesiser)
    assert voice.spoken == [words] * bool(words)


# --- what is measured


class Meter:
    """Recognisers that are so far behind; one has worked at each look."""

    def __init__(self, behind: float) -> None:
        self.behind = behind
        self.ended = 0

    def figures(self) -> Recognising:
        self.ended += 1
        return Recognising(0.1, self.behind, 12, self.behind, self.ended)


async def watched(
    world: World, behind: float, monkeypatch: pytest.MonkeyPatch, looks: int = 1
) -> MediaRoom:
    """Look so often."""
    monkeypatch.setattr(load, "ROOM_SECONDS", 0.0)
    world.house.meter = cast(Any, Meter(behind))
    watching = asyncio.create_task(load.watch_room(world.house, world.board))
    told = len(world.all(MediaRoom)) + looks
    async with asyncio.timeout(5):
        while len(world.all(MediaRoom)) < told:
            await world.settle()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    return world.last(MediaRoom)


async def test_recognisers_that_are_behind_turn_calls_to_keys_and_an_idle_house_stays_open(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = await watched(world, 0.0, monkeypatch)
    assert (free.media, free.shed, free.room > 0) == ("media-1", Shed.NOTHING, True)
    with capture_logs() as logs:
        late = await watched(world, 0.6, monkeypatch, looks=len(Shed))
    assert (late.room > 0, late.shed, world.house.crowded) == (True, Shed.SPEECH, False)
    assert [line["now"] for line in logs if line["event"] == "media.shed"] == [
        step.name.lower() for step in list(Shed)[1:]
    ]
    assert not world.house.talk_engines("inbound").effort().speech


@pytest.mark.parametrize(("crowded", "keys"), [(True, True), (False, False)])
async def test_an_emergency_line_is_answered_by_keys_when_it_is_crowded_and_queued_first(
    world: World, crowded: bool, keys: bool
) -> None:
    line = Line(number="1001", client="town", emergency=True)
    world.house.config = world.house.config.model_copy(update={"lines": (line,)})
    world.house.crowded = crowded
    queued = await world.queued()
    assert queued.priority == world.house.config.acd.priority_cap
    assert world.call.session is not None
    assert world.call.session._facts.keys_only is keys
