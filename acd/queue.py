"""The order in which waiting calls are served: by head start. PURE.

A call's place is the time it joined, less its priority in seconds (capped). So priority ages by
itself, a place never changes while the call waits, and nobody starves: a call can be overtaken only
by those that join within the cap after it. The model is mod_callcenter's score.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from acd.records import AgentRecord, WaitingRecord

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


Asks = tuple[tuple[str, int], ...]
"""What a call asks of an agent: skill and least level."""


def asks_of(call: WaitingRecord) -> Asks:
    """What a call asks for now."""
    return tuple((skill, call.least(skill)) for skill in call.required)


def skilled(agent: AgentRecord, asks: Asks) -> bool:
    """Whether an agent has what is asked for."""
    return all(agent.skills.get(skill, 0) >= level for skill, level in asks)


@dataclass
class Unoffered:
    """A queue's calls that nobody has, in a line for each thing that is asked for.

    An agent who becomes free is looked for only in lines of what he can do: those whom he cannot
    help, and those at whom somebody's phone rings, are not walked past, however many they are.
    """

    lines: dict[Asks, Line] = field(default_factory=dict)

    def add(self, asks: Asks, place: Place) -> None:
        """Put a call where it belongs."""
        self.lines.setdefault(asks, Line()).add(place)

    @property
    def count(self) -> int:
        """How many they are."""
        return sum(map(len, self.lines.values()))

    def remove(self, asks: Asks, place: Place) -> None:
        """Take a call out. Raises ValueError, KeyError when it is not there."""
        self.lines[asks].remove(place)
        if not self.lines[asks].places:
            del self.lines[asks]


def in_order(lines: Sequence[Line]) -> Iterator[Place]:
    """Places of several lines, the first to be served first. The one that was just given may be
    taken out of its line meanwhile."""
    heads = [(line.places[0], number) for number, line in enumerate(lines) if line.places]
    heapq.heapify(heads)
    while heads:
        place, number = heads[0]
        yield place
        places = lines[number].places
        at = bisect_right(places, place)
        if at < len(places):
            heapq.heapreplace(heads, (places[at], number))
        else:
            heapq.heappop(heads)
