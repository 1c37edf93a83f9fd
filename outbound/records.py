"""What calling out remembers, row by row: campaign, recipient, path, attempt. PURE.

A *campaign* is a reason to call, a *recipient* a person of its frozen audience, a *path* one of
that person's numbers, an *attempt* one INVITE. An attempt's row is written and committed before its
INVITE (the intent), under an id that is fixed by campaign, recipient and ordinal: so it can be
asked for after any crash, and the same ordinal can never be two calls. When a recipient is to be
called next stands in its row (`next_at`), never in a timer or a broker.

Rows hold ids, never personal content. The one exception are a path's digits, which must be there to
be dialled: they lie in a table of their own, and erasing a person deletes them there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from kernel.codec import message

CAMPAIGNS, RECIPIENTS, ATTEMPTS, AUDIT = "campaigns", "recipients", "attempts", "audit"


class CampaignState(StrEnum):
    """How far a campaign is."""

    DRAFT = "draft"
    """Its audience may still grow; nobody is called."""
    RUNNING = "running"
    PAUSED = "paused"
    """No new INVITE; calls that are up go on."""
    COMPLETED = "completed"
    """Nobody is left to be called."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Its time was over before everybody was reached."""


class Guarantee(StrEnum):
    """What a crash may cost: over the telephone network, exactly once cannot be had."""

    AT_LEAST_ONCE = "at_least_once"
    """Emergencies: nobody is missed; a call whose fate is unknown is placed again."""
    AT_MOST_ONCE = "at_most_once"
    """Everything else: nobody is rung twice for our crash; its fate stays `unknown`."""


class RecipientState(StrEnum):
    """How far a recipient is."""

    PENDING = "pending"
    """To be called at `next_at`."""
    ACTIVE = "active"
    """An attempt is under way."""
    ACKNOWLEDGED = "acknowledged"
    """Said "understood", by voice, key or calling back; or asked for help."""
    REACHED = "reached"
    """Reached as far as this campaign asks, without acknowledgement."""
    EXHAUSTED = "exhausted"
    """Every attempt was spent."""
    SUPPRESSED = "suppressed"
    """May not be called."""
    CANCELLED = "cancelled"
    """The campaign ended first."""

    @property
    def final(self) -> bool:
        """Whether nothing more will be done."""
        return self not in (RecipientState.PENDING, RecipientState.ACTIVE)


class Bucket(StrEnum):
    """The best that was had of a recipient: the six columns of every result, best first."""

    ACKNOWLEDGED = "acknowledged"
    HEARD = "heard"
    """The message was heard to its end, and nobody said so."""
    VOICEMAIL = "voicemail"
    UNKNOWN = "unknown"
    """A call's fate was lost."""
    NOT_REACHED = "not_reached"
    INVALID = "invalid"
    """No such number, or blocked."""


class AttemptState(StrEnum):
    """How far an attempt is. What it came to in the end is its `Outcome`."""

    AGENT_FIRST = "agent_first"
    """Committed; its agent is called to the phone, and no INVITE to the called may go out."""
    INTENT = "intent"
    """Committed; the INVITE may or may not have gone out."""
    INVITED = "invited"
    RINGING = "ringing"
    ANSWERED = "answered"
    MESSAGE_STARTED = "message_started"
    MESSAGE_COMPLETE = "message_complete"
    ACKNOWLEDGED = "acknowledged"
    OVER = "over"


BEFORE_INVITE = frozenset({AttemptState.AGENT_FIRST, AttemptState.INTENT})
"""Of these it is not told that the telephone of the called rings."""


class Outcome(StrEnum):
    """What an attempt came to."""

    ACKNOWLEDGED = "acknowledged"
    HEARD = "heard"
    VOICEMAIL = "voicemail"
    ANSWERED = "answered"
    """Picked up, and the message was not heard to its end."""
    TRANSFERRED = "transferred"
    ABANDONED = "abandoned"
    """Answered, and no agent was free within the legal time."""
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REJECTED = "rejected"
    BLOCKED = "blocked"
    """By the network, for us: 603+ (network blocked), 607 Unwanted (:rfc:`8197`), 608 Rejected
    (:rfc:`8688`)."""
    INVALID = "invalid"
    """404, 410, 484, 604."""
    CONGESTION = "congestion"
    """The network or its trunk had no room, or asked to slow down: 503 and the like."""
    FAILED = "failed"
    """Our own fault."""
    REFUSED = "refused"
    """By the gate, before the INVITE."""
    CANCELLED = "cancelled"
    """Stopped by us while it rang."""
    UNKNOWN = "unknown"
    """A crash took the news."""


class PreviewThen(StrEnum):
    """What follows when an agent who sees somebody says nothing for a while."""

    NOT_READY = "not_ready"
    """Nobody looks: the agent is not ready, and the person is next again."""
    SKIP = "skip"
    DIAL = "dial"


class Refusal(StrEnum):
    """Why the gate lets an INVITE not go out."""

    NOT_RUNNING = "not_running"
    OLD_EPOCH = "old_epoch"
    """An earlier life of the dialler wanted it."""
    LATE = "late"
    """It waited on its way for longer than its pacing holds."""
    ACKNOWLEDGED = "acknowledged"
    """Acknowledged elsewhere meanwhile."""
    OVER = "over"
    """The attempt, or the recipient, is over."""
    DO_NOT_CALL = "do_not_call"
    HOURS = "hours"
    """Not at this hour at the called place."""
    FREQUENCY = "frequency"
    """Called too often already."""
    EXPIRED = "expired"
    FAULT = "fault"
    """The last look itself failed: rules or words could not be read."""
    NO_WORDS = "no_words"
    """There is nothing to say: the message is gone, or was never there; or the bot does not know of
    the person what it must say."""
    NO_AGENT = "no_agent"
    """The agent who wanted them dialled did not come to the phone."""
    NO_SENDER = "no_sender"
    """The media process that was to hold the call died before the edge had sent the INVITE."""
    NOT_ALLOWED = "not_allowed"
    """The house may not dial this number for this purpose."""


@message("outbound.retry_policy")
@dataclass(frozen=True)
class RetryPolicy:
    """One budget for all causes, and a delay for each. Seconds."""

    budget: int = 3
    """Attempts that count, over all numbers of a person. Congestion and our faults do not count."""
    delays: dict[str, float] = field(
        default_factory=lambda: {
            "no_answer": 3600.0,
            "busy": 600.0,
            "rejected": 3600.0,
            "voicemail": 7200.0,
            "answered": 1800.0,
            "unknown": 1800.0,
        }
    )
    """Outcome → seconds until the same person is called again; one not named: `default_delay`."""
    default_delay: float = 1800.0
    next_path_delay: float = 0.0
    """Before the person's next number, when this one was not answered."""
    fault_delay: float = 5.0
    """After what spends no attempt; it doubles each time in a row, to `fault_limit`."""
    fault_limit: float = 300.0
    most_faults: int = 50
    """In a row; then the recipient is given up, so that nothing is tried for ever."""
    unknown_guard: float = 25.0
    """After a crash that took a call's news, before an emergency calls again: it may still ring."""


EMERGENCY_RETRY = RetryPolicy(
    budget=6,
    delays={
        "no_answer": 90.0, "busy": 60.0, "rejected": 180.0, "voicemail": 300.0, "answered": 60.0,
        "unknown": 25.0,
    },
    default_delay=120.0,
    fault_delay=2.0,
    fault_limit=30.0,
    most_faults=500,
)  # fmt: skip
"""First again in one to three minutes, not in fifteen."""


@message("outbound.campaign")
@dataclass(frozen=True)
class CampaignRecord:
    """A reason to call."""

    id: str
    client: str
    name: str
    legal_class: str
    """Sets hours, do-not-call and frequency; `emergency` is the one that pre-empts."""
    guarantee: Guarantee = Guarantee.AT_MOST_ONCE
    priority: int = 100
    """Lower is served first; below 10 pre-empts everything at 10 and above."""
    state: CampaignState = CampaignState.DRAFT
    since: float = 0.0
    """UTC seconds of the last change of `state`."""
    created: float = 0.0
    bot: str = ""
    """Which bot talks; empty: a prompt with a key."""
    message: str = ""
    """Id of the message's content."""
    message_version: int = 1
    caller_id: str = ""
    """The number shown to the called; it must be ours to show."""
    trunks: tuple[str, ...] = ()
    """In order; none: every trunk that may be used."""
    max_cps: float = 0.0
    """New calls a second at most; 0: what the trunks allow."""
    max_channels: int = 0
    """Calls at once at most; 0: what the trunks allow."""
    weight: float = 1.0
    """Share among campaigns of the same priority."""
    ring_timeout: float = 25.0
    """Seconds; rules ask for 15 at least."""
    call_limit: float = 300.0
    """Seconds from answer after which a call of which nothing is heard is given up."""
    retry: RetryPolicy = RetryPolicy()
    reached_is_enough: bool = False
    """Whether a message heard to its end closes a recipient; else only an acknowledgement does."""
    starts: float = 0.0
    """UTC seconds before which nobody is called; 0: at once."""
    expires: float = 0.0
    """UTC seconds after which nobody is called any more; 0: never."""
    exercise: bool = False
    """A rehearsal: it can never reach a real person."""
    queue: str = ""
    """Where answered calls that need a person go."""
    mode: str = ""
    """How agents behind it are served (`predictive.DialMode`); empty: no agents."""
    preview_seconds: float = 60.0
    """How long an agent may look at somebody before `preview_then` is done; 0: as long as it
    takes."""
    preview_then: str = PreviewThen.NOT_READY
    callers_most: int = 0
    """With agents who serve callers, too: calls begin while at most so many wait for them."""
    callers_longest: float = 0.0
    """And while none has waited longer, in seconds; 0: however long."""
    dispositions: dict[str, str] = field(default_factory=dict)
    """What an agent may say that a contact came to → what follows (`dispositions.Follows`)."""
    why: str = ""
    """Of its last change."""

    @property
    def key(self) -> str:
        """The row's name."""
        return self.id

    @property
    def emergency(self) -> bool:
        """Whether it pre-empts others."""
        return self.priority < EMERGENCY_BELOW


EMERGENCY_BELOW = 10
"""Campaigns with a lower priority number pre-empt those at or above it."""


@message("outbound.path")
@dataclass(frozen=True)
class Path:
    """One of a person's numbers."""

    number: str
    """E.164, or a SIP URI where the person has a phone of the house."""
    label: str = ""
    """`mobile`, `home`, …"""


@message("outbound.recipient")
@dataclass(frozen=True)
class RecipientRecord:
    """A person of a campaign's frozen audience. Unique by campaign and person."""

    id: str
    campaign: str
    client: str
    person: str
    """The contact's id; name, slots and history lie there."""
    seq: int = 0
    """Order in the audience."""
    language: str = ""
    zone: str = ""
    """Time zone at the called place; unknown fails closed, except for emergencies."""
    state: RecipientState = RecipientState.PENDING
    next_at: float = 0.0
    """UTC seconds; while pending, not before."""
    ordinal: int = 0
    """Attempts so far, each under its own number: never used twice."""
    spent: int = 0
    """Attempts that counted against the budget."""
    faults: int = 0
    """Attempts in a row that did not count."""
    path: int = 0
    """Which number is next."""
    dead_paths: tuple[int, ...] = ()
    """Numbers that do not exist."""
    bucket: Bucket = Bucket.NOT_REACHED
    help: bool = False
    """Asked for help."""
    cut_off: bool = False
    """The last call may have been cut by us: the next one says so."""
    reached_at: float = 0.0
    why: str = ""
    """Of its last change: an outcome, a refusal, or whoever stopped it."""

    @property
    def key(self) -> str:
        """The row's name."""
        return self.id


@message("outbound.attempt")
@dataclass(frozen=True)
class AttemptRecord:
    """One INVITE. Unique by recipient and ordinal; the row is there before the INVITE."""

    id: str
    campaign: str
    recipient: str
    client: str
    ordinal: int
    path: int
    """Index of the number."""
    prefix: str
    """The destination prefix whose pace it took."""
    trunk: str
    media: str
    media_epoch: str
    """Which life of that process."""
    epoch: int
    """The dialler's fencing epoch when it was decided."""
    state: AttemptState
    since: float
    made: float
    """UTC seconds of the intent."""
    lease: float
    """UTC seconds at which it is over whatever was lost."""
    message_version: int = 1
    sip_call_id: str = ""
    played_ms: int = 0
    """How much of the message was played: "heard" is a fact, not a hang-up cause."""
    answered_by: str = ""
    acknowledged_by: str = ""
    help: bool = False
    outcome: Outcome | None = None
    sip_status: int = 0

    @property
    def key(self) -> str:
        """The row's name."""
        return self.id


@message("outbound.audit_entry")
@dataclass(frozen=True)
class AuditEntry:
    """One fact for whoever must prove it later: ids only, chained by the ledger."""

    key: str
    campaign: str
    client: str
    what: str
    """`started`, `invited`, `heard`, `acknowledged`, …"""
    recipient: str = ""
    person: str = ""
    attempt: str = ""
    sound: str = ""
    """Message id and version that was played."""
    by: str = ""


def attempt_id(campaign: str, recipient: str, ordinal: int) -> str:
    """The name of an attempt, fixed before the network: lengths part the names."""
    text = f"{len(campaign)}:{campaign}{len(recipient)}:{recipient}{ordinal}"
    return f"att-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def call_of(attempt: str) -> str:
    """The name of the call in which somebody who answered this attempt talks with an agent."""
    return f"call-{attempt.removeprefix('att-')}"


def attempt_of_call(call: str) -> str:
    """The attempt of a call that is one's; else one that there is not."""
    return f"att-{call.removeprefix('call-')}"


def recipient_id(campaign: str, person: str) -> str:
    """The name of a recipient: the same person is in a campaign once."""
    text = f"{len(campaign)}:{campaign}{person}"
    return f"rcp-{hashlib.sha256(text.encode()).hexdigest()[:24]}"
