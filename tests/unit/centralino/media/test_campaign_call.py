"""A call out that a bot holds, over telephones in memory: what it comes to, and who is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from acd import messages as acd
from centralino.config.dialling import DialRule
from centralino.config.distribution import Queue
from centralino.config.model import Client, Config, Line
from centralino.content.vault import SoundVault
from centralino.media.house import House, LoadedBot
from centralino.media.switchboard import Switchboard
from centralino.messages import CallBegun, CallFinished
from kernel.clock import ManualClock
from kernel.ids import counting
from outbound.messages import (
    AttemptAcknowledged,
    AttemptAnswered,
    AttemptEnded,
    AttemptRefused,
    MessageStarted,
    OptedOut,
    PlaceCall,
)
from outbound.records import Outcome, Refusal
from outbound.results import CallResult
from telephony.drivers.memory import MemoryExchange
from telephony.media.pump import Pump
from telephony.media.tones import beep
from tests.unit.centralino.media.test_calls_out import EDGE, NUMBER, ORDER
from tests.unit.centralino.media.world import SECRET, Phone, World
from tests.unit.voicebot.sample import FLOW, WordForWord, bot
from voicebot.dialogue.flow import Answer, Counts, Intent, Route
from voicebot.ports import SpeechEngines
from voicebot.speech.scripted import LevelVad, ScriptedRecogniser, TextSynthesiser

ASKS = replace(FLOW, opens="ask", results={
    "done": Counts.REACHED, "wrong": Counts.WRONG_NUMBER, "never": Counts.DO_NOT_CALL,
}, voicemail="hours_are", intents={
    **FLOW.intents,
    "ask": Intent("ask", "the question", Route("house", ask=("kind", "place"), ends=True,
                  stays=True, answer="thanks_too"), internal=True, result="done"),
    "wrong": Intent("wrong", "a wrong number", Answer("bye", hang_up=True), result="wrong"),
    "never": Intent("never", "no more calls", Answer("bye", hang_up=True), result="never"),
})  # fmt: skip
SPEECH = np.random.default_rng(1).normal(0, 3000, 8_000).astype("<i2").tobytes()
"""Half a second, wide in frequency as speech is."""


@dataclass
class Called(World):
    """The called person's telephone."""

    recogniser: ScriptedRecogniser = cast(ScriptedRecogniser, None)
    voice: TextSynthesiser = cast(TextSynthesiser, None)

    async def place(self, **changes: Any) -> None:
        order = replace(ORDER, **{"bot": "asks", "words": "", "person": "p-1", **changes})
        self.board.out.obey[PlaceCall](order)
        await self.settle()
        await self.settle()

    async def answered(self) -> None:
        await self.place()
        phone = self.phones["called"]
        await phone.control.answer(phone.leg)
        await self.listen(3.0)

    async def says(self, text: str, seconds: int = 1) -> None:
        self.recogniser.hear(text)
        await self.sounds(SPEECH * 2 * seconds + bytes(24_000))
        await self.listen(2.0)

    async def sounds(self, pcm: bytes) -> None:
        phone = self.phones["called"]
        stream = phone.control.media(phone.leg)
        for at in range(0, len(pcm) - stream.frame_bytes + 1, stream.frame_bytes):
            stream.write(pcm[at : at + stream.frame_bytes])
            await self.listen(0.02)

    async def hangs_up(self) -> None:
        phone = self.phones["called"]
        await phone.control.hang_up(phone.leg)
        await self.settle()

    def result(self) -> CallResult:
        (result,) = self.all(CallResult)
        return result

    def ended(self) -> AttemptEnded:
        (ended,) = self.all(AttemptEnded)
        return ended


@pytest.fixture
async def called(tmp_path: Path) -> AsyncIterator[Called]:
    clock = ManualClock()
    exchange = MemoryExchange(clock, counting())
    ours = exchange.control(f"sip:{EDGE}")
    phones = {"called": Phone(exchange.control(f"sip:{NUMBER}@{EDGE}"))}
    config = Config(
        clients=(Client(id="town"),), lines=(Line(number="1001", client="town"),),
        queues=tuple(Queue(id=name, client="town") for name in ("house", "bills", "danger")),
        dial_rules=(DialRule(purposes=("campaign",), targets=("foreign",)),),
    )  # fmt: skip
    recogniser, voice = ScriptedRecogniser(), TextSynthesiser(0.02)
    engines = SpeechEngines(voice, recogniser, lambda rate: LevelVad())
    house = House(
        "media-1", "life-1", config, ours, Pump(), cast(Any, None), engines,
        {"asks": LoadedBot(bot(ASKS), WordForWord())}, clock, SoundVault(tmp_path), EDGE, SECRET,
        chance=counting(),
    )  # fmt: skip
    yield Called(
        Switchboard(house), house, ours, phones, clock, exchange, recogniser=recogniser,
        voice=voice,
    )  # fmt: skip
    await house.cancel_all()
    await asyncio.sleep(0)


async def test_answers_by_key_and_voice_come_to_a_result(called: Called) -> None:
    await called.answered()
    begun = called.last(CallBegun)
    assert (begun.direction, begun.client) == ("outbound", "town")
    await called.phones["called"].control.send_digits(called.phones["called"].leg, "2")
    await called.listen(2.0)
    await called.says("in the cellar")
    await called.listen(3.0)
    assert called.result().answers == {"kind": "water"}
    assert called.result().said == {"place": "in the cellar"}
    assert called.result().asked == ("kind", "place") and called.result().call == begun.call
    assert called.all(AttemptAcknowledged) == [AttemptAcknowledged("att-1", "voice")]
    assert called.ended().outcome is Outcome.ANSWERED
    order = [type(event) for event in called.told]
    for before, after in (
        (AttemptAnswered, MessageStarted), (MessageStarted, AttemptAcknowledged),
        (AttemptAcknowledged, AttemptEnded), (CallFinished, AttemptEnded),
    ):  # fmt: skip
        assert order.index(before) < order.index(after)
    assert called.board.empty


async def test_who_hangs_up_midway_is_not_counted_as_reached(called: Called) -> None:
    await called.answered()
    await called.hangs_up()
    assert (called.result().result, called.result().asked) == ("broken_off", ("kind",))
    assert not called.all(AttemptAcknowledged) and called.ended().outcome is Outcome.ANSWERED


@pytest.mark.parametrize(
    ("says", "outcome", "stranger"),
    [("wrong", Outcome.INVALID, True), ("never", Outcome.ANSWERED, False)],
)
async def test_what_a_result_means_for_calling_again(
    called: Called, says: str, outcome: Outcome, stranger: bool
) -> None:
    await called.answered()
    await called.says(says)
    await called.listen(2.0)
    assert called.ended().outcome is outcome
    assert [one.stranger for one in called.all(OptedOut)] == [stranger]
    assert not called.all(AttemptAcknowledged)


async def test_a_person_takes_the_call_over_and_the_attempt_is_over(called: Called) -> None:
    await called.answered()
    await called.says("person")
    await called.listen(2.0)
    assert called.last(acd.CallQueued).queue == "house"
    assert called.result().result == "handed_over"
    assert called.all(AttemptAcknowledged) and called.ended().outcome is Outcome.ANSWERED
    assert not called.all(CallFinished) and called.board.calls
    await called.hangs_up()
    assert len(called.all(AttemptEnded)) == 1 and called.board.empty


async def test_who_opts_out_after_nobody_could_take_the_call_is_heard(called: Called) -> None:
    await called.answered()
    await called.says("person")
    await called.listen(2.0)
    await called.obey(acd.ReleaseCall(called.last(CallBegun).call, "media-1", "no_agents"))
    await called.listen(2.0)
    assert not called.all(OptedOut)
    await called.says("never")
    await called.listen(2.0)
    assert [one.stranger for one in called.all(OptedOut)] == [False]
    assert called.result().result == "handed_over", "what came of the attempt is told once"
    assert len(called.all(AttemptEnded)) == 1 and called.board.empty


async def test_a_machine_hears_nothing_but_the_short_version(called: Called) -> None:
    await called.answered()
    phone = called.phones["called"]
    phone.loud = 0
    await called.says("please leave a message after the tone", 4)
    await called.sounds(bytes(160_000))
    assert phone.loud < 3, "not a word while it waits for the beep"
    await called.sounds(beep(1000.0, 0.4) + bytes(3_200))
    await called.listen(3.0)
    assert called.voice.spoken[-1] == "Nine to five." and phone.loud > 10
    assert called.result().result == "voicemail" and called.ended().answered_by == "voicemail"
    assert not called.all(AttemptAcknowledged)


async def test_somebody_who_says_no_at_length_is_no_machine(called: Called) -> None:
    await called.answered()
    await called.says("no i can't come to the phone for long kind=gas", 4)
    await called.listen(2.0)
    await called.sounds(beep(1000.0, 0.4) + bytes(3_200))  # something in the room
    await called.hangs_up()
    assert called.result().answers == {"kind": "gas"}
    assert (called.result().result, called.ended().answered_by) == ("broken_off", "human")


async def test_without_a_beep_a_machine_is_left(called: Called) -> None:
    await called.answered()
    await called.says("please leave a message after the tone", 4)
    await called.sounds(bytes(16_000 * 65))
    assert called.ended().answered_by == "voicemail" and called.board.empty


async def test_a_bot_that_is_not_here_calls_nobody(called: Called) -> None:
    await called.place(bot="another")
    assert called.told[-1] == AttemptRefused("att-1", Refusal.NO_WORDS)
