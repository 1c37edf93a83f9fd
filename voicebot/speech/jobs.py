"""Threads in which an engine works, taken in the order of urgency; who works too long is seen.

An engine is native code: a thread that hangs in it can be neither interrupted nor given up for
another. Whoever owns the process is told by `stuck`, and ends it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar, TypeVarTuple

from voicebot.speech.ports import Urgency
from voicebot.speech.waiting import WaitingRoom

PATIENCE = 4.0
"""Seconds that any piece of work may take on a machine that has much else to do."""
A_SECOND = 1.5
"""Seconds that a second of sound may take more; a recogniser or voice that needs as long is of no
use on the telephone. Usual is 0.15."""

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def patience(seconds: float) -> float:
    """How long work on so many seconds of sound may take before it is taken to hang."""
    return PATIENCE + A_SECOND * seconds


@dataclass(frozen=True)
class Begun:
    """Work in a thread."""

    at: float
    """Of the loop's clock."""
    seconds: float
    """Of sound."""


class EngineThreads:
    """Runs an engine's work in `places` threads."""

    def __init__(self, places: int, name: str) -> None:
        self.places = places
        self._room = WaitingRoom(places)
        self._pool = ThreadPoolExecutor(places, thread_name_prefix=name)
        self._turns: dict[int, asyncio.Future[None]] = {}
        self._begun: dict[int, Begun] = {}

    async def run(
        self,
        urgency: Urgency,
        seconds: float,
        work: Callable[[*Ts], T],
        *given: *Ts,
    ) -> T:
        """Do this in its turn; `seconds` of sound it is about. What is cancelled while it waits is
        never done; what has begun keeps its thread to its end, whoever waits for it."""
        loop = asyncio.get_running_loop()
        ticket = self._room.enter(urgency)
        self._turns[ticket] = turn = loop.create_future()
        self._call()
        try:
            await turn
        except asyncio.CancelledError:
            self._over(ticket)
            raise
        self._begun[ticket] = Begun(loop.time(), seconds)
        job = loop.run_in_executor(self._pool, work, *given)
        job.add_done_callback(lambda done: self._done(ticket, done))
        return await asyncio.shield(job)

    def stuck(self, now: float) -> Begun | None:
        """Work that takes longer than anything takes; `now` of the loop's clock."""
        late = (begun for begun in self._begun.values() if now - begun.at > patience(begun.seconds))
        return next(late, None)

    def _done(self, ticket: int, job: asyncio.Future[T]) -> None:
        if not job.cancelled():
            job.exception()  # whoever waits is told; perhaps nobody does any more
        self._over(ticket)

    def _over(self, ticket: int) -> None:
        self._turns.pop(ticket, None)
        self._begun.pop(ticket, None)
        self._room.leave(ticket)
        self._call()

    def _call(self) -> None:
        for ticket in self._room.call():
            turn = self._turns[ticket]
            if not turn.done():
                turn.set_result(None)
