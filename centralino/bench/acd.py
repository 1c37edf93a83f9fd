"""How long from an agent becoming free to the offer, with a long line and many agents.

All agents are busy and the line is long, so every offer is caused by a contact that ends. `core`
walks the distributor alone on a clock by hand, and counts its processor time; `store` runs the
service as `serve` does, with its ledger on disk and in real time: from the event to the offer on
its way, so after the commit. Violations are counted over every offer: two offers for one call or
agent, a missing skill, an earlier call passed over, a call lost. Those of the service are found
afterwards (`acd_check`), in the steps that it has kept on disk.
"""

from __future__ import annotations

import asyncio
import heapq
import random
import statistics
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from acd.config import CentreConfig, QueueConfig
from acd.distributor import Distributor
from acd.messages import (
    AgentLoggedIn,
    AgentReady,
    Bridged,
    CallQueued,
    ContactEnded,
    OfferAnswered,
    OfferRinging,
    PlaceOffer,
)
from acd.replay import Checkpoint, Step
from acd.service import AcdService
from centralino.bench.acd_check import check, violations
from centralino.db.engine import Database
from centralino.db.facts import FactBook
from centralino.db.ledger import SqlLedger
from centralino.db.migrate import upgrade
from kernel.clock import Clock, SteadyClock
from kernel.journal import Outgoing
from kernel.settling import settle

QUEUES = tuple(f"queue-{number}" for number in range(10))
SKILLS = ("welsh", "gas", "billing", "claims")
TOGETHER = 200
"""Events of the opening submitted at a time."""
CONFIG = CentreConfig("bench", tuple(QueueConfig(q, "client", "", 0.0, 20.0) for q in QUEUES))


@dataclass(frozen=True)
class Size:
    """What is asked of it."""

    agents: int = 500
    waiting: int = 2_000
    calls_per_s: float = 50.0
    seconds: float = 20.0


@dataclass
class Shift:
    """A made-up shift: who calls when, how long they talk."""

    size: Size
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    due: list[tuple[float, int, object]] = field(default_factory=list)
    count: int = 0
    calls: int = 0

    def later(self, at: float, event: object) -> None:
        self.count += 1
        heapq.heappush(self.due, (at, self.count, event))

    def call(self) -> CallQueued:
        self.calls += 1
        skills = (self.chance.choice(SKILLS),) if self.chance.random() < 0.4 else ()
        name, queue = f"call-{self.calls}", self.chance.choice(QUEUES)
        urgent = self.chance.choice((0, 0, 0, 120))
        return CallQueued(name, "client", queue, name, "media-1", "e1", urgent, skills)

    def opening(self) -> list[object]:
        """Everybody logs in, and the line forms; then they say ready."""
        agents = [f"agent-{number}" for number in range(self.size.agents)]
        events: list[object] = []
        for agent in agents:
            queues = tuple(self.chance.sample(QUEUES, 3))
            skills = {s: self.chance.randint(1, 5) for s in self.chance.sample(SKILLS, 2)}
            events.append(AgentLoggedIn(agent, "client", f"sip:{agent}", queues, skills))
        events += [self.call() for _ in range(self.size.waiting + self.size.agents)]
        return events + [AgentReady(agent) for agent in agents]

    def arrivals(self, start: float) -> None:
        at = start
        while (at := at + self.chance.expovariate(self.size.calls_per_s)) < start + (
            self.size.seconds
        ):
            self.later(at, self.call())

    def offered(self, offer: PlaceOffer, now: float) -> None:
        """The agent answers; the talk is as long as keeps the line where it is."""
        talk = self.size.agents / self.size.calls_per_s
        self.later(now + 0.05 * talk, OfferRinging(offer.offer))
        self.later(now + 0.10 * talk, OfferAnswered(offer.offer))
        self.later(now + 0.15 * talk, Bridged(offer.offer))
        share = self.chance.uniform(0.5, 1.5)
        self.later(now + share * talk, ContactEnded(offer.offer, "agent"))

    def begin(self, talks: Sequence[PlaceOffer], now: float) -> None:
        """From now on callers come, and talks end; some of each is over already, so that they end
        from the beginning as they will go on to."""
        talk = self.size.agents / self.size.calls_per_s
        for offer in talks:
            self.later(now + self.chance.random() * talk, ContactEnded(offer.offer, "agent"))
        self.arrivals(now)

    def next(self, until: float) -> tuple[float, object] | None:
        if not self.due or self.due[0][0] > until:
            return None
        at, _, event = heapq.heappop(self.due)
        return at, event


def talking(offers: Sequence[PlaceOffer]) -> list[object]:
    """What makes talks of offers."""
    kinds = (OfferRinging, OfferAnswered, Bridged)
    return [kind(offer.offer) for offer in offers for kind in kinds]


@dataclass
class Result:
    """What came out."""

    size: Size
    mode: str
    match_ms: list[float]
    violations: int
    waiting_at_end: int

    def as_json(self) -> dict[str, Any]:
        cuts = statistics.quantiles(self.match_ms, n=100, method="inclusive")
        return {
            "agents": self.size.agents, "waiting": self.size.waiting,
            "calls_per_s": self.size.calls_per_s,
            "match_ms": {"p50": round(cuts[49], 3), "p99": round(cuts[98], 3)},
            "violations": self.violations, "mode": self.mode, "offers": len(self.match_ms),
            "waiting_at_end": self.waiting_at_end,
        }  # fmt: skip


def bench_core(size: Size) -> Result:
    """The core alone: the time of the step that makes the offer."""
    core, shift, now = Distributor(CONFIG), Shift(size), 1_000_000.0
    spent: list[float] = []
    first: list[PlaceOffer] = []
    wrong = 0

    def step(event: object | None, at: float, count: bool) -> None:
        nonlocal wrong
        began = time.thread_time()
        if event is not None:
            core.receive(event, at)
        due = core.next_timer()
        if due is not None and due <= at:
            core.handle_timer(at)
        core.changes()
        offers = [c for c in core.commands() if isinstance(c, PlaceOffer)]
        took = (time.thread_time() - began) * 1000
        for offer in offers:
            if not count:
                first.append(offer)
                continue
            shift.offered(offer, at)
            spent.append(took)
            wrong += violations(core.floor, offer)

    for event in shift.opening():
        step(event, now, count=False)
    for event in talking(first):
        step(event, now, count=False)
    shift.begin(first, now)
    end = now + size.seconds
    while (following := shift.next(end)) is not None:
        step(following[1], following[0], count=True)
    return Result(size, "core", spent, wrong, len(core.floor.waiting))


@dataclass
class Live:
    """The service in real time."""

    size: Size
    clock: Clock
    shift: Shift
    freed: dict[str, float] = field(default_factory=dict)
    holder: dict[str, str] = field(default_factory=dict)
    first: list[PlaceOffer] = field(default_factory=list)
    start: float = 0.0
    spent: list[float] = field(default_factory=list)
    counting: bool = False
    sent: list[str] = field(default_factory=list)

    async def send(self, outgoing: Outgoing) -> None:
        self.sent.append(outgoing.id)
        offer = outgoing.command
        if not isinstance(offer, PlaceOffer):
            return
        self.holder[offer.offer] = offer.agent
        if not self.counting:
            self.first.append(offer)
            return
        began = self.freed.pop(offer.agent, None)
        if began is not None:
            self.spent.append((time.perf_counter() - began) * 1000)
        self.shift.offered(offer, self.clock.now())

    async def run(self, service: AcdService) -> None:
        await self.open(service)
        self.start = start = self.clock.now()
        self.shift.begin(self.first, start)
        self.counting = True
        async with asyncio.TaskGroup() as group:
            while self.clock.now() < start + self.size.seconds:
                while (following := self.shift.next(self.clock.now())) is not None:
                    self.free(following[1])
                    group.create_task(_awaited(service.submit(following[1])))
                taken, self.sent = self.sent, []
                await service.confirm(taken)
                await asyncio.sleep(0.001)

    async def open(self, service: AcdService) -> None:
        """Everybody is there, and every agent talks."""
        events = self.shift.opening()
        for at in range(0, len(events), TOGETHER):
            before = len(self.first)
            await asyncio.gather(*(service.submit(one) for one in events[at : at + TOGETHER]))
            begun = talking(self.first[before:])
            await asyncio.gather(*(service.submit(one) for one in begun))
            taken, self.sent = self.sent, []
            await service.confirm(taken)

    def free(self, event: object) -> None:
        if isinstance(event, ContactEnded):
            self.freed[self.holder.pop(event.offer)] = time.perf_counter()


async def _awaited(what: Awaitable[None]) -> None:
    await what


async def bench_store(size: Size, folder: Path) -> Result:
    """The service with its ledger on disk: the time until the offer is on its way."""
    clock = SteadyClock()
    live = Live(size, clock, Shift(size))
    async with Database(f"sqlite:///{folder / 'bench-acd.db'}") as database:
        await upgrade(database)
        service = AcdService(CONFIG, SqlLedger(database, CONFIG.id), live.send, clock)
        await service.open()
        settle()  # as a process does that is ready
        async with asyncio.TaskGroup() as group:
            running = group.create_task(service.run())
            await live.run(service)
            running.cancel()
        book = FactBook(database, CONFIG.id)
        kept = await book.read_all((Checkpoint, Step), 0.0, clock.now() + 1)
        found = check(kept, live.start)
    return Result(size, "store", live.spent, found.wrong, found.waiting)
