"""The distributor in a world where anything may happen in any order.

Media processes and agents live their own lives; what they say arrives late, twice or never; control
restarts at any moment from its rows. After every single step the promises of the ACD must hold.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from acd.config import CentreConfig, QueueConfig, Relax
from acd.matching import engaged, rank, why_not
from acd.messages import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentNotReady,
    AgentReady,
    Bridged,
    CallerLeft,
    CallQueued,
    CallsHeld,
    ContactEnded,
    ContactJoined,
    ContactMoved,
    DeviceChanged,
    MediaLost,
    OfferAnswered,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    PlaceOffer,
    ReleaseCall,
    TellPosition,
    WithdrawOffer,
    WrapUpEnded,
)
from acd.numbers import Stretch, reconcile
from acd.records import (
    AgentRecord,
    OfferRecord,
    OfferState,
    State,
    WaitingRecord,
    Want,
    seat_key,
)
from acd.staff import Profile, StaffKnown, profile_of
from kernel.errors import IllegalTransition
from tests.unit.acd.house import House

CONFIG = CentreConfig(
    "house",
    (
        QueueConfig(
            "bills", "utility", tier_waits=(20.0, 40.0),
            relax=(Relax(11.0, lower=1), Relax(26.0, lower=2), Relax(70.0, anybody=True)),
            max_wait=500.0, overflow="round", handling_seconds=100.0,
        ),
        QueueConfig("gas", "utility", wrap_up_seconds=0, strategy="ring_all", no_agent_wait=60.0),
        QueueConfig(
            "shop", "retailer", wrap_up_seconds=10, strategy="fewest_calls", max_wait=300.0,
            voicemail=True,
        ),
        QueueConfig(
            "round", "utility", wrap_up_seconds=0, strategy="round_robin", max_length=3,
            overflow="gas",
        ),
    ),
)  # fmt: skip
AGENTS = [f"a{n}" for n in range(4)]
PROFILES = [
    Profile(("bills", "gas", "shop", "round")), Profile(("bills", "shop"), {"welsh": 2}),
    Profile(("bills", "gas"), {"gas": 1}), Profile(("gas", "round"), {"welsh": 4, "gas": 3}),
]  # fmt: skip
MEDIA = ["media-1", "media-2"]
QUEUES = st.sampled_from(["bills", "bills", "gas", "shop", "round"])
FAILURES = ["no_answer", "busy", "declined", "unreachable", "no_sound", "error"]


@dataclass
class Media:
    """A media process: its callers, its offers, and what it has said but not delivered."""

    name: str
    life: int = 1
    waiting: set[str] = field(default_factory=set)
    offers: dict[str, str] = field(default_factory=dict)
    """Offer → its call."""
    stage: dict[str, int] = field(default_factory=dict)
    said: deque[object] = field(default_factory=deque)

    @property
    def epoch(self) -> str:
        return f"e{self.life}"

    def obey(self, command: Any) -> None:
        if isinstance(command, PlaceOffer):
            if command.call in self.waiting:
                self.offers.setdefault(command.offer, command.call)
                self.stage.setdefault(command.offer, 0)
            else:
                self.said.append(OfferFailed(command.offer, "caller_gone"))
        elif isinstance(command, WithdrawOffer):
            self.offers.pop(command.offer, None)
        elif isinstance(command, ReleaseCall):
            self.waiting.discard(command.call)

    def offer_moves(self, offer: str, failure: str | None) -> None:
        if failure and self.stage[offer] < 3:
            self.said.append(OfferFailed(offer, failure))  # type: ignore[arg-type]
            del self.offers[offer]
            return
        self.stage[offer] += 1
        if self.stage[offer] == 3:
            self.waiting.discard(self.offers[offer])
        if self.stage[offer] == 4:
            del self.offers[offer]
        self.said.append(
            [OfferRinging(offer), OfferAnswered(offer), Bridged(offer)][self.stage[offer] - 1]
            if self.stage[offer] < 4
            else ContactEnded(offer, "agent")
        )

    def talks(self) -> list[str]:
        """Offers that have become contacts."""
        return sorted(offer for offer in self.offers if self.stage[offer] == 3)

    def asked(self) -> list[str]:
        """Of them, those of agents who are asked about a call."""
        return [offer for offer in self.talks() if "+" in self.offers[offer]]

    def hang_up(self, call: str, why: Any) -> None:
        self.waiting.discard(call)
        for offer in [offer for offer, of in self.offers.items() if of == call]:
            del self.offers[offer]
        self.said.append(CallerLeft(call, why))

    def held(self) -> CallsHeld:
        return CallsHeld(
            self.name, self.epoch, tuple(sorted(self.waiting)), tuple(sorted(self.offers))
        )


class World(RuleBasedStateMachine):
    """Everybody lives; the house keeps its promises."""

    def __init__(self) -> None:
        super().__init__()
        self.house = House(CONFIG)
        self.media = {name: Media(name) for name in MEDIA}
        self.calls = 0
        self.restarts = 0
        self.staff: list[Profile] = []
        """Who may log in, as it was told last, and who has logged in as somebody else since."""
        self.told_who = False

    # --- one step, and what must hold for the offers made in it

    def tell(self, event: object) -> None:
        before = self.state()
        try:
            self.house.core.receive(event, self.house.now)
        except IllegalTransition:
            assert self.state() == before, "an illegal event changed something"
            return
        self.check_offers()
        self.house.core.handle_timer(self.house.now)
        self.check_offers()
        self.carry()

    def check_offers(self) -> None:
        core = self.house.core
        for command in core._commands:
            if isinstance(command, PlaceOffer) and command.offer in core.floor.offers:
                self.check_offer(command)
        self.carry()

    def check_offer(self, command: PlaceOffer) -> None:
        """Served by head start, and by the longest idle; the skills are there."""
        floor = self.house.core.floor
        call, agent = floor.waiting[command.call], floor.agents[command.agent]
        as_free = replace(agent, state=State.IDLE, offer="")
        assert why_not(as_free, call, floor.open_tier(call)) is None
        for other in floor.waiting.values():
            if floor.open(other) and floor.place(other) < floor.place(call):
                tier = floor.open_tier(other)
                assert why_not(as_free, other, tier) is not None, "an earlier call was overtaken"
        terms = self.house.core.terms(call, self.house.now)
        for rival in floor.agents.values():
            if terms.strategy != "round_robin" and why_not(rival, call, terms.tier) is None:
                assert rank(as_free, call, terms) < rank(rival, call, terms), (
                    "an agent was passed over whose turn it was"
                )

    def carry(self) -> None:
        for command in self.house.keep():
            assert isinstance(command, PlaceOffer | WithdrawOffer | ReleaseCall | TellPosition)
            self.media[command.media].obey(command)

    def state(self) -> Any:
        floor = self.house.core.floor
        return tuple(
            dict(rows)
            for rows in (floor.agents, floor.waiting, floor.offers, floor.seats, floor.turns)
        ), self.house.core.next_timer()

    # --- what agents do

    @rule(
        agent=st.sampled_from(AGENTS),
        queues=st.sampled_from(
            [("bills",), ("gas", "bills"), ("shop", "bills"), ("gas",), ("round", "gas", "bills")]
        ),
        skills=st.sampled_from([{}, {"welsh": 3}, {"gas": 1}]),
        tiers=st.sampled_from([{}, {}, {"bills": 2}, {"bills": 3, "gas": 2}]),
        ready=st.booleans(),
    )
    def log_in(
        self,
        agent: str,
        queues: tuple[str, ...],
        skills: dict[str, int],
        tiers: dict[str, int],
        ready: bool,
    ) -> None:
        contact = f"sip:{agent}@host"
        self.tell(AgentLoggedIn(agent, "utility", contact, queues, skills, tiers, int(agent[1:])))
        if self.told_who:
            self.staff.append(profile_of(self.house.core.floor.agents[agent]))
        if ready:
            self.tell(AgentReady(agent))

    @rule(profiles=st.lists(st.sampled_from(PROFILES), max_size=3, unique_by=id))
    def staff_changes(self, profiles: list[Profile]) -> None:
        self.tell(StaffKnown(tuple(profiles)))
        there = self.house.core.floor.agents.values()
        self.staff = [*profiles, *(profile_of(a) for a in there if a.want is not Want.LOGGED_OUT)]
        self.told_who = True

    @rule(agent=st.sampled_from(AGENTS), twice=st.booleans(), data=st.data())
    def agent_says(self, agent: str, twice: bool, data: st.DataObject) -> None:
        row = self.house.core.floor.agents.get(agent)
        event = data.draw(
            st.sampled_from(
                [
                    AgentReady(agent),
                    AgentReady(agent),
                    AgentNotReady(agent, "lunch"),
                    AgentLoggedOut(agent),
                    WrapUpEnded(agent),
                    DeviceChanged(agent, True),
                    DeviceChanged(agent, False),
                    OfferDeclined(agent, row.offer if row else ""),
                ]
            )
        )
        for _ in range(1 + twice):
            self.tell(event)

    # --- what callers and media processes do

    @rule(
        media=st.sampled_from(MEDIA),
        queue=QUEUES,
        caller=st.integers(0, 4),
        priority=st.sampled_from([0, 0, 30, 100_000]),
        required=st.sampled_from([(), (), ("welsh",)]),
        level=st.sampled_from([1, 3, 4]),
        kept=st.sampled_from([("", 0.0), ("", 0.0), ("a0", 20.0), ("a1", 0.0)]),
    )
    def caller_queues(
        self,
        media: str,
        queue: str,
        caller: int,
        priority: int,
        required: tuple[str, ...],
        level: int,
        kept: tuple[str, float],
    ) -> None:
        self.calls += 1
        at, call = self.media[media], f"c{self.calls}"
        at.waiting.add(call)
        client = "retailer" if queue == "shop" else "utility"
        at.said.append(
            CallQueued(
                call,
                client,
                queue,
                f"k{caller}",
                at.name,
                at.epoch,
                priority,
                required,
                ("gas",),
                levels=dict.fromkeys(required, level),
                agent=kept[0],
                agent_seconds=kept[1],
            )
        )

    @precondition(lambda self: any(media.talks() for media in self.media.values()))
    @rule(
        data=st.data(),
        agent=st.sampled_from(["", *AGENTS]),
        queue=st.sampled_from(["bills", "gas"]),
    )
    def agent_asks(self, data: st.DataObject, agent: str, queue: str) -> None:
        """Somebody who talks with a caller wants to ask somebody else."""
        at = data.draw(st.sampled_from([m for m in self.media.values() if m.talks()]))
        about = data.draw(st.sampled_from(at.talks()))
        self.calls += 1
        name = f"{at.offers[about]}+{self.calls}"
        at.waiting.add(name)
        at.said.append(ContactMoved(about, "calling"))
        at.said.append(
            CallQueued(name, "utility", "bills", "k0", at.name, at.epoch, 600, agent=agent,
                       consult=at.offers[about])
        )  # fmt: skip

    @precondition(lambda self: any(media.talks() for media in self.media.values()))
    @rule(data=st.data(), talk=st.sampled_from(["hold", "talking", "consulted", "conference"]))
    def contact_moves(self, data: st.DataObject, talk: str) -> None:
        at = data.draw(st.sampled_from([m for m in self.media.values() if m.talks()]))
        at.said.append(ContactMoved(data.draw(st.sampled_from(at.talks())), talk))

    @precondition(lambda self: any(media.asked() for media in self.media.values()))
    @rule(data=st.data(), first_last=st.booleans())
    def transfer_is_completed(self, data: st.DataObject, first_last: bool) -> None:
        """Who was asked has the caller from here on."""
        at = data.draw(st.sampled_from([m for m in self.media.values() if m.asked()]))
        offer = data.draw(st.sampled_from(at.asked()))
        call = at.offers[offer].partition("+")[0]
        first = next((o for o in at.talks() if at.offers[o] == call), None)
        news: list[object] = [ContactJoined(offer, call)]
        if first is not None:
            del at.offers[first]
            news.insert(first_last, ContactEnded(first, "agent"))
            at.offers[offer] = call
            at.said.extend(news)

    @precondition(lambda self: any(media.waiting for media in self.media.values()))
    @rule(why=st.sampled_from(["hang_up", "exit", "lost"]), data=st.data())
    def caller_leaves(self, why: str, data: st.DataObject) -> None:
        at = data.draw(st.sampled_from([m for m in self.media.values() if m.waiting]))
        at.hang_up(data.draw(st.sampled_from(sorted(at.waiting))), why)

    @precondition(lambda self: any(media.offers for media in self.media.values()))
    @rule(failure=st.sampled_from([None, None, None, *FAILURES]), data=st.data())
    def offer_moves(self, failure: str | None, data: st.DataObject) -> None:
        at = data.draw(st.sampled_from([m for m in self.media.values() if m.offers]))
        at.offer_moves(data.draw(st.sampled_from(sorted(at.offers))), failure)

    @precondition(lambda self: any(media.said for media in self.media.values()))
    @rule(count=st.integers(1, 6), fate=st.sampled_from(["", "", "", "twice", "drop"]))
    def deliver(self, count: int, fate: str) -> None:
        for at in self.media.values():
            for _ in range(min(count, len(at.said))):
                event = at.said.popleft()
                if fate != "drop":
                    self.tell(event)
                if fate == "twice":
                    self.tell(event)

    @rule(name=st.sampled_from(MEDIA))
    def reconnect(self, name: str) -> None:
        """All that was kept is delivered, then what is held."""
        at = self.media[name]
        while at.said:
            self.tell(at.said.popleft())
        self.tell(at.held())
        floor = self.house.core.floor
        ours = {c.call for c in floor.waiting.values() if c.media == name}
        assert ours <= at.waiting, "a ghost call"
        assert at.waiting <= ours, "a caller is held whom nobody knows"

    @rule(name=st.sampled_from(MEDIA), told=st.sampled_from(["lost", "held", "both", "never"]))
    def media_dies(self, name: str, told: str) -> None:
        old = self.media[name]
        new = self.media[name] = Media(name, old.life + 1)
        seats = self.seats_due(old)
        if told in ("lost", "both"):
            self.tell(MediaLost(name, old.epoch))
        if told in ("held", "both"):
            self.tell(new.held())
        if told != "never":
            assert seats <= set(self.house.core.floor.seats), "a lost caller has no seat"

    def seats_due(self, media: Media) -> set[str]:
        floor, life = self.house.core.floor, (media.name, media.epoch)
        talks = (o for o in floor.offers.values() if o.state is OfferState.BRIDGED)
        calls: list[WaitingRecord | OfferRecord] = [*floor.waiting.values(), *talks]
        return {
            seat_key(call.client, call.origin or call.queue, call.caller)
            for call in calls
            if (call.media, call.epoch) == life and not call.consult
        }

    # --- time, and the death of control

    @rule(seconds=st.sampled_from([0.5, 3.0, 11.0, 26.0, 70.0, 700.0]))
    def time_passes(self, seconds: float) -> None:
        end = self.house.now + seconds
        core = self.house.core
        while (due := core.next_timer()) is not None and due <= end:
            self.house.now = max(self.house.now, due)
            core.handle_timer(self.house.now)
            self.check_offers()
        self.house.now = end

    @rule(heard=st.booleans())
    def control_restarts(self, heard: bool) -> None:
        before = self.state()[0]
        orders = {q: list(line) for q, line in self.house.core.floor.lines.items() if len(line)}
        free = {q: f for q, f in self.house.core.floor.free.items() if f}
        self.house.restart()
        floor = self.house.core.floor
        assert self.state()[0] == before
        assert {q: list(line) for q, line in floor.lines.items()} == orders
        assert {q: f for q, f in floor.free.items() if f} == free
        assert floor.changes() == []
        self.restarts += 1
        self.staff, self.told_who = [], False
        if heard:
            for name in MEDIA:
                self.reconnect(name)

    # --- what always holds

    @invariant()
    def one_offer_each(self) -> None:
        floor = self.house.core.floor
        for offer in floor.offers.values():
            assert floor.agents[offer.agent].offer == offer.offer
            if offer.state is OfferState.BRIDGED:
                assert offer.call not in floor.waiting
                assert floor.talking[offer.call] == offer.offer
            else:
                assert offer.offer in floor.waiting[offer.call].all_offers
        held = [a.offer for a in floor.agents.values() if a.offer]
        assert sorted(held) == sorted(floor.offers)
        offered = [name for c in floor.waiting.values() for name in c.all_offers]
        assert len(offered) == len(set(offered)) and set(offered) <= set(floor.offers)
        for call in floor.waiting.values():
            states = [floor.offers[name].state for name in call.all_offers]
            assert OfferState.ANSWERED not in states or len(states) == 1, "rings on elsewhere"
        assert set(floor.talking.values()) <= set(floor.offers)

    @invariant()
    def nobody_idles_while_somebody_waits(self) -> None:
        floor = self.house.core.floor
        free = [agent for agent in floor.agents.values() if agent.free]
        for call in floor.waiting.values():
            if floor.open(call):
                tier = floor.open_tier(call)
                able = [agent.agent for agent in free if why_not(agent, call, tier) is None]
                assert not able, f"{able} could take {call.call}"

    @invariant()
    def nobody_waits_for_what_nobody_has(self) -> None:
        core = self.house.core
        for call in core.floor.waiting.values():
            serving = [one for one in self.staff if call.queue in one.queues]
            able = [all(one.skills.get(s, 0) >= call.least(s) for s in call.required)
                    for one in serving]  # fmt: skip
            assert any(able) or not able, call
            assert core.staff.fitted(call) == call

    @invariant()
    def why_agents_are_not_free_is_counted_as_they_are(self) -> None:
        floor = self.house.core.floor
        for queue, counted in floor.held.items():
            those = (a for a in floor.agents_of(queue) if not a.free)
            assert Counter(engaged(agent) for agent in those) == +counted

    @invariant()
    def states_agree(self) -> None:
        for agent in self.house.core.floor.agents.values():
            with_offer = agent.state in (
                State.RESERVED, State.RINGING, State.WHISPER, State.TALKING, State.HOLD,
            )  # fmt: skip
            assert with_offer == bool(agent.offer)
            assert (agent.state is State.WRAP_UP) == bool(agent.wrap_up_until)
            if agent.want is Want.LOGGED_OUT:
                assert agent.state is State.OFFLINE
            if agent.want in (Want.NOT_READY_AFTER, Want.LOG_OUT_AFTER):
                assert agent.state in (
                    State.WHISPER, State.TALKING, State.HOLD, State.WRAP_UP,
                )  # fmt: skip

    @invariant()
    def leases_end(self) -> None:
        floor = self.house.core.floor
        grace = self.house.config.restart_grace * self.restarts
        for offer in floor.offers.values():
            assert offer.lease + grace >= self.house.now
        due = self.house.core.next_timer()
        assert due is not None or not (floor.offers or floor.waiting)

    @invariant()
    def lines_are_in_order_and_whole(self) -> None:
        floor = self.house.core.floor
        places = [place for line in floor.lines.values() for place in line]
        assert sorted(p[3] for p in places) == sorted(floor.waiting)
        for line in floor.lines.values():
            assert list(line) == sorted(line)
        for at, place in enumerate(floor.lines["bills"] if "bills" in floor.lines else (), 1):
            assert floor.position(floor.waiting[place[3]]) == at

    @invariant()
    def the_journal_tells_the_same(self) -> None:
        """Nobody is lost: each call's last row says where it is, and it is there."""
        self.house.journal_agrees()

    @invariant()
    def every_stay_is_counted_once(self) -> None:
        """offered = answered + abandoned + … + waiting + being offered, after any restart."""
        assert reconcile(self.house.visits(), self.house.entered()) == []

    @invariant()
    def an_agents_stretches_do_not_overlap(self) -> None:
        until: dict[str, float] = {}
        for fact in self.house.facts:
            if isinstance(fact, Stretch):
                assert until.get(fact.agent, 0.0) <= fact.begin <= fact.end
                until[fact.agent] = fact.end

    def teardown(self) -> None:
        """Let all that is under way come to its end: everything is free again."""
        for name in MEDIA:
            self.media_dies(name, "both")
        self.time_passes(1_000.0)
        floor = self.house.core.floor
        stuck = [o for o in floor.offers.values() if o.state is not OfferState.BRIDGED]
        assert not stuck
        self.time_passes(self.house.config.contact_limit + 1_000)
        assert not floor.offers and not floor.seats
        agents: list[AgentRecord] = list(floor.agents.values())
        assert all(agent.state in (State.IDLE, State.OFFLINE) for agent in agents)


World.TestCase.settings = settings(
    max_examples=80,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestWorld = World.TestCase
