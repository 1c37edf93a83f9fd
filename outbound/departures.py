"""Calls out over one trunk that wait for their moment in the process that places them. PURE.

The dialler grants calls at an even pace, but what carries its grants may stall and then bring many
at once. So the pace is kept again here, by when a call really leaves and not by when it should
have: what a stall delayed does not leave together.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from outbound.pacing import Pace

Call = TypeVar("Call")


@dataclass
class Departures(Generic[Call]):
    """Of one trunk, first come, first gone."""

    pace: Pace = field(default_factory=Pace)
    _waiting: deque[Call] = field(default_factory=deque)

    def __len__(self) -> int:
        return len(self._waiting)

    def expected(self, now: float) -> float:
        """UTC seconds at which one that came now would leave, if nothing stalls."""
        first = max(now, self.pace.ready_at())
        return first + len(self) / self.pace.rate if self.pace.rate else now

    def add(self, call: Call) -> None:
        """One more waits."""
        self._waiting.append(call)

    def wait(self, now: float) -> float:
        """Seconds until the next may leave; 0 or less: now."""
        return self.pace.ready_at() - now

    def first(self) -> Call:
        """Whose turn it is; it stays until it is `gone`. Raises IndexError where none waits."""
        return self._waiting[0]

    def gone(self, now: float, called: bool) -> None:
        """The first one left at this time, or was not to be called any more."""
        self._waiting.popleft()
        if called:
            self.pace.take(now)
