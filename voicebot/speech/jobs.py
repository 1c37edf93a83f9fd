"""Threads in which an engine works, taken in the order of urgency; who works too long is seen.

An engine is native code: a thread that hangs in it can be neither interrupted nor given up for
another. Whoever owns the process is told by `stuck`, and ends it.
"""

from __future__ import annotations

import asyncio
import threading
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
    """Runs an engine's work in `places` threads. Any event loop may ask, also one after another:
    a place is given back by the thread itself, for the loop that asked may be gone by then."""

    def __init__(self, places: int, name: str) -> None:
        self.places = places
        self._room = WaitingRoom(places)
        self._pool = ThreadPoolExecutor(places, thread_name_prefix=name)
        self._lock = threading.Lock()
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
        turn = loop.create_future()
        with self._lock:
            ticket = self._room.enter(urgency)
            self._turns[ticket] = turn
        self._call()
        try:
            await turn
        except asyncio.CancelledError:
            self._over(ticket)
            raise
        self._begun[ticket] = Begun(loop.time(), seconds)

        def job() -> T:
            try:
                return work(*given)
            finally:
                self._over(ticket)

        doing = loop.run_in_executor(self._pool, job)
        doing.add_done_callback(_seen)
        return await asyncio.shield(doing)

    def stuck(self, now: float) -> Begun | None:
        """Work that takes longer than anything takes; `now` of the loop's clock."""
        begun = list(self._begun.values())
        late = (one for one in begun if now - one.at > patience(one.seconds))
        return next(late, None)

    def _over(self, ticket: int) -> None:
        with self._lock:
            self._turns.pop(ticket, None)
            self._begun.pop(ticket, None)
            self._room.leave(ticket)
        self._call()

    def _call(self) -> None:
        with self._lock:
            called = [(ticket, self._turns[ticket]) for ticket in self._room.call()]
        for ticket, turn in called:
            try:
                turn.get_loop().call_soon_threadsafe(_begin, turn)
            except RuntimeError:  # its loop is closed: nobody waits there any more
                self._over(ticket)


def _begin(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)


def _seen(job: asyncio.Future[T]) -> None:
    """Whoever waits is told of a failure; perhaps nobody does any more."""
    if not job.cancelled():
        job.exception()
