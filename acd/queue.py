"""The order in which waiting calls are served: by head start. PURE.

A call's place is the time it joined, less its priority in seconds (capped). So priority ages by
itself, a place never changes while the call waits, and nobody starves: a call can be overtaken only
by those that join within the cap after it. The model is mod_callcenter's score.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from acd.records import WaitingRecord

Place = tuple[float, float, int, str]
"""Head-start time, joined, order of arrival, call: unique, and smaller is sooner."""


def place_of(call: WaitingRecord, cap: float) -> Place:
    """A waiting call's place; `cap` is the greatest head start in seconds."""
    head_start = min(max(call.priority, 0), cap)
    return (call.joined - head_start, call.joined, call.seq, call.call)


@dataclass
class Line:
    """One queue's calls in order; places are found by binary search."""

    places: list[Place] = field(default_factory=list)

    def add(self, place: Place) -> None:
        """Put a call where it belongs."""
        insort(self.places, place)

    def remove(self, place: Place) -> None:
        """Take a call out. Raises ValueError when it is not there."""
        at = bisect_left(self.places, place)
        if self.places[at : at + 1] != [place]:
            raise ValueError(f"no call at {place}")
        del self.places[at]

    def position(self, place: Place) -> int:
        """1 for the call that is served next."""
        return bisect_left(self.places, place) + 1

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[Place]:
        return iter(self.places)
