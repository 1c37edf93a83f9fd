"""The speech ports on engines in this process: each works in threads of its own.

An engine is a plain object that computes; it is called from a thread pool as wide as the engine may
run at once, so that utterances queue here and the event loop never waits. What was cancelled while
it queued is never computed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from telephony.media.resample import resample
from voicebot.speech.clauses import pause_after, split
from voicebot.speech.ports import (
    Clause,
    EngineInfo,
    Recognised,
    RecognitionContext,
    RecognitionStream,
)
from voicebot.speech.sound import silence, trim


class Transcriber(Protocol):
    """An engine that hears a whole utterance at once. Called from several threads."""

    info: EngineInfo

    def transcribe(self, pcm: bytes, rate: int, context: RecognitionContext) -> Recognised:
        """What was said?"""


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

    def __init__(self, engine: Transcriber, threads: ThreadPoolExecutor) -> None:
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
        threads: ThreadPoolExecutor,
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
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads, self._engine.transcribe, pcm, self._rate, self._context
        )

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

    def __init__(self, voice: Voice, threads: ThreadPoolExecutor) -> None:
        self._voice = voice
        self._threads = threads

    async def info(self) -> EngineInfo:
        """Which engine answers."""
        return self._voice.info

    def speak(self, text: str, rate: int) -> AsyncIterator[Clause]:
        """The text clause by clause, at `rate` Hz."""
        loop = asyncio.get_running_loop()

        async def say(clause: str) -> bytes:
            return await loop.run_in_executor(self._threads, self._say, clause, rate)

        return clause_by_clause(text, rate, say)

    def _say(self, clause: str, rate: int) -> bytes:
        sound = self._voice.say(clause)
        return resample(trim(sound.pcm, sound.rate), sound.rate, rate)
