"""Dialler and distributor together, with a telephone network between them, walked by hand.

News of each arrives at the other late and on ways of its own, agents serve callers, too, and may
leave; whatever comes, nobody has two calls, nobody who answered is left in silence, and what is
abandoned stays within the law.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.config import CentreConfig, QueueConfig
from acd.distributor import Distributor
from acd.messages import (
    AgentLoggedIn,
    AgentNotReady,
    AgentReady,
    Bridged,
    CallerLeft,
    CallQueued,
    CallsOutRinging,
    ContactEnded,
    DeviceChanged,
    OfferAnswered,
    OfferFailed,
    PlaceOffer,
    WithdrawOffer,
)
from acd.snapshot import snapshot
from centralino.outbound.agents import teams_of
from kernel.core import Put
from kernel.ids import counting
from outbound.abandonment import Abandonment, AbandonRule
from outbound.config import DialerConfig
from outbound.dialer import Dialer
from outbound.memory import MemoryBooks
from outbound.messages import (
    AttemptAcknowledged,
    AttemptAnswered,
    AttemptEnded,
    AttemptRinging,
    AudienceGrew,
    CampaignMade,
    CampaignStarted,
    Dial,
    MediaThere,
    MessageStarted,
    RecipientsLoaded,
    StopAttempt,
    TeamTold,
)
from outbound.pacing import Limits
from outbound.ports import NewRecipient
from outbound.predictive import DialMode, PredictiveConfig
from outbound.records import (
    AttemptRecord,
    CampaignRecord,
    Outcome,
    Path,
    attempt_of_call,
    call_of,
)

SALES, SERVICE = "sales", "service"
IN_TIME = 1.7
CAMPAIGN = CampaignRecord(
    "spring", "town", "Spring", "sales", mode=DialMode.PROGRESSIVE, queue=SALES, ring_timeout=20.0,
    call_limit=3600.0, callers_most=1,
)  # fmt: skip


@dataclass
class World:
    """One afternoon."""

    chance: random.Random
    mode: DialMode = DialMode.PROGRESSIVE
    agents: int = 4
    leave: bool = False
    """Whether agents take breaks and hang up."""
    inbound: float = 0.02
    """Callers a tick."""
    percent: int = 3
    now: float = 1_000.0
    dialer: Dialer = field(init=False)
    acd: Distributor = field(init=False)
    books: MemoryBooks = field(default_factory=MemoryBooks)
    events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    ringing: set[str] = field(default_factory=set)
    waiting: dict[str, float] = field(default_factory=dict)
    """Answered → since when."""
    talks: dict[str, str] = field(default_factory=dict)
    """Agent → offer."""
    contacts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Offer → agent, and the attempt where we called."""
    callers: set[str] = field(default_factory=set)
    answered: int = 0
    abandoned: int = 0
    connected: int = 0
    placed: int = 0
    departures: int = 0
    served: int = 0
    over_law: int = 0
    """The most by which the abandoned were ever beyond the law and the departures."""
    _numbers: int = 0
    _kept: int = 0
    _arrives: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        queues = (
            QueueConfig(SALES, "town", wrap_up_seconds=2.0),
            QueueConfig(SERVICE, "town", wrap_up_seconds=1.0),
        )
        self.acd = Distributor(CentreConfig("house", queues), counting())
        self.dialer = Dialer(DialerConfig("house", (Limits("one"),), window=50), 1)
        self.dialer.teams.config = PredictiveConfig(
            least_agents=3, least_answers=20, aim=1.0, most_lines=5.0
        )  # as bold as the law lets it be
        book = self.dialer.teams.of("spring")
        book.counted = Abandonment(AbandonRule(self.percent))
        campaign = replace(CAMPAIGN, mode=self.mode)
        people = [NewRecipient(f"p{n}", (Path(f"+39{n:06d}"),)) for n in range(2_000)]
        self.to_dialer(MediaThere("media-1", "life", 500), CampaignMade(campaign))
        self.to_dialer(AudienceGrew("spring", self.books.enter(campaign, people)))
        for n in range(self.agents):
            name = f"agent-{n}"
            login = AgentLoggedIn(name, "town", "sip:a@b", (SALES, SERVICE), nailed_up=True)
            self.to_acd(login, AgentReady(name), DeviceChanged(name, True))
        self.to_dialer(CampaignStarted("spring"))

    # --- the two cores and the ways between them

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        self._numbers += 1
        heapq.heappush(self.events, (self.now + seconds, self._numbers, what))

    def carry(self, way: str, what: Callable[[], None]) -> None:
        """Over one way: late, and in order."""
        at = max(self._arrives.get(way, 0.0), self.now + self.chance.uniform(0.0, 0.06))
        self._arrives[way] = at
        self.later(at - self.now, what)

    def to_dialer(self, *events: Any) -> None:
        for event in events:
            self.dialer.receive(event, self.now)
        self.step_dialer()

    def step_dialer(self) -> None:
        due = self.dialer.next_timer()
        if due is not None and due <= self.now:
            self.dialer.handle_timer(self.now)
        for change in self.dialer.changes():
            if isinstance(change, Put):
                key = ("outbound", change.table)
                self.books.tables.setdefault(key, {})[change.key] = change.record
        for command in self.dialer.commands():
            self.carry("to media", lambda command=command: self.media(command))  # type: ignore[misc]
        attempts = self.dialer.desk.attempts.values()
        keep = self.dialer.teams.keep("spring", attempts, self.now)
        if keep != self._kept:
            self._kept = keep
            self.carry("to acd", lambda: self.to_acd(CallsOutRinging(SALES, keep)))

    def to_acd(self, *events: Any) -> None:
        for event in events:
            self.acd.receive(event, self.now)
        self.step_acd()

    def step_acd(self) -> None:
        due = self.acd.next_timer()
        if due is not None and due <= self.now:
            self.acd.handle_timer(self.now)
        moved = bool(self.acd.changes())
        for command in self.acd.commands():
            if isinstance(command, PlaceOffer):
                self.carry("offers", lambda command=command: self.offered(command))  # type: ignore[misc]
            elif isinstance(command, WithdrawOffer):
                self.carry("offers", lambda command=command: self.over(command.offer))  # type: ignore[misc]
        if moved:
            (seen,) = teams_of(snapshot(self.acd, self.now), {SALES: 2.0}, [CAMPAIGN])
            told = TeamTold(
                "spring", seen.idle, seen.talking, seen.wrap_up_left, seen.wrap_up, seen.having,
                seen.held,
            )  # fmt: skip
            self.carry("team", lambda: self.to_dialer(told))

    def tell_dialer(self, event: object) -> None:
        self.carry("news", lambda: self.to_dialer(event))

    def tell_acd(self, *events: object) -> None:
        self.carry("from media", lambda: self.to_acd(*events))

    # --- the network

    def media(self, command: object) -> None:
        if isinstance(command, Dial):
            self.placed += 1
            self.ringing.add(command.attempt)
            self.tell_dialer(AttemptRinging(command.attempt))
            ring = self.chance.uniform(1.0, 6.0)
            if self.chance.random() < 0.5:
                self.later(ring, lambda: self.picks_up(command.attempt))
            else:
                self.later(ring, lambda: self.ends(command.attempt, Outcome.BUSY))
        elif isinstance(command, StopAttempt):
            self.ends(command.attempt, Outcome.CANCELLED)

    def ends(self, attempt: str, outcome: Outcome) -> None:
        if attempt in self.ringing:
            self.ringing.discard(attempt)
            self.tell_dialer(AttemptEnded(attempt, outcome))

    def picks_up(self, attempt: str) -> None:
        if attempt not in self.ringing:
            return
        self.ringing.discard(attempt)
        self.answered += 1
        self.waiting[attempt] = self.now
        self.tell_dialer(AttemptAnswered(attempt))
        self.tell_acd(
            CallQueued(call_of(attempt), "town", SALES, "", "media-1", "life", 600, outbound=True)
        )
        self.later(IN_TIME, lambda: self.too_late(attempt))

    def too_late(self, attempt: str) -> None:
        if self.waiting.pop(attempt, None) is None:
            return
        self.abandoned += 1
        allowed = self.answered * self.percent // 100 + self.departures
        self.over_law = max(self.over_law, self.abandoned - allowed)
        self.tell_acd(CallerLeft(call_of(attempt), "hang_up"))
        self.tell_dialer(MessageStarted(attempt))
        self.later(3.0, lambda: self.tell_dialer(AttemptEnded(attempt, Outcome.ABANDONED)))

    def offered(self, order: PlaceOffer) -> None:
        attempt = attempt_of_call(order.call)
        if order.call not in self.callers and self.waiting.pop(attempt, None) is None:
            return self.tell_acd(OfferFailed(order.offer, "caller_gone"))
        assert order.agent not in self.talks, "an agent with two calls"
        ours = order.call not in self.callers
        self.talks[order.agent] = order.offer
        self.contacts[order.offer] = (order.agent, attempt if ours else "")
        self.tell_acd(OfferAnswered(order.offer), Bridged(order.offer))
        if ours:
            self.connected += 1
            self.tell_dialer(AttemptAcknowledged(attempt, "agent"))
        else:
            self.served += 1

        self.later(self.chance.expovariate(1 / 6.0), lambda: self.over(order.offer))

    def over(self, offer: str) -> None:
        """The two hang up, or are parted."""
        agent, attempt = self.contacts.pop(offer, ("", ""))
        if not agent:
            return
        del self.talks[agent]
        self.tell_acd(ContactEnded(offer, "caller"))
        if attempt:
            self.tell_dialer(AttemptEnded(attempt, Outcome.ANSWERED))

    # --- the afternoon

    def caller(self) -> None:
        self._numbers += 1
        call = f"caller-{self._numbers}"
        self.callers.add(call)
        self.tell_acd(CallQueued(call, "town", SERVICE, call, "media-1", "life"))

    def wanders(self) -> None:
        """An agent leaves for a while."""
        agent = f"agent-{self.chance.randrange(self.agents)}"
        self.departures += 1
        if self.chance.random() < 0.5:
            self.to_acd(AgentNotReady(agent, "break"))
            self.later(4.0, lambda: self.to_acd(AgentReady(agent)))
        else:
            self.to_acd(DeviceChanged(agent, False, "you hung up", True))
            self.later(4.0, lambda: self.to_acd(AgentReady(agent), DeviceChanged(agent, True)))

    def feed(self) -> None:
        for wish in self.dialer.appetite(self.now):
            as_of = self.dialer.desk.steps
            reading = self.books.read(wish.campaign, self.now, wish.limit)
            self.to_dialer(RecipientsLoaded(wish.campaign, as_of, reading.due, reading.next_due))

    def run(self, seconds: float, tick: float = 0.1) -> None:
        end = self.now + seconds
        while self.now < end:
            until = self.now + tick
            while self.events and self.events[0][0] <= until:
                self.now, _, what = heapq.heappop(self.events)
                what()
            self.now = until
            self.feed()
            self.step_dialer()
            self.step_acd()
            assert all(self.now - since < 2.0 for since in self.waiting.values()), "silence"
            if self.chance.random() < self.inbound:
                self.caller()
            if self.leave and self.chance.random() < 0.01:
                self.wanders()


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32))
def test_progressive_with_agents_who_stay_abandons_nobody(seed: int) -> None:
    world = World(random.Random(seed))
    world.run(90.0)
    assert world.connected > 5 and world.served > 0
    assert world.abandoned == 0


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32))
def test_predictive_abandons_within_the_law_at_every_moment(seed: int) -> None:
    world = World(random.Random(seed), DialMode.PREDICTIVE, agents=6, inbound=0.01, percent=10)
    world.run(150.0)
    assert world.connected > 20
    assert world.over_law == 0
    counted = world.dialer.teams.of("spring").counted
    assert counted.abandoned <= world.abandoned


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([DialMode.PROGRESSIVE, DialMode.PREDICTIVE]))
def test_each_agent_who_leaves_costs_one_at_most(seed: int, mode: DialMode) -> None:
    world = World(random.Random(seed), mode, leave=True)
    world.run(90.0)
    assert world.departures and world.over_law == 0


def test_calls_out_wait_while_callers_do() -> None:
    world = World(random.Random(7), agents=2, inbound=1.0)
    world.run(60.0)
    assert world.served > 5
    placed = world.placed
    world.run(30.0)
    assert world.placed <= placed + 1  # who wait are served first


def test_what_was_answered_and_abandoned_is_known_after_a_restart() -> None:
    world = World(random.Random(3), DialMode.PREDICTIVE, agents=6, percent=10)
    world.run(120.0)
    before = world.dialer.teams.of("spring").counted
    rows = [row for row in world.books.rows("attempts") if isinstance(row, AttemptRecord)]
    again = Dialer(world.dialer.config, 2)
    answers = [
        (row.made, row.outcome is Outcome.ABANDONED)
        for row in rows
        if row.outcome is Outcome.ABANDONED or row.acknowledged_by == "agent"
    ]
    again.restore([CAMPAIGN], world.books.count(), [], world.now, {"spring": answers})
    counted = again.teams.of("spring").counted
    assert (counted.answered, counted.abandoned) == (before.answered, before.abandoned)
