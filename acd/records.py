"""The state of a centre's distributor, row by row, as the ledger keeps it. PURE.

These rows are the whole truth: everything else in the distributor (lines, indexes, timers) is made
from them, so a restart has nothing to guess. Ids only, never personal content.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from acd.blend import Kind, LevelRecord
from acd.callback import CallbackPlan
from acd.hindsight import WaitsRecord
from kernel.codec import message

AGENTS, WAITING, OFFERS, SEATS, TURNS = "agents", "waiting", "offers", "seats", "turns"
HANDLING, LEVELS, WAITS = "handling", "levels", "waits"
TABLES = (AGENTS, WAITING, OFFERS, SEATS, TURNS, HANDLING, LEVELS, WAITS)

EVERY_TIER = 9
"""Every tier is open."""
QUICK_SECONDS, QUICK_OFFERS = 0.3, 3
"""A phone that answered its last offers so fast answers by itself; a hand is slower."""


class Want(StrEnum):
    """What an agent, the person, wants."""

    LOGGED_OUT = "logged_out"
    NOT_READY = "not_ready"
    READY = "ready"
    NOT_READY_AFTER = "not_ready_after"
    LOG_OUT_AFTER = "log_out_after"


class State(StrEnum):
    """What the system knows of an agent."""

    OFFLINE = "offline"
    IDLE = "idle"
    RESERVED = "reserved"
    RINGING = "ringing"
    WHISPER = "whisper"
    TALKING = "talking"
    HOLD = "hold"
    """The caller is on hold."""
    WRAP_UP = "wrap_up"


class Phone(StrEnum):
    """What is known of an agent's phone."""

    UP = "up"
    LOST = "lost"
    """Its registration lapsed."""
    FAILED = "failed"
    """An offer could not reach it."""


class OfferState(StrEnum):
    """How far an offer has come."""

    PLACED = "placed"
    RINGING = "ringing"
    ANSWERED = "answered"
    BRIDGED = "bridged"


@message("acd.handled")
@dataclass(frozen=True)
class Handled:
    """What an agent did in one part of the fairness window."""

    part: int
    """Number of the part since the epoch."""
    calls: int
    talk: float
    """Seconds."""


@message("acd.agent_record")
@dataclass(frozen=True)
class AgentRecord:
    """An agent who was ever logged in."""

    agent: str
    client: str
    contact: str
    queues: tuple[str, ...] = ()
    skills: dict[str, int] = field(default_factory=dict)
    tiers: dict[str, int] = field(default_factory=dict)
    """Queue → tier; 1 where none is said."""
    order: int = 0
    """Where the agent stands in the linear order and in the round."""
    handled: tuple[Handled, ...] = ()
    """Calls and talk in the fairness window, oldest part first; a break does not touch it."""
    want: Want = Want.LOGGED_OUT
    state: State = State.OFFLINE
    since: float = 0.0
    """UTC seconds of the last change of `state`."""
    want_since: float = 0.0
    reason: str = ""
    """Why not ready."""
    after: str = ""
    """The reason that will hold after the call, when one is pending."""
    idle_since: float = 0.0
    """The last handled contact or log-in, whichever is later: who waits longest is served next. A
    break or a missed offer does not move it."""
    phone: Phone = Phone.UP
    not_before: float = 0.0
    """No offer before this time; 0 for at once."""
    errors: int = 0
    """Offers in a row that failed for a technical cause."""
    offer: str = ""
    call: str = ""
    """The call offered or talked to; after it, the last one, for the work on it."""
    wrap_up_until: float = 0.0
    busy_since: float = 0.0
    """When the offer was made that became the contact under way; 0 for none."""
    busy_queue: str = ""
    """Empty for one who is asked about a call: how long that takes says nothing of callers."""
    busy_intent: str = ""
    nailed_up: bool = False
    """The phone is called once and stays up."""
    phone_why: str = ""
    """Why the phone cannot be reached; empty while it can."""
    doing_since: float = 0.0
    """Since when the agent's time goes into what it does (`book.doing`): ringing, talking …"""
    away_why: str = ""
    """Why the phone was away last, until its owner is told or answers a call."""
    away_from: float = 0.0
    away_to: float = 0.0
    """UTC seconds; 0: it still is."""
    team: str = ""
    """Whose rules hold; empty: the agent takes everything."""
    last: tuple[str, ...] = ()
    """Kinds of the last contacts, the newest at the end."""
    quick: int = 0
    """Offers in a row that the phone answered by itself (`QUICK_SECONDS`)."""

    @property
    def leg_up(self) -> bool:
        """Whether somebody who is put through is heard at once: the leg stands, or the phone was
        seen to answer by itself."""
        standing = self.nailed_up and self.phone is Phone.UP
        return standing or self.quick >= QUICK_OFFERS

    @property
    def key(self) -> str:
        """The row's name."""
        return self.agent

    def tier(self, queue: str) -> int:
        """The tier in which the agent serves a queue."""
        return self.tiers.get(queue, 1)

    @property
    def present(self) -> bool:
        """Whether the agent is at work: wants calls and can be reached. A break is absence."""
        return self.want is Want.READY and self.state is not State.OFFLINE

    @property
    def free(self) -> bool:
        """Whether a call could be offered now."""
        return self.state is State.IDLE and self.want is Want.READY and not self.not_before


@message("acd.refused")
@dataclass(frozen=True)
class Refused:
    """An agent who is not offered this call for a while."""

    agent: str
    until: float


@message("acd.waiting_record")
@dataclass(frozen=True)
class WaitingRecord:
    """A call in a queue. It keeps its row, and so its place, while it is offered."""

    call: str
    client: str
    queue: str
    caller: str
    media: str
    epoch: str
    joined: float
    """When the caller first joined; older than `queued` for one who came back to a kept seat."""
    queued: float
    """When this call joined."""
    seq: int
    """Order of arrival, to part two that joined in the same instant."""
    priority: int = 0
    required: tuple[str, ...] = ()
    preferred: tuple[str, ...] = ()
    intent: str = ""
    offer: str = ""
    also: tuple[str, ...] = ()
    """Further offers, where a call rings at several agents."""
    refused: tuple[Refused, ...] = ()
    told: int = 0
    """The position last told; 0 for never."""
    told_at: float = 0.0
    levels: dict[str, int] = field(default_factory=dict)
    """Required skill → least level; 1 where none is said."""
    entered: float = 0.0
    """When the call came to this queue; steps and tiers count from here."""
    lowered: int = 0
    """By how many levels the requirements were relaxed."""
    dropped: tuple[str, ...] = ()
    """Required skills no longer asked for."""
    tier: int = EVERY_TIER
    """The highest tier that waiting has opened."""
    offered: int = 0
    """Offers made of it so far."""
    origin: str = ""
    """The queue that the caller joined first, when this is another one."""
    said_low: float = 0.0
    said_high: float = 0.0
    """The wait last told, in seconds; 0 for none."""
    said_raised: bool = False
    """Whether what was told has gone up once."""
    outbound: bool = False
    """Somebody whom we called: only for an agent whose leg is up."""
    limit: str = ""
    """The limit of the queue by which it may wait no longer; the caller is being asked about a
    callback."""
    limit_until: float = 0.0
    """For so long, UTC seconds."""
    foretold: tuple[float, float, float] | None = None
    """The first estimate: when it was told, and its range in seconds; its error is measured."""
    agent: str = ""
    """For whom it is kept."""
    agent_until: float = 0.0
    """Until when, UTC seconds; 0: for as long as it waits."""
    consult: str = ""
    """The call that it is about, for one that is no caller of its own."""
    dial_seconds: float = 0.0
    """For how long somebody is rung whom an agent wants dialled, once the agent is there."""
    callback: CallbackPlan | None = None
    """The caller is called back, or was."""
    lacking: dict[str, int] = field(default_factory=dict)
    """Required skill → the most that anybody who could serve it has, at work or not, where that is
    less than asked for; 0 for none. Not more than this is asked for."""

    @property
    def key(self) -> str:
        """The row's name."""
        return self.call

    @property
    def away(self) -> bool:
        """Whether the place is kept for a caller who is not on the line."""
        return self.callback is not None and not self.callback.here

    @property
    def all_offers(self) -> tuple[str, ...]:
        """Every live offer of the call."""
        return (self.offer, *self.also) if self.offer else ()

    @property
    def relaxed(self) -> str:
        """How far the requirements were relaxed, in words; empty for not at all."""
        parts = [f"levels lowered by {self.lowered}"] if self.lowered else []
        parts += [f"without {skill}" for skill in self.dropped]
        return ", ".join([*parts, self.lacks] if self.lacking else parts)

    @property
    def lacks(self) -> str:
        """What it asks for and nobody has, in words; empty for nothing."""
        had = (f"{skill} above {most}" if most else skill for skill, most in self.lacking.items())
        return "nobody has " + ", ".join(had) if self.lacking else ""

    def least(self, skill: str) -> int:
        """The least level of a required skill that is asked for now; 0 for none."""
        level = max(1, self.levels.get(skill, 1))
        most = self.lacking.get(skill, level)
        return 0 if skill in self.dropped else min(most, max(1, level - self.lowered))


@message("acd.offer_record")
@dataclass(frozen=True)
class OfferRecord:
    """A live offer, and the contact that it became. It carries what is needed to end it alone."""

    offer: str
    call: str
    agent: str
    client: str
    queue: str
    media: str
    epoch: str
    caller: str
    joined: float
    seq: int
    made: float
    lease: float
    """UTC seconds at which it frees call and agent, whatever happened."""
    state: OfferState = OfferState.PLACED
    since: float = 0.0
    intent: str = ""
    origin: str = ""
    talk: str = ""
    """How the contact stands, as in `ContactMoved`; empty until it moves."""
    paused: bool = False
    """Whether the agent has paused the recording."""
    consult: str = ""
    """The call that an agent is asked about, as long as it is not the one's own."""
    kind: Kind = "inbound"
    dial_seconds: float = 0.0
    """As of its call."""

    @property
    def key(self) -> str:
        """The row's name."""
        return self.offer


@message("acd.seat_record")
@dataclass(frozen=True)
class SeatRecord:
    """The place of a caller who is gone, kept for a redial."""

    client: str
    queue: str
    caller: str
    joined: float
    seq: int
    expires: float

    @property
    def key(self) -> str:
        """The row's name."""
        return seat_key(self.client, self.queue, self.caller)


@message("acd.turn_record")
@dataclass(frozen=True)
class TurnRecord:
    """Whose turn it was last in a queue that goes round."""

    queue: str
    client: str
    order: int
    agent: str

    @property
    def key(self) -> str:
        """The row's name."""
        return self.queue


@message("acd.handling_record")
@dataclass(frozen=True)
class HandlingRecord:
    """How long contacts of a queue take, of one intent or (empty) of all."""

    queue: str
    client: str
    intent: str
    n: int
    mean: float
    """Seconds, wrap-up included."""
    variance: float

    @property
    def key(self) -> str:
        """The row's name."""
        return handling_key(self.queue, self.intent)


def handling_key(queue: str, intent: str) -> str:
    """The name of a row of handling times."""
    return f"{len(queue)}:{queue}{intent}"


def seat_key(client: str, queue: str, caller: str) -> str:
    """The name of a seat; lengths part the names, so that no two can be taken for one another."""
    return f"{len(client)}:{client}{len(queue)}:{queue}{caller}"


def kind_of(call: WaitingRecord) -> Kind:
    """Which kind of contact a call would be."""
    if call.outbound or call.dial_seconds:
        return "outbound"
    return "callback" if call.callback is not None else "inbound"


Record = (
    AgentRecord | WaitingRecord | OfferRecord | SeatRecord | TurnRecord | HandlingRecord
    | LevelRecord | WaitsRecord
)  # fmt: skip
