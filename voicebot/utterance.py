"""One utterance on its way into a recogniser.

At every pause the recogniser is asked for what was said up to there, while we still wait to be sure
that it is the end; if the caller goes on, that guess is thrown away. So its work hides in the
endpoint delay. An engine that hears while one speaks is fed as the sound comes: its utterance is
closed at the pause, and what is said after it is another piece of the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from voicebot.speech.ports import (
    Recognised,
    Recogniser,
    RecognitionContext,
    RecognitionStream,
    Urgency,
)

PARTIAL = 0.5
"""What the words of an unfinished utterance count for."""


class Utterance(Protocol):
    """Sound in, words out. All verbs but `hear` return at once."""

    @property
    def pcm(self) -> bytes:
        """All of its sound."""

    def add(self, pcm: bytes) -> None:
        """More of it."""

    async def hear(self) -> Recognised:
        """What was said up to now? Asked again without `resumed` in between, it is the same.

        Raises EngineLost.
        """

    async def peek(self) -> Recognised:
        """Its first words, while it goes on. Raises EngineLost."""

    def resumed(self) -> None:
        """It goes on."""

    def cancel(self) -> None:
        """It is of no interest any more."""


class Streamed:
    """For engines that hear while one speaks."""

    def __init__(self, recogniser: Recogniser, rate: int, context: RecognitionContext) -> None:
        self._made_of = (recogniser, rate, context)
        self._sound = bytearray()
        self._pieces: list[asyncio.Task[Recognised]] = []
        self._stream: RecognitionStream | None = None
        self._closed = True
        self._kept = bytearray()
        """What came after a pause; it begins the next piece."""
        self.resumed()

    @property
    def pcm(self) -> bytes:
        """All of its sound."""
        return bytes(self._sound)

    def add(self, pcm: bytes) -> None:
        """More of it."""
        self._sound += pcm
        if self._closed:
            self._kept += pcm
        else:
            self._queue.put_nowait(pcm)

    async def hear(self) -> Recognised:
        """What was said up to now? Raises EngineLost."""
        if not self._closed:
            self._closed = True
            self._queue.put_nowait(None)
        return joined([await piece for piece in list(self._pieces)])

    async def peek(self) -> Recognised:
        """What the engine has so far."""
        said = await self._stream.partial() if self._stream is not None else ""
        return Recognised(said, PARTIAL)

    def resumed(self) -> None:
        """Another piece begins."""
        if not self._closed:
            return
        self._closed = False
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        task = asyncio.create_task(self._hear(self._queue))
        task.add_done_callback(_seen)
        self._pieces.append(task)
        if self._kept:
            self._queue.put_nowait(bytes(self._kept))
            self._kept.clear()

    def cancel(self) -> None:
        """Stop working on it."""
        for piece in self._pieces:
            piece.cancel()

    async def _hear(self, sound: asyncio.Queue[bytes | None]) -> Recognised:
        recogniser, rate, context = self._made_of
        stream = self._stream = await recogniser.open(rate, context)
        try:
            while (pcm := await sound.get()) is not None:
                await stream.feed(pcm)
            return await stream.finish()
        except asyncio.CancelledError:
            await stream.cancel()
            raise


def joined(pieces: Sequence[Recognised]) -> Recognised:
    """The pieces of one utterance as one. Only a single one keeps its alternatives."""
    spoken = [piece for piece in pieces if piece.text]
    if len(spoken) <= 1:
        return spoken[0] if spoken else pieces[-1]
    return Recognised(
        " ".join(piece.text for piece in spoken),
        sum(piece.confidence for piece in spoken) / len(spoken),
        min(piece.no_speech for piece in spoken),
        seconds=pieces[-1].seconds,
        engine=spoken[0].engine,
    )


class Guessed:
    """For engines that want the whole of it."""

    def __init__(self, recogniser: Recogniser, rate: int, context: RecognitionContext) -> None:
        self._made_of = (recogniser, rate, context)
        self._sound = bytearray()
        self._guess: asyncio.Task[Recognised] | None = None

    @property
    def pcm(self) -> bytes:
        """All of its sound."""
        return bytes(self._sound)

    def add(self, pcm: bytes) -> None:
        """More of it."""
        self._sound += pcm

    async def hear(self) -> Recognised:
        """What was said up to now? Raises EngineLost."""
        if self._guess is None:
            self._guess = asyncio.create_task(whole(*self._made_of, self.pcm))
            self._guess.add_done_callback(_seen)
        return await self._guess

    async def peek(self) -> Recognised:
        """What is heard in its sound so far, if there is time. Raises EngineLost."""
        recogniser, rate, context = self._made_of
        when_idle = replace(context, urgency=Urgency.SPECULATIVE)
        return await whole(recogniser, rate, when_idle, self.pcm)

    def resumed(self) -> None:
        """What was guessed is void."""
        self.cancel()

    def cancel(self) -> None:
        """Stop working on it."""
        if self._guess is not None:
            self._guess.cancel()
            self._guess = None


async def whole(
    recogniser: Recogniser, rate: int, context: RecognitionContext, pcm: bytes
) -> Recognised:
    """What is heard in sound that is there already. Raises EngineLost."""
    stream = await recogniser.open(rate, context)
    try:
        await stream.feed(pcm)
        return await stream.finish()
    except asyncio.CancelledError:
        await stream.cancel()
        raise


def _seen(task: asyncio.Task[Recognised]) -> None:
    """Whoever waits for the result is told of a failure; for a void guess nobody waits."""
    if not task.cancelled():
        task.exception()
