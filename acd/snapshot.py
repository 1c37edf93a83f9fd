"""What pages and metrics may see: values, made when asked for. PURE.

Every view carries its client, so that a page can show each viewer their own only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from acd.config import QueueConfig
from acd.distributor import Distributor
from acd.estimate import Accuracy
from acd.floor import Floor
from acd.records import AgentRecord, OfferRecord, Phone, State, WaitingRecord, Want
from acd.staff import Lack


@dataclass(frozen=True)
class AgentView:
    """An agent. Times are UTC seconds."""

    agent: str
    client: str
    want: str
    state: str
    since: float
    """Since when what is shown holds: the state, or for one without a call the wish if later."""
    reason: str
    """Why not ready."""
    after: str
    """What holds after the call: the reason, or `log out`; else empty."""
    offer: str
    call: str
    """The call offered, talked to, or (in and after wrap-up) the last one."""
    contact: str
    queues: tuple[str, ...]
    skills: dict[str, int]
    wrap_up_until: float | None
    idle_since: float
    reachable: bool
    """Whether the phone is thought to be reachable."""
    nailed_up: bool = False
    phone_why: str = ""
    """Why the phone cannot be reached."""
    leg_up: bool = False
    """Whether somebody who is put through is heard at once."""
    free: bool = False
    """Whether a call could be offered now."""
    away_why: str = ""
    """Why the phone was away last, until its owner is told or answers a call."""
    away_from: float = 0.0
    away_to: float = 0.0
    """0: it still is."""
    out_held: str = ""
    """Why nobody is called for this agent now, by the rules of the team. Only in a `Snapshot`."""


@dataclass(frozen=True)
class QueueView:
    """A queue."""

    queue: str
    client: str
    name: str
    waiting: int
    """Calls in the line, those being offered included; without callbacks."""
    offered: int
    longest_wait: float
    """Seconds since the first of them joined."""
    agents_in: int
    """Agents logged in."""
    agents_ready: int
    """Of them, those who want calls."""
    agents_free: int
    """Of these, those who could be offered one now."""
    estimates: int = 0
    """Callers to whom a wait had been foretold and of whom it is known how that came out, since
    this life began."""
    estimates_covered: int = 0
    """Of them, those whose wait was in the range."""
    estimate_error: float = 0.0
    """Seconds beside the middle of the range, on average."""
    callbacks: int = 0
    """Places kept for callers who will be called back."""
    lacked: tuple[Lack, ...] = ()
    """What its calls asked for and nobody who could serve them has."""


@dataclass(frozen=True)
class CallView:
    """A waiting call."""

    call: str
    client: str
    queue: str
    position: int
    waiting: int
    joined: float
    waited: float
    """Seconds."""
    priority: int
    offer: str
    media: str
    intent: str
    callback: str = ""
    """`away`: the caller will be called back; `here`: was, and waits on the line."""


@dataclass(frozen=True)
class OfferView:
    """A live offer, or the contact that it became."""

    offer: str
    call: str
    agent: str
    client: str
    queue: str
    state: str
    since: float
    media: str
    """The process that holds the caller."""
    talk: str = ""
    """How the contact stands, as in `ContactMoved`; empty: as usual."""
    paused: bool = False
    """Whether the agent has paused the recording."""


class Snapshot:
    """The whole centre at one moment. Each part is made when it is first asked for, since its cost
    grows with agents or calls: ask before the next event is taken, or get it as it is then."""

    def __init__(self, distributor: Distributor, now: float) -> None:
        self.at = now
        self.counts = dict(distributor.counts)
        """Since this life of the process began."""
        self._of = distributor

    @property
    def size(self) -> int:
        """Agents and waiting calls: what the cost of all parts grows with."""
        return len(self._of.floor.agents) + len(self._of.floor.waiting)

    @cached_property
    def agents(self) -> tuple[AgentView, ...]:
        """Everybody who was ever logged in."""
        why = self._of.blending.why
        return tuple(
            agent_view(record, why(record, "outbound", self.at))
            for record in self._of.floor.agents.values()
        )

    @cached_property
    def queues(self) -> tuple[QueueView, ...]:
        """The queues as they are configured."""
        accuracy = self._of.floor.hindsight.accuracy
        return tuple(
            queue_view(
                self._of.floor,
                queue,
                self.at,
                accuracy.get(queue.id, Accuracy()),
                self._of.staff.lacked(queue.id),
            )
            for queue in self._of.config.queues
        )

    @cached_property
    def calls(self) -> tuple[CallView, ...]:
        """In the order of service, queue by queue."""
        floor = self._of.floor
        places = [place[3] for line in floor.lines.values() for place in line]
        return tuple(call_view(floor, floor.waiting[call], self.at) for call in places)

    @cached_property
    def offers(self) -> tuple[OfferView, ...]:
        """Live offers, and contacts that they became."""
        return tuple(offer_view(offer) for offer in self._of.floor.offers.values())


def snapshot(distributor: Distributor, now: float) -> Snapshot:
    """The centre now."""
    return Snapshot(distributor, now)


def agent_view(record: AgentRecord, out_held: str = "") -> AgentView:
    """One agent."""
    at_rest = record.state in (State.IDLE, State.OFFLINE)
    after = "log out" if record.want is Want.LOG_OUT_AFTER else record.after
    return AgentView(
        record.agent, record.client, str(record.want), str(record.state),
        max(record.since, record.want_since) if at_rest else record.since,
        record.reason, after, record.offer, record.call, record.contact, record.queues,
        dict(record.skills), record.wrap_up_until or None, record.idle_since,
        record.phone is Phone.UP, record.nailed_up, record.phone_why, record.leg_up, record.free,
        record.away_why, record.away_from, record.away_to, out_held,
    )  # fmt: skip


def queue_view(
    floor: Floor, queue: QueueConfig, now: float, accuracy: Accuracy, lacked: tuple[Lack, ...]
) -> QueueView:
    """One queue."""
    agents = [floor.agents[agent] for agent in floor.serving.get(queue.id, ())]
    waiting, offered, longest = _line(floor, queue.id, now)
    return QueueView(
        queue.id, queue.client, queue.name or queue.id, waiting, offered, longest,
        len(agents),
        sum(agent.want is Want.READY for agent in agents),
        len(floor.free.get(queue.id, ())),
        accuracy.n, accuracy.covered, accuracy.error / accuracy.n if accuracy.n else 0.0,
        floor.away[queue.id], lacked,
    )  # fmt: skip


def _line(floor: Floor, queue: str, now: float) -> tuple[int, int, float]:
    """Calls in the line, how many of them are offered, and the longest wait; without callbacks."""
    places = floor.lines[queue].places if queue in floor.lines else []
    if not floor.away[queue]:  # what a place and the indexes say is enough
        unoffered = floor.unoffered[queue].count if queue in floor.unoffered else 0
        longest = now - min((joined for _, joined, _, _ in places), default=now)
        return len(places), len(places) - unoffered, longest
    line = (floor.waiting[place[3]] for place in places)
    calls = [call for call in line if not call.away]
    longest = max((now - call.joined for call in calls), default=0.0)
    return len(calls), sum(bool(call.offer) for call in calls), longest


def call_view(floor: Floor, call: WaitingRecord, now: float) -> CallView:
    """One waiting call."""
    callback = "" if call.callback is None else "away" if call.away else "here"
    return CallView(
        call.call, call.client, call.queue, floor.position(call), len(floor.lines[call.queue]),
        call.joined, now - call.joined, call.priority, call.offer, call.media, call.intent,
        callback,
    )  # fmt: skip


def offer_view(offer: OfferRecord) -> OfferView:
    """One live offer."""
    return OfferView(
        offer.offer, offer.call, offer.agent, offer.client, offer.queue, str(offer.state),
        offer.since, offer.media, offer.talk, offer.paused,
    )  # fmt: skip
