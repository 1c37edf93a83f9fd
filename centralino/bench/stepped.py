"""Conversations on real engines in stepped time: many times faster than a telephone, and the same
each time.

The clock advances 20 ms with each frame and stands still while an engine works; its answer comes as
many seconds later as are set for it here. What an engine made of a sound is kept on disk, so only
what is new costs time. There is no SIP, no network and no jitter buffer: latencies read about
0.1 s less than over a line, and what goes wrong there is not seen here.
"""

from __future__ import annotations

import asyncio
import hashlib
import pickle
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from kernel.clock import ManualClock
from voicebot.nlu.ports import Understander, Understanding
from voicebot.speech.ports import (
    Clause,
    EngineInfo,
    Recognised,
    Recogniser,
    RecognitionContext,
    RecognitionStream,
    Synthesiser,
)

FRAME = 0.02
T = TypeVar("T")


class Steps:
    """A clock that waits for work."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self._working = 0
        self._sleeping: list[tuple[float, asyncio.Future[None]]] = []

    async def take(self, work: Awaitable[T], seconds: float) -> T:
        """Work whose result comes `seconds` of the clock after it was asked for."""
        due = self.clock.now() + seconds
        self._working += 1
        try:
            result = await work
        finally:
            self._working -= 1
        while self.clock.now() < due:
            woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._sleeping.append((due, woken))
            await woken
        return result

    async def step(self) -> float:
        """20 ms pass; everything that follows from what was due has happened then."""
        now = self.clock.advance(FRAME)
        due = [woken for at, woken in self._sleeping if at <= now]
        self._sleeping = [(at, woken) for at, woken in self._sleeping if at > now]
        for woken in due:
            if not woken.done():
                woken.set_result(None)
        await self.settle()
        return now

    async def settle(self) -> None:
        """Wait until nobody works any more."""
        calm = 0
        while calm < 10:
            calm = 0 if self._working else calm + 1
            await asyncio.sleep(0.0005 if self._working else 0)


class Kept:
    """What engines made of things, on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def get(self, name: object, make: Callable[[], Awaitable[T]]) -> T:
        """What was made of this, or is made now."""
        digest = hashlib.sha256(repr(name).encode()).hexdigest()[:32]
        path = self._folder / digest[:2] / digest
        if path.is_file():
            made: T = pickle.loads(path.read_bytes())
            return made
        made = await make()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(made))
        return made


class SteppedRecogniser:
    """A `Recogniser` in stepped time."""

    def __init__(self, inner: Recogniser, steps: Steps, kept: Kept, seconds: float) -> None:
        self.inner, self.steps, self.kept, self.seconds = inner, steps, kept, seconds

    async def info(self) -> EngineInfo:
        """Which engine answers."""
        return await self.inner.info()

    async def open(self, rate: int, context: RecognitionContext) -> RecognitionStream:
        """Begin an utterance."""
        return _Stream(self, rate, context)


class _Stream:
    def __init__(self, owner: SteppedRecogniser, rate: int, context: RecognitionContext) -> None:
        self._owner = owner
        self._asked = (rate, context)
        self._sound = bytearray()

    async def feed(self, pcm: bytes) -> None:
        self._sound += pcm

    async def partial(self) -> str:
        return ""

    async def finish(self) -> Recognised:
        pcm, owner = bytes(self._sound), self._owner
        heard = hashlib.sha256(pcm).hexdigest()
        made = owner.kept.get((heard, self._asked), lambda: self._make(pcm))
        return await owner.steps.take(made, owner.seconds)

    async def _make(self, pcm: bytes) -> Recognised:
        stream = await self._owner.inner.open(*self._asked)
        await stream.feed(pcm)
        return await stream.finish()

    async def cancel(self) -> None:
        self._sound.clear()


class SteppedSynthesiser:
    """A `Synthesiser` in stepped time: what is in `fixed` is there at once."""

    def __init__(
        self,
        inner: Synthesiser,
        steps: Steps,
        kept: Kept,
        seconds: float,
        fixed: frozenset[str] = frozenset(),
    ) -> None:
        self._inner, self._steps, self._kept = inner, steps, kept
        self._seconds, self._fixed = seconds, fixed

    async def info(self) -> EngineInfo:
        """Which engine answers."""
        return await self._inner.info()

    async def speak(self, text: str, rate: int) -> AsyncIterator[Clause]:
        """The text clause by clause."""

        async def make() -> list[Clause]:
            return [clause async for clause in self._inner.speak(text, rate)]

        ready = any(text in whole for whole in self._fixed)
        made = self._kept.get((text, rate), make)
        for clause in await self._steps.take(made, 0.0 if ready else self._seconds):
            yield clause


class SteppedUnderstander:
    """An `Understander` in stepped time."""

    def __init__(self, inner: Understander, steps: Steps, seconds: float) -> None:
        self._inner, self._steps, self._seconds = inner, steps, seconds

    async def understand(self, text: str, expects: str = "open") -> Understanding:
        """What a sentence means."""
        return await self._steps.take(self._inner.understand(text, expects), self._seconds)

    def intents(self) -> frozenset[str]:
        """Every intent that was trained."""
        return self._inner.intents()
