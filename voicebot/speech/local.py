"""The speech ports on engines in this process: each works in threads of its own.

An engine is a plain object that computes; it is called from as many threads as it may run at once,
the urgent first (`jobs`), so that utterances queue here and the event loop never waits. What was
cancelled while it queued is never computed, and an engine at work is told that nobody waits.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from telephony.media.resample import resample
from voicebot.speech.clauses import pause_after, split
from voicebot.speech.jobs import EngineThreads
from voicebot.speech.ports import (
    Clause,
    EngineInfo,
    Recognised,
    RecognitionContext,
    RecognitionStream,
    Urgency,
)
from voicebot.speech.sound import duration, silence, trim

SECONDS_A_LETTER = 0.07
"""About how long a letter sounds."""
Wanted = Callable[[], bool]
"""Asked amid work: does anybody still wait for it?"""


def always() -> bool:
    """Somebody waits."""
    return True


class Transcriber(Protocol):
    """An engine that hears a whole utterance at once. Called from several threads."""

    info: EngineInfo

    def transcribe(
        self, pcm: bytes, rate: int, context: RecognitionContext, wanted: Wanted = always
    ) -> Recognised:
        """What was said? Work that is not `wanted` any more may be left unfinished."""


@dataclass(frozen=True)
class Sound:
    """PCM and its rate in Hz."""

    pcm: bytes = field(repr=False)
    rate: int


class Voice(Protocol):
    """An engine that speaks. Called from one thread at a time."""

    info: EngineInfo

    def say(self, text: str) -> Sound:
        """The sound of one clause, at the voice's own rate."""


class WholeUtterances:
    """A `Recogniser` that collects the utterance and asks the engine at its end."""

    def __init__(self, engine: Transcriber, threads: EngineThreads) -> None:
        self._engine = engine
        self._threads = threads

    async def info(self) -> EngineInfo:
        """Which engine answers."""
        return self._engine.info

    async def open(self, rate: int, context: RecognitionContext) -> RecognitionStream:
        """Begin an utterance at `rate` Hz."""
        return _Collecting(self._engine, self._threads, rate, context)


class _Collecting:
    def __init__(
        self,
        engine: Transcriber,
        threads: EngineThreads,
        rate: int,
        context: RecognitionContext,
    ) -> None:
        self._engine = engine
        self._threads = threads
        self._rate = rate
        self._context = context
        self._pcm = bytearray()

    async def feed(self, pcm: bytes) -> None:
        self._pcm += pcm

    async def partial(self) -> str:
        return ""

    async def finish(self) -> Recognised:
        pcm = bytes(self._pcm)
        self._pcm.clear()
        seconds, gone = duration(pcm, self._rate), threading.Event()

        def work() -> Recognised:
            return self._engine.transcribe(
                pcm, self._rate, self._context, lambda: not gone.is_set()
            )

        try:
            return await self._threads.run(self._context.urgency, seconds, work)
        finally:
            gone.set()

    async def cancel(self) -> None:
        self._pcm.clear()


async def clause_by_clause(
    text: str, rate: int, say: Callable[[str], Awaitable[bytes]]
) -> AsyncIterator[Clause]:
    """Every clause of `text` as soon as `say` has made it, with the pauses between them."""
    pause = b""
    for clause in split(text):
        yield Clause(clause, pause + await say(clause))
        pause = silence(rate, pause_after(clause))


class LocalSynthesiser:
    """A `Synthesiser` on a voice in this process."""

    def __init__(self, voice: Voice, threads: EngineThreads) -> None:
        self._voice = voice
        self._threads = threads

    async def info(self) -> EngineInfo:
        """Which engine answers."""
        return self._voice.info

    def speak(self, text: str, rate: int) -> AsyncIterator[Clause]:
        """The text clause by clause, at `rate` Hz."""

        async def say(clause: str) -> bytes:
            seconds = SECONDS_A_LETTER * len(clause)
            return await self._threads.run(Urgency.SPEAKING, seconds, self._say, clause, rate)

        return clause_by_clause(text, rate, say)

    def _say(self, clause: str, rate: int) -> bytes:
        sound = self._voice.say(clause)
        return resample(trim(sound.pcm, sound.rate), sound.rate, rate)
