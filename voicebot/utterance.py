"""One utterance on its way into a recogniser.

An engine that hears while one speaks is fed as the sound comes. One that wants the whole utterance
is asked already at a pause, while we still wait to be sure that it is the end; if the caller goes
on, that guess is thrown away. So its work hides in the endpoint delay.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from voicebot.speech.ports import Recognised, Recogniser, RecognitionContext


class Utterance(Protocol):
    """Sound in, words out. All verbs but `result` return at once."""

    def add(self, pcm: bytes) -> None:
        """More of it."""

    def paused(self) -> None:
        """This is perhaps the end."""

    def resumed(self) -> None:
        """It was not."""

    async def result(self) -> Recognised:
        """It is the end: what was said? Raises EngineLost."""

    def cancel(self) -> None:
        """It is of no interest any more."""


class Streamed:
    """For engines that hear while one speaks."""

    def __init__(self, recogniser: Recogniser, rate: int, context: RecognitionContext) -> None:
        self._sound: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._task = asyncio.create_task(self._hear(recogniser, rate, context))
        self._task.add_done_callback(_seen)

    def add(self, pcm: bytes) -> None:
        """More of it."""
        self._sound.put_nowait(pcm)

    def paused(self) -> None:
        """It hears on."""

    def resumed(self) -> None:
        """It hears on."""

    async def result(self) -> Recognised:
        """What was said? Raises EngineLost."""
        self._sound.put_nowait(None)
        return await self._task

    def cancel(self) -> None:
        """Stop working on it."""
        self._task.cancel()

    async def _hear(
        self, recogniser: Recogniser, rate: int, context: RecognitionContext
    ) -> Recognised:
        stream = await recogniser.open(rate, context)
        try:
            while (pcm := await self._sound.get()) is not None:
                await stream.feed(pcm)
            return await stream.finish()
        except asyncio.CancelledError:
            await stream.cancel()
            raise


class Guessed:
    """For engines that want the whole of it."""

    def __init__(self, recogniser: Recogniser, rate: int, context: RecognitionContext) -> None:
        self._recogniser = recogniser
        self._rate = rate
        self._context = context
        self._pcm = bytearray()
        self._guess: asyncio.Task[Recognised] | None = None

    def add(self, pcm: bytes) -> None:
        """More of it."""
        self._pcm += pcm

    def paused(self) -> None:
        """Ask at once."""
        self.cancel()
        self._guess = asyncio.create_task(self._hear(bytes(self._pcm)))
        self._guess.add_done_callback(_seen)

    def resumed(self) -> None:
        """What was guessed is void."""
        self.cancel()

    async def result(self) -> Recognised:
        """What was guessed, or what is heard now. Raises EngineLost."""
        if self._guess is None:
            self.paused()
        assert self._guess is not None
        return await self._guess

    def cancel(self) -> None:
        """Stop working on it."""
        if self._guess is not None:
            self._guess.cancel()
            self._guess = None

    async def _hear(self, pcm: bytes) -> Recognised:
        stream = await self._recogniser.open(self._rate, self._context)
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
