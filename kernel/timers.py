"""Named timers over a heap. PURE: it holds times and has no clock."""

from __future__ import annotations

import heapq
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)


@dataclass
class Timers(Generic[N]):
    """At most one time a name; setting it again replaces it."""

    _due: dict[N, float] = field(default_factory=dict)
    _heap: list[tuple[float, int, N]] = field(default_factory=list)
    _count: int = 0

    def set(self, name: N, due: float) -> None:
        """Let `name` be due at this time (UTC seconds)."""
        if self._due.get(name) == due:
            return
        self._due[name] = due
        self._count += 1
        heapq.heappush(self._heap, (due, self._count, name))
        self._sweep()

    def cancel(self, name: N) -> None:
        """Forget it; harmless when it is not set."""
        self._due.pop(name, None)

    def next(self) -> float | None:
        """The earliest time; None when nothing is set."""
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now: float) -> N | None:
        """Take out one that is due, earliest first; None when none is."""
        due = self.next()
        if due is None or due > now:
            return None
        name = heapq.heappop(self._heap)[2]
        del self._due[name]
        return name

    def _sweep(self) -> None:
        """Cancelled names lie in the heap until they come up; never let them outweigh the rest."""
        if len(self._heap) > 64 and len(self._heap) > 4 * len(self._due):
            left = {(due, name): count for due, count, name in self._heap}
            self._heap = [(due, left[due, name], name) for name, due in self._due.items()]
            heapq.heapify(self._heap)
