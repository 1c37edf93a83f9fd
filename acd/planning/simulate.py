"""A synthetic day on the real distributor, with its clock walked from event to event. PURE.

What is simulated are callers and agents; queues, matching, offers, wrap-up and the book of stays
are the product's own. So an answer of the simulation is an answer of the product, and where
Erlang's formulas apply they must agree (`erlang.py`).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from acd.distributor import Distributor
from acd.messages import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentReady,
    Bridged,
    CallerLeft,
    CallQueued,
    ContactEnded,
    OfferAnswered,
    OfferRinging,
    PlaceOffer,
)
from acd.numbers import Stretch
from acd.planning.day import Day, Dice, Length, Shift, Stream
from acd.staff import Profile, StaffKnown
from acd.visits import Visit
from kernel.core import Fact
from kernel.ids import counting

MEDIA, EPOCH = "simulated", "1"
START = 1_000_000.0
"""UTC seconds at which a day begins: any, but not 0, which means "never" in records."""


@dataclass
class Outcome:
    """What became of the day. Times are seconds since its beginning."""

    visits: list[Visit] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    end: float = 0.0


@dataclass
class Simulation:
    """One run of one day."""

    day: Day
    dice: Dice
    outcome: Outcome = field(default_factory=Outcome)
    _due: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)
    _count: int = 0
    _streams: dict[str, Stream] = field(default_factory=dict)
    _shifts: dict[str, Shift] = field(default_factory=dict)

    def run(self) -> Outcome:
        """From the first event to the last."""
        self._core = Distributor(self.day.config, counting())
        self._open()
        now = START
        while (following := self._next()) is not None:
            now = following
            while self._due and self._due[0][0] <= now:
                heapq.heappop(self._due)[2](now)
            self._core.handle_timer(now)
            self._follow(now)
        self.outcome.end = now - START
        for fact in self._core.floor.book.open(now):
            self._keep(fact)
        return self.outcome

    def _open(self) -> None:
        shifts = (Profile(shift.queues, dict(shift.skills)) for shift in self.day.shifts)
        self._say(StaffKnown(tuple(shifts)), START)
        for number, shift in enumerate(self.day.shifts):
            for one in range(shift.agents):
                name = f"agent-{number}-{one}"
                self._shifts[name] = shift
                self._at(START + shift.begin, partial(self._come, name))
                self._at(START + shift.end, partial(self._say, AgentLoggedOut(name)))
        for stream in self.day.streams:
            for at in stream.arrivals(self.dice):
                self._at(START + at, partial(self._call, stream))

    def _next(self) -> float | None:
        """When something happens next; None when nobody will come for those who still wait."""
        if not self._due and not self._core.floor.offers:
            return None
        due = self._core.next_timer()
        times = [self._due[0][0]] if self._due else []
        return min(times + ([due] if due is not None else []), default=None)

    def _at(self, when: float, do: Callable[[float], None]) -> None:
        self._count += 1
        heapq.heappush(self._due, (when, self._count, do))

    def _say(self, event: object, now: float) -> None:
        self._core.receive(event, now)
        self._follow(now)

    def _come(self, name: str, now: float) -> None:
        shift = self._shifts[name]
        client = self._client(shift.queues[0])
        self._say(AgentLoggedIn(name, client, f"sip:{name}", shift.queues, shift.skills), now)
        self._say(AgentReady(name), now)

    def _call(self, stream: Stream, now: float) -> None:
        name = f"call-{len(self._streams)}"
        self._streams[name] = stream
        client = self._client(stream.queue)
        self._say(
            CallQueued(
                name, client, stream.queue, "", MEDIA, EPOCH,
                stream.priority, stream.required, intent=stream.intent,
            ),
            now,
        )  # fmt: skip
        if stream.patience is not None:
            self._at(now + stream.patience.draw(self.dice), partial(self._give_up, name))

    def _give_up(self, call: str, now: float) -> None:
        if call in self._core.floor.waiting:
            self._say(CallerLeft(call), now)

    def _follow(self, now: float) -> None:
        """Let the world do what the distributor decided."""
        for change in self._core.changes():
            if isinstance(change, Fact):
                self._keep(change.record)
        for command in self._core.commands():
            if isinstance(command, PlaceOffer):
                self._at(now, partial(self._if_open, command.offer, OfferRinging(command.offer)))
                answer = self._shifts[command.agent].answer.draw(self.dice)
                self._at(now + answer, partial(self._answer, command))

    def _if_open(self, offer: str, event: object, now: float) -> None:
        if offer in self._core.floor.offers:
            self._say(event, now)

    def _answer(self, command: PlaceOffer, now: float) -> None:
        if command.offer not in self._core.floor.offers:
            return
        self._say(OfferAnswered(command.offer), now)
        self._say(Bridged(command.offer), now)
        talk: Length = self._streams[command.call].handling
        ended = ContactEnded(command.offer, "caller")
        self._at(now + talk.draw(self.dice), partial(self._if_open, command.offer, ended))

    def _client(self, queue: str) -> str:
        found = self.day.config.queue(queue)
        return found.client if found else ""

    def _keep(self, record: Any) -> None:
        if isinstance(record, Visit):
            if record.joined - START >= self.day.warm_up:
                self.outcome.visits.append(record)
        elif isinstance(record, Stretch) and record.end - START >= self.day.warm_up:
            self.outcome.stretches.append(record)


def simulate(day: Day, dice: Dice) -> Outcome:
    """One run."""
    return Simulation(day, dice).run()
