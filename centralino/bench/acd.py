"""How long from an agent becoming free to the offer, with a long line and many agents.

All agents are busy and the line is long, so every offer is caused by a contact that ends. `core`
walks the distributor alone on a clock by hand; `store` runs the service as `serve` does, with its
ledger on disk and in real time: from the event to the offer on its way, so after the commit.
Violations are counted over every offer: two offers for one call or agent, a missing skill, an
earlier call passed over.
"""

from __future__ import annotations

import asyncio
import heapq
import random
import statistics
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from acd.config import CentreConfig, QueueConfig
from acd.distributor import Distributor
from acd.floor import Floor
from acd.matching import why_not
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
from acd.records import State
from acd.service import AcdService
from centralino.db.engine import Database
from centralino.db.ledger import SqlLedger
from centralino.db.migrate import upgrade
from kernel.clock import Clock, SteadyClock
from kernel.journal import Outgoing

QUEUES = tuple(f"queue-{number}" for number in range(10))
SKILLS = ("welsh", "gas", "billing", "claims")
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
    taken: set[str] = field(default_factory=set)

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

    def next(self, until: float) -> tuple[float, object] | None:
        if not self.due or self.due[0][0] > until:
            return None
        at, _, event = heapq.heappop(self.due)
        return at, event


def violations(floor: Floor, offer: PlaceOffer) -> int:
    """What is wrong with an offer just made."""
    call, agent = floor.waiting.get(offer.call), floor.agents[offer.agent]
    if call is None or call.offer != offer.offer or agent.offer != offer.offer:
        return 1
    free = replace(agent, state=State.IDLE, offer="")
    wrong = int(why_not(free, call, floor.open_tier(call)) is not None)
    for queue in agent.queues:
        for place in floor.lines[queue] if queue in floor.lines else ():
            if place >= floor.place(call):
                break
            other = floor.waiting[place[3]]
            tier = floor.open_tier(other)
            wrong += floor.open(other) and why_not(free, other, tier) is None
    return wrong


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
    wrong = 0

    def step(event: object | None, at: float, count: bool) -> None:
        nonlocal wrong
        began = time.perf_counter()
        if event is not None:
            core.receive(event, at)
        due = core.next_timer()
        if due is not None and due <= at:
            core.handle_timer(at)
        core.changes()
        offers = [c for c in core.commands() if isinstance(c, PlaceOffer)]
        took = (time.perf_counter() - began) * 1000
        for offer in offers:
            shift.offered(offer, at)
            if count:
                spent.append(took)
                wrong += violations(core.floor, offer)

    for event in shift.opening():
        step(event, now, count=False)
    shift.arrivals(now)
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
    spent: list[float] = field(default_factory=list)
    wrong: int = 0
    counting: bool = False
    sent: list[str] = field(default_factory=list)

    async def send(self, outgoing: Outgoing) -> None:
        self.sent.append(outgoing.id)
        offer = outgoing.command
        if not isinstance(offer, PlaceOffer):
            return
        began = self.freed.pop(offer.agent, None)
        if began is not None and self.counting:
            self.spent.append((time.perf_counter() - began) * 1000)
        twice = offer.call in self.shift.taken or offer.agent in self.holder.values()
        self.wrong += twice
        self.shift.taken.add(offer.call)
        self.holder[offer.offer] = offer.agent
        self.shift.offered(offer, self.clock.now())

    async def run(self, service: AcdService) -> None:
        submit = service.submit
        opening = self.shift.opening()
        for at in range(0, len(opening), 200):
            await asyncio.gather(*(submit(event) for event in opening[at : at + 200]))
        start = self.clock.now()
        self.shift.arrivals(start)
        self.counting = True
        async with asyncio.TaskGroup() as group:
            while self.clock.now() < start + self.size.seconds:
                while (following := self.shift.next(self.clock.now())) is not None:
                    self.free(following[1])
                    group.create_task(_awaited(submit(following[1])))
                taken, self.sent = self.sent, []
                await service.confirm(taken)
                await asyncio.sleep(0.001)

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
        async with asyncio.TaskGroup() as group:
            running = group.create_task(service.run())
            await live.run(service)
            running.cancel()
        waiting = len(service.snapshot().calls)
    return Result(size, "store", live.spent, live.wrong, waiting)
