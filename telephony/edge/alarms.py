"""PURE. Times at which something is due, by name."""

from __future__ import annotations

import heapq

Name = tuple[str, str]
"""What kind of thing, and which one."""


class Alarms:
    """At most one time for each name. Setting again moves it."""

    def __init__(self) -> None:
        self._due: dict[Name, float] = {}
        self._heap: list[tuple[float, Name]] = []

    def set(self, name: Name, when: float) -> None:
        """Let `name` be due at `when`, in UTC seconds, and at no other time."""
        self._due[name] = when
        heapq.heappush(self._heap, (when, name))

    def drop(self, name: Name) -> None:
        """Let `name` never be due. Harmless where it is not set."""
        self._due.pop(name, None)

    def next(self) -> float | None:
        """When the first is due."""
        while self._heap:
            when, name = self._heap[0]
            if self._due.get(name) == when:
                return when
            heapq.heappop(self._heap)
        return None

    def take(self, now: float) -> list[Name]:
        """Every name that is due, in order of time; they are no longer set."""
        due: list[Name] = []
        while (when := self.next()) is not None and when <= now:
            name = heapq.heappop(self._heap)[1]
            self.drop(name)
            due.append(name)
        return due
