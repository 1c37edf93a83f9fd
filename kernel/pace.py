"""An even pace, and who waits for it. PURE.

A *pace* is the generic cell rate algorithm (ITU-T I.371 annex A): one every 1/rate seconds, with a
tolerance of half of that (at least 20 ms) for a clock that comes late; and in no second are there
more than rate + 1, however late it comes and however long nothing went before. A bucket of more
than one token would let a burst through.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

TOLERANCE = 0.5
"""Of one turn: how far a late tick may catch up at least."""
TICK = 0.02
"""Seconds: the same for paces so fast that one tick lets several go."""
SECOND = 1.0

One = TypeVar("One")


@dataclass
class Pace:
    """`rate` is turns a second; 0 for any. All times are UTC seconds."""

    rate: float = 0.0
    catch_up: float = TICK
    """Seconds by which a late tick may catch up, half a turn at least."""
    apart: bool = False
    """Turns that catch up keep the distance of those that are late by half a turn (or a tick)."""
    _next: float = 0.0
    """When the next turn would be at an even pace."""
    _taken: deque[float] = field(default_factory=deque)
    """Of the last second at least."""

    def ready_at(self) -> float:
        """From when on the next turn may be taken."""
        if not self.rate:
            return 0.0
        late = max(TICK, TOLERANCE / self.rate)
        even = self._next - max(self.catch_up, late)
        if self.apart and self._taken:
            even = max(even, self._taken[-1] + 1.0 / self.rate - late)
        most = int(self.rate) + 1
        full = self._taken[-most] + SECOND if len(self._taken) >= most else 0.0
        return max(even, full)

    def take(self, now: float) -> None:
        """A turn is taken."""
        if not self.rate:
            return
        self._next = max(now, self._next) + 1.0 / self.rate
        self._taken.append(now)
        while self._taken[0] <= now - SECOND:
            self._taken.popleft()

    def rest(self, until: float) -> None:
        """No turn is due before."""
        self._next = max(self._next, until)


@dataclass
class Departures(Generic[One]):
    """Those who wait for their turn: first come, first gone."""

    pace: Pace = field(default_factory=Pace)
    _waiting: deque[One] = field(default_factory=deque)

    def __len__(self) -> int:
        return len(self._waiting)

    def expected(self, now: float) -> float:
        """UTC seconds at which one that came now would leave, if nothing stalls."""
        first = max(now, self.pace.ready_at())
        return first + len(self) / self.pace.rate if self.pace.rate else now

    def add(self, one: One) -> None:
        """One more waits."""
        self._waiting.append(one)

    def wait(self, now: float) -> float:
        """Seconds until the next may leave; 0 or less: now."""
        return self.pace.ready_at() - now

    def first(self) -> One:
        """Whose turn it is; it stays until it is `gone`. Raises IndexError where none waits."""
        return self._waiting[0]

    def gone(self, now: float, called: bool = True) -> None:
        """The first one left at this time, or was not to leave any more."""
        self._waiting.popleft()
        if called:
            self.pace.take(now)

    def drop(self, unwanted: Callable[[One], bool]) -> list[One]:
        """Those who are not to leave any more: they wait no longer, and cost nobody a turn."""
        dropped = [one for one in self._waiting if unwanted(one)]
        self._waiting = deque(one for one in self._waiting if not unwanted(one))
        return dropped
