"""One steady clock per process.

`now` is UTC seconds: the wall time at start plus the monotonic time since, so it never runs
backwards and never jumps. A wall clock that was set afterwards is followed slowly (slewed), at most
`SLEW` seconds a second, so that time-outs keep their length while calendars come true.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

SLEW = 0.0005  # seconds a second: the rate of adjtime(3)


class Clock(Protocol):
    """Where `now` comes from."""

    def now(self) -> float:
        """UTC seconds, never less than at the call before."""


class SteadyClock:
    """The clock of a running process."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._last_monotonic = monotonic()
        self._now = wall()

    def now(self) -> float:
        """UTC seconds by this process's clock."""
        monotonic = self._monotonic()
        elapsed = max(0.0, monotonic - self._last_monotonic)
        self._last_monotonic = monotonic
        error = self._wall() - (self._now + elapsed)
        limit = SLEW * elapsed
        self._now += elapsed + min(max(error, -limit), limit)
        return self._now


class ManualClock:
    """A clock that a test walks by hand."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = start

    def now(self) -> float:
        """UTC seconds, as set."""
        return self._now

    def advance(self, seconds: float) -> float:
        """Walk forward and return the new time."""
        if seconds < 0:
            raise ValueError("a clock never runs backwards")
        self._now += seconds
        return self._now
