"""PURE. Who is recognised next where more wants to be than can be at once.

The most urgent class goes first, within a class who came first; nobody who works is interrupted,
for no engine can be. So what is urgent waits for one utterance of another class at the most.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

from voicebot.speech.ports import Urgency


@dataclass
class WaitingRoom:
    """`places` may work at once. Tickets are numbers, given in the order of coming."""

    places: int
    working: set[int] = field(default_factory=set)
    _tickets: int = 0
    _heap: list[tuple[int, int]] = field(default_factory=list)
    _waiting: dict[int, Urgency] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._waiting)

    def enter(self, urgency: Urgency) -> int:
        """Somebody more; the ticket."""
        self._tickets += 1
        self._waiting[self._tickets] = urgency
        heapq.heappush(self._heap, (urgency, self._tickets))
        return self._tickets

    def leave(self, ticket: int) -> None:
        """Who waits does not want to any more, or who worked is done; another changes nothing."""
        self._waiting.pop(ticket, None)
        self.working.discard(ticket)

    def call(self) -> list[int]:
        """Who may begin now, in this order."""
        called: list[int] = []
        while self._heap and len(self.working) < self.places:
            _, ticket = heapq.heappop(self._heap)
            if self._waiting.pop(ticket, None) is not None:
                self.working.add(ticket)
                called.append(ticket)
        return called
