"""PURE. A circuit breaker: whether to ask a server that may be ill.

    closed     it is asked; so many failures running open it
    open       it is not asked for a while
    half open  one question tries whether it is well again: an answer closes, a failure opens

What is awaited from a server that is down costs every caller its time-out; a breaker makes that the
time-out of a few questions (Nygard, Release It!, 2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kernel.machine import Machine


class Circuit(Enum):
    """Whether a server is asked."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class Tripped:
    """It failed too often, or failed when it was tried again."""


@dataclass(frozen=True)
class Rested:
    """It was left alone for long enough; somebody has a question."""


@dataclass(frozen=True)
class Recovered:
    """It answered when it was tried again."""


MACHINE: Machine[Circuit] = Machine(
    "circuit breaker",
    {
        Circuit.CLOSED: {Tripped: Circuit.OPEN},
        Circuit.OPEN: {Rested: Circuit.HALF_OPEN},
        Circuit.HALF_OPEN: {Recovered: Circuit.CLOSED, Tripped: Circuit.OPEN},
    },
)


class Breaker:
    """Asked before each question, told what became of it. `now` is UTC seconds."""

    def __init__(self, failures: int = 3, rest: float = 15.0) -> None:
        self.state = Circuit.CLOSED
        self._most = failures
        self._rest = rest
        self._failed = 0
        """Running; 0 again after an answer."""
        self._opened = 0.0

    def allows(self, now: float) -> bool:
        """Whether to ask it now. While one question tries it, no other is asked."""
        if self.state is Circuit.OPEN and now - self._opened >= self._rest:
            self.state = MACHINE.next(self.state, Rested())
            return True
        return self.state is Circuit.CLOSED

    def succeeded(self) -> bool:
        """It answered. Whether it is well again with that."""
        self._failed = 0
        if self.state is not Circuit.HALF_OPEN:
            return False
        self.state = MACHINE.next(self.state, Recovered())
        return True

    def failed(self, now: float) -> bool:
        """It did not answer, or not with sense. Whether it is left alone from now on."""
        self._failed += 1
        trips = self.state is Circuit.HALF_OPEN or self._failed >= self._most
        if not trips or self.state is Circuit.OPEN:
            return False
        self.state = MACHINE.next(self.state, Tripped())
        self._opened, self._failed = now, 0
        return True

    def unknown(self, now: float) -> None:
        """Nobody waited for what became of it: a trial has to be made again."""
        if self.state is Circuit.HALF_OPEN:
            self.failed(now)
