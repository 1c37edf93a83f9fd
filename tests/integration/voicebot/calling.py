"""A caller with real engines at both ends: a voice calls, Whisper hears, Piper answers.

Sound is pushed frame by frame and the clock is the test's: it stands still while the recogniser
works, as if that took no time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from kernel.clock import ManualClock
from kernel.packet import Packet
from telephony.media.mixing import mix
from telephony.media.playout import Playout
from voicebot import reports
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot
from voicebot.leaving import By, Wish
from voicebot.nlu.embedded import Embedded
from voicebot.ports import SpeechEngines
from voicebot.session import Session
from voicebot.speech.ports import (
    EngineInfo,
    Recognised,
    Recogniser,
    RecognitionContext,
    RecognitionStream,
    Synthesiser,
)
from voicebot.speech.vad import WebrtcVad
from voicebot.turns import State

FACTS = CallFacts("c-1", "house", "city", "8000", "+390123")
RATE = 8000
SILENCE = bytes(320)
R = TypeVar("R")


@dataclass(frozen=True)
class Engines:
    """Loaded once: they take seconds."""

    bot: Bot
    understander: Embedded
    recogniser: Recogniser
    bot_voice: Synthesiser
    caller_voice: Synthesiser


class Counted:
    """A `Recogniser` that knows whether it is at work."""

    def __init__(self, inner: Recogniser) -> None:
        self._inner = inner
        self._working = 0
        self.idle = asyncio.Event()
        self.idle.set()

    def at_work(self, more: int) -> None:
        """One utterance more, or less, is being recognised."""
        self._working += more
        self.idle.clear() if self._working else self.idle.set()

    async def info(self) -> EngineInfo:
        return await self._inner.info()

    async def open(self, rate: int, context: RecognitionContext) -> RecognitionStream:
        return _Counted(self, await self._inner.open(rate, context))


class _Counted:
    def __init__(self, owner: Counted, inner: RecognitionStream) -> None:
        self._owner = owner
        self._inner = inner

    async def feed(self, pcm: bytes) -> None:
        await self._inner.feed(pcm)

    async def partial(self) -> str:
        return await self._inner.partial()

    async def finish(self) -> Recognised:
        self._owner.at_work(1)
        try:
            return await self._inner.finish()
        finally:
            self._owner.at_work(-1)

    async def cancel(self) -> None:
        await self._inner.cancel()


@dataclass
class Caller:
    """Speaks when it is the caller's turn, or over what the bot says."""

    engines: Engines
    echo: Callable[[list[bytes]], bytes] | None = None
    """Makes what comes back of everything that was heard, frame by frame."""
    clock: ManualClock = field(default_factory=ManualClock)
    playout: Playout = field(default_factory=lambda: Playout(RATE))
    told: list[reports.Report] = field(default_factory=list)
    packet: Packet | None = None
    hung_up: bool = False
    heard: list[bytes] = field(default_factory=list)
    """What the caller heard, silence too."""

    def __post_init__(self) -> None:
        engines = self.engines
        self.recogniser = Counted(engines.recogniser)
        speech = SpeechEngines(engines.bot_voice, self.recogniser, WebrtcVad)
        self.session = Session(
            FACTS, engines.bot, speech, engines.understander, self.playout, self.clock, self
        )

    def leave(self, wish: Wish, by: By, number: str = "") -> None:
        self.left = (wish, by, number)

    def transfer(self, packet: Packet, refer: str = "") -> None:
        self.packet = packet

    def hang_up(self) -> None:
        self.hung_up = True

    def report(self, event: reports.Report) -> None:
        self.told.append(event)

    def reports(self, kind: type[R]) -> list[R]:
        return [report for report in self.told if isinstance(report, kind)]

    async def tick(self, pcm: bytes = SILENCE) -> None:
        if self.echo is not None:
            pcm = mix(pcm, self.echo(self.heard))
        self.session.on_frame(pcm, self.clock.advance(0.02))
        self.heard.append(self.playout.next_frame() or SILENCE)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await self.recogniser.idle.wait()
        if self.session.state is State.THINKING or (
            self.playout.idle and self.session.state is not State.LISTENING
        ):
            await asyncio.sleep(0.01)  # a voice is at work

    async def until(self, reached: Callable[[], object], seconds: float = 90) -> None:
        end = self.clock.now() + seconds
        while not reached():
            assert self.clock.now() < end, self.session.state
            await self.tick()

    async def reaches(self, *states: State) -> None:
        await self.until(lambda: self.session.state in states)

    async def sounds(self, pcm: bytes) -> None:
        """Send this."""
        for at in range(0, len(pcm) - 319, 320):
            await self.tick(pcm[at : at + 320])

    async def voice(self, text: str) -> bytes:
        """The caller's voice, saying this."""
        return b"".join([c.pcm async for c in self.engines.caller_voice.speak(text, RATE)])

    async def says(self, text: str, pause: float = 0.0, then: str = "") -> str:
        """Speak when asked, and return what the bot answered."""
        await self.reaches(State.LISTENING)
        before = len(self.told)
        await self.sounds(await self.voice(text))
        if then:
            await self.sounds(bytes(2 * round(RATE * pause)))
            await self.sounds(await self.voice(then))
        await self.reaches(State.SPEAKING)
        await self.reaches(State.LISTENING, State.WAITING, State.ENDED)
        said = (r.text for r in self.told[before:] if isinstance(r, reports.BotSaid))
        return " ".join(said)
