"""Several workers as one.

The least busy one is asked; one that does not answer is passed over, and asked last for a while.
`EngineLost` comes only if none answers. An utterance under way in a worker that dies or hangs is
asked of one other, with the sound that came so far, and of no third: a sound that aborts one engine
might abort them all. The turn is asked again then. (The first clause of a text is tried at all of
them: it is ours, no stranger's.)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from voicebot.errors import EngineLost
from voicebot.speech.ports import (
    Clause,
    EngineInfo,
    Recognised,
    Recogniser,
    RecognitionContext,
    RecognitionStream,
    Synthesiser,
)

log = structlog.get_logger(__name__)
REST = 2.0
"""Seconds for which a worker that was lost is asked last."""

E = TypeVar("E")
R = TypeVar("R")


@dataclass
class Worker:
    """Who hears and speaks one after the other: what is under way there, of both."""

    busy: int = 0


@dataclass
class _Member(Generic[E]):
    engine: E
    worker: Worker
    lost_at: float = -REST


class _Pool(Generic[E]):
    """The members, in the order in which to ask them."""

    def __init__(self, engines: Sequence[E], workers: Sequence[Worker]) -> None:
        at = workers or [Worker() for _ in engines]
        self._members = [_Member(*each) for each in zip(engines, at, strict=True)]

    async def first(
        self, ask: Callable[[_Member[E]], Awaitable[R]], but: _Member[E] | None = None
    ) -> R:
        """The first answer, of all `but` one. Raises EngineLost if there is none."""
        problem = EngineLost("no other speech worker" if but else "no speech worker is configured")
        for member in self._ranked():
            if member is but:
                continue
            try:
                return await ask(member)
            except EngineLost as lost:
                self.lost(member, lost)
                problem = lost
        raise problem

    def lost(self, member: _Member[E], problem: EngineLost) -> None:
        """Ask this one last for a while."""
        member.lost_at = _now()
        log.warning("speech worker lost", problem=str(problem))

    def _ranked(self) -> list[_Member[E]]:
        now = _now()
        return sorted(self._members, key=lambda m: (now - m.lost_at < REST, m.worker.busy))


class RecogniserPool:
    """A `Recogniser` made of several; `workers`: where each of them works, if not alone."""

    def __init__(self, engines: Sequence[Recogniser], workers: Sequence[Worker] = ()) -> None:
        self._pool = _Pool(engines, workers)

    async def info(self) -> EngineInfo:
        """Which engine answers. Raises EngineLost."""
        return await self._pool.first(lambda member: member.engine.info())

    async def open(self, rate: int, context: RecognitionContext) -> RecognitionStream:
        """Begin an utterance at the least busy worker. Raises EngineLost."""

        stream = await _begun(self._pool, rate, context)
        return _Twice(self._pool, rate, context, stream)


class _Twice:
    """An utterance that is asked of another worker, once, if the first is lost over it."""

    def __init__(
        self,
        pool: _Pool[Recogniser],
        rate: int,
        context: RecognitionContext,
        stream: _Counted,
    ) -> None:
        self._pool = pool
        self._asked = (rate, context)
        self._stream = stream
        self._sound: list[bytes] | None = []
        """What came so far; None once a second worker has it."""

    async def feed(self, pcm: bytes) -> None:
        if self._sound is not None:
            self._sound.append(pcm)
        try:
            await self._stream.feed(pcm)
        except EngineLost as lost:
            await self._elsewhere(lost)

    async def partial(self) -> str:
        return await self._stream.partial()

    async def finish(self) -> Recognised:
        try:
            return await self._stream.finish()
        except EngineLost as lost:
            await self._elsewhere(lost)
            return await self._stream.finish()

    async def cancel(self) -> None:
        await self._stream.cancel()

    async def _elsewhere(self, lost: EngineLost) -> None:
        """Begin anew at another worker. Raises EngineLost where that was done before."""
        sound, self._sound = self._sound, None
        if sound is None:
            raise lost
        self._stream = await _begun(self._pool, *self._asked, but=self._stream.member)
        log.info("utterance asked of another worker")
        await self._stream.feed(b"".join(sound))


class _Counted:
    """A stream that keeps its worker counted as busy, and tells when it is lost."""

    def __init__(
        self, pool: _Pool[Recogniser], member: _Member[Recogniser], stream: RecognitionStream
    ) -> None:
        self._pool = pool
        self.member = member
        self._stream = stream
        self._over = False
        member.worker.busy += 1

    async def feed(self, pcm: bytes) -> None:
        try:
            await self._stream.feed(pcm)
        except EngineLost as lost:
            self._lose(lost)
            raise

    async def partial(self) -> str:
        return await self._stream.partial()

    async def finish(self) -> Recognised:
        try:
            return await self._stream.finish()
        except EngineLost as lost:
            self._lose(lost)
            raise
        finally:
            self._done()

    async def cancel(self) -> None:
        self._done()
        await self._stream.cancel()

    def _lose(self, lost: EngineLost) -> None:
        self._pool.lost(self.member, lost)
        self._done()

    def _done(self) -> None:
        if not self._over:
            self._over = True
            self.member.worker.busy -= 1


async def _begun(
    pool: _Pool[Recogniser],
    rate: int,
    context: RecognitionContext,
    but: _Member[Recogniser] | None = None,
) -> _Counted:
    """An utterance at the least busy worker. Raises EngineLost."""

    async def ask(member: _Member[Recogniser]) -> _Counted:
        return _Counted(pool, member, await member.engine.open(rate, context))

    return await pool.first(ask, but)


class SynthesiserPool:
    """A `Synthesiser` made of several; `workers` as above. The worker is chosen for each text."""

    def __init__(self, engines: Sequence[Synthesiser], workers: Sequence[Worker] = ()) -> None:
        self._pool = _Pool(engines, workers)

    async def info(self) -> EngineInfo:
        """Which engine answers. Raises EngineLost."""
        return await self._pool.first(lambda member: member.engine.info())

    async def speak(self, text: str, rate: int) -> AsyncIterator[Clause]:
        """The text clause by clause. Raises EngineLost."""

        async def ask(
            member: _Member[Synthesiser],
        ) -> tuple[_Member[Synthesiser], AsyncIterator[Clause], Clause | None]:
            clauses = member.engine.speak(text, rate)
            member.worker.busy += 1
            try:
                return member, clauses, await anext(clauses, None)
            except BaseException:
                member.worker.busy -= 1
                raise

        member, clauses, clause = await self._pool.first(ask)
        try:
            while clause is not None:
                yield clause
                clause = await anext(clauses, None)
        except EngineLost as lost:
            self._pool.lost(member, lost)
            raise
        finally:
            member.worker.busy -= 1


def _now() -> float:
    return asyncio.get_running_loop().time()
