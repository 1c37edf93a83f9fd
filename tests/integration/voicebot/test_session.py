"""A spoken conversation on the real engines: a voice calls, Whisper hears, the bot understands and
answers aloud. The caller's sound is pushed frame by frame; the clock is the test's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kernel.clock import ManualClock
from kernel.packet import Packet
from telephony.media.playout import Playout
from tests.speech_models import whisper_models
from voicebot import reports
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.reader import load_bot
from voicebot.nlu.embedded import Embedded
from voicebot.ports import SpeechEngines
from voicebot.session import Session
from voicebot.speech.choice import Choice
from voicebot.speech.engines import load_recogniser, load_synthesiser
from voicebot.speech.ports import Recogniser, Synthesiser
from voicebot.speech.vad import WebrtcVad
from voicebot.turns import State

UTILITY = Path(__file__).parents[3] / "nlu_models" / "utility"
FACTS = CallFacts("c-1", "house", "city", "8000", "+390123")
RATE = 8000
SILENCE = bytes(320)

pytestmark = pytest.mark.engine


@dataclass(frozen=True)
class Engines:
    """Loaded once: they take seconds."""

    bot: Bot
    understander: Embedded
    recogniser: Recogniser
    bot_voice: Synthesiser
    caller_voice: Synthesiser


@pytest.fixture(scope="module")
def engines(nlu_cache: Path) -> Engines:
    bot = load_bot(UTILITY)
    choice = Choice("whisper", "whisper-base", "the test wants it")
    return Engines(
        bot,
        Embedded.load(bot.training, nlu_cache),
        load_recogniser(choice, "en", whisper_models(), 1),
        load_synthesiser("piper"),
        load_synthesiser("hibari"),
    )


@dataclass
class Caller:
    """Speaks when it is the caller's turn."""

    engines: Engines
    clock: ManualClock = field(default_factory=ManualClock)
    playout: Playout = field(default_factory=lambda: Playout(RATE))
    told: list[reports.Report] = field(default_factory=list)
    packet: Packet | None = None
    hung_up: bool = False

    def __post_init__(self) -> None:
        engines = self.engines
        speech = SpeechEngines(engines.bot_voice, engines.recogniser, WebrtcVad)
        self.session = Session(
            FACTS, engines.bot, speech, engines.understander, self.playout, self.clock, self
        )

    def transfer(self, packet: Packet, refer: str = "") -> None:
        self.packet = packet

    def hang_up(self) -> None:
        self.hung_up = True

    def report(self, event: reports.Report) -> None:
        self.told.append(event)

    async def tick(self, pcm: bytes = SILENCE) -> None:
        self.session.on_frame(pcm, self.clock.advance(0.02))
        self.playout.next_frame()
        # As long as an engine works, no more than real time goes by for it.
        working = self.session.state is State.THINKING or self.playout.idle
        await asyncio.sleep(0.02 if working and self.session.state is not State.LISTENING else 0)

    async def until(self, *states: State) -> None:
        end = self.clock.now() + 60
        while self.session.state not in states:
            assert self.clock.now() < end, self.session.state
            await self.tick()

    async def says(self, text: str) -> str:
        """Speak, and return what the bot answered."""
        await self.until(State.LISTENING)
        before = len(self.told)
        pcm = b"".join([c.pcm async for c in self.engines.caller_voice.speak(text, RATE)])
        for at in range(0, len(pcm) - 319, 320):
            await self.tick(pcm[at : at + 320])
        await self.until(State.SPEAKING)
        await self.until(State.LISTENING, State.WAITING, State.ENDED)
        said = (r.text for r in self.told[before:] if isinstance(r, reports.BotSaid))
        return " ".join(said)


@pytest.fixture
async def caller(engines: Engines) -> AsyncIterator[Caller]:
    caller = Caller(engines)
    running = asyncio.create_task(caller.session.run())
    yield caller
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_spoken_question_is_answered_aloud(caller: Caller) -> None:
    assert "On Saturday" in await caller.says("What are your opening hours on Saturday?")
    assert "On Sunday" in await caller.says("And what about Sunday?")
    assert "Goodbye" in await caller.says("No thanks, goodbye.")
    assert caller.hung_up
    answered = [r for r in caller.told if isinstance(r, reports.TurnAnswered)]
    assert [turn.intent for turn in answered][0] == "opening_hours"


async def test_a_spoken_request_reaches_the_queue_with_its_slots(caller: Caller) -> None:
    assert "your name" in await caller.says("My bill is twice what it was last month.")
    await caller.says("My name is Anna Keller.")
    assert "Is that right" in await caller.says("seven, seven, four, two, one, one, eight, eight")
    await caller.says("Yes, that is right.")
    assert caller.packet is not None
    slots = {slot.name: slot.value for slot in caller.packet.slots}
    assert slots["account_number"] == "77421188"
    assert "anna" in slots["name"].lower()
    assert caller.packet.queue == "billing"
