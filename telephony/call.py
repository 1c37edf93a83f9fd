"""One call as its media process sees it: a state table, its legs, and how it ended. PURE.

A call is one conversation with one outside party, from arrival to the last hang-up. The bot has
the caller in TALKING; a transfer moves it through QUEUED, AGENT_RINGING and AGENT_UP (the agent
alone hears the whisper) to BRIDGED. What fails on the way back leads to QUEUED; when nobody can
take the call, `Returned` gives the caller to the bot again. REFERRED is a caller whom another house
was asked to take (RFC 3515); if it does not, the bot has the caller again. Agent events name their
offer: one for an offer no longer current is stale and only counted.

It decides nothing but the outcome, so it has no commands of its own; whoever drives it knows the
legs (`caller`, `agent`) and takes `changes()` for the journal after each event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum

from kernel.core import Transition
from kernel.ids import CallId, LegId, OfferId
from kernel.machine import Machine
from telephony.types import Cause

FAULTS = frozenset(
    {
        Cause.NETWORK_OUT_OF_ORDER,
        Cause.TEMPORARY_FAILURE,
        Cause.BEARER_UNAVAILABLE,
        Cause.RECOVERY_ON_TIMER,
        Cause.INTERWORKING,
    }
)
"""Causes that nobody chose: a call that ends with one before an agent had it has failed."""


class CallState(Enum):
    """Where a call is."""

    NEW = "new"
    OFFERED = "offered"
    TALKING = "talking"
    REFERRED = "referred"
    QUEUED = "queued"
    AGENT_RINGING = "agent_ringing"
    AGENT_UP = "agent_up"
    BRIDGED = "bridged"
    ENDED = "ended"


class Outcome(StrEnum):
    """What became of a call; the words of the reports."""

    ANSWERED = "answered"  # the bot served it
    TRANSFERRED = "transferred"  # an agent had it, or another house took it
    ABANDONED = "abandoned"  # the caller left before an answer or while waiting
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    OVERFLOWED = "overflowed"
    REFUSED = "refused"
    FAILED = "failed"


# Events. The driver of the call makes them from leg events and from what the ACD says.


@dataclass(frozen=True)
class CallerOffered:
    """An INVITE arrived for a line of ours."""

    leg: LegId


@dataclass(frozen=True)
class CallAnswered:
    """The caller's leg is up; the bot has the caller."""


@dataclass(frozen=True)
class Referred:
    """The caller's side is asked to call another house instead (REFER)."""


@dataclass(frozen=True)
class ReferFailed:
    """It did not, or could not be asked: refused, no answer, no token, not allowed."""


@dataclass(frozen=True)
class Queued:
    """The call waits for an agent."""

    queue: str = ""


@dataclass(frozen=True)
class OfferPlaced:
    """An agent was chosen and the leg to them is being placed."""

    offer: OfferId
    leg: LegId


@dataclass(frozen=True)
class OfferRinging:
    """The agent's phone rings."""

    offer: OfferId


@dataclass(frozen=True)
class OfferAnswered:
    """The agent picked up; the whisper begins."""

    offer: OfferId


@dataclass(frozen=True)
class OfferFailed:
    """Declined, not answered, or withdrawn."""

    offer: OfferId
    cause: Cause = Cause.NO_ANSWER


@dataclass(frozen=True)
class Bridged:
    """Caller and agent hear one another."""

    offer: OfferId


@dataclass(frozen=True)
class AgentLeft:
    """The agent's leg ended after it was up."""

    offer: OfferId
    cause: Cause = Cause.NORMAL


@dataclass(frozen=True)
class Passed:
    """Another agent has the caller in place of the one before; `offer` is empty for one who had
    none: an outside number, a supervisor."""

    offer: OfferId
    leg: LegId


@dataclass(frozen=True)
class Returned:
    """The bot has a waiting caller again: nobody can take the call, or it is to be told something.

    `outcome`: what was agreed, if something was (a callback, a voicemail).
    """

    outcome: Outcome | None = None


@dataclass(frozen=True)
class CallerLeft:
    """The caller's leg ended, by the caller or by a fault."""

    cause: Cause = Cause.NORMAL


@dataclass(frozen=True)
class Ended:
    """We ended it: the bot said goodbye, or the call was refused.

    `outcome`: where it is not what the state says, e.g. TRANSFERRED to another house.
    """

    cause: Cause = Cause.NORMAL
    outcome: Outcome | None = None


CallEvent = (
    CallerOffered
    | CallAnswered
    | Referred
    | ReferFailed
    | Queued
    | OfferPlaced
    | OfferRinging
    | OfferAnswered
    | OfferFailed
    | Bridged
    | AgentLeft
    | Passed
    | Returned
    | CallerLeft
    | Ended
)
OfferEvent = OfferRinging | OfferAnswered | OfferFailed | Bridged | AgentLeft

_END: dict[type, CallState] = {CallerLeft: CallState.ENDED, Ended: CallState.ENDED}
MACHINE = Machine[CallState](
    "call",
    {
        CallState.NEW: {CallerOffered: CallState.OFFERED},
        CallState.OFFERED: {CallAnswered: CallState.TALKING, **_END},
        CallState.TALKING: {Queued: CallState.QUEUED, Referred: CallState.REFERRED, **_END},
        CallState.REFERRED: {ReferFailed: CallState.TALKING, **_END},
        CallState.QUEUED: {
            OfferPlaced: CallState.AGENT_RINGING,
            Queued: CallState.QUEUED,  # the next queue
            Returned: CallState.TALKING,
            **_END,
        },
        CallState.AGENT_RINGING: {
            OfferRinging: CallState.AGENT_RINGING,
            OfferAnswered: CallState.AGENT_UP,
            OfferFailed: CallState.QUEUED,
            **_END,
        },
        CallState.AGENT_UP: {
            Bridged: CallState.BRIDGED,
            OfferFailed: CallState.QUEUED,
            AgentLeft: CallState.QUEUED,
            **_END,
        },
        CallState.BRIDGED: {
            AgentLeft: CallState.TALKING,
            Passed: CallState.BRIDGED,
            Queued: CallState.QUEUED,  # the agent hands it on
            **_END,
        },
        CallState.ENDED: {},
    },
)
_BY_STATE = {
    CallState.OFFERED: Outcome.ABANDONED,
    CallState.TALKING: Outcome.ANSWERED,
    CallState.REFERRED: Outcome.ABANDONED,
    CallState.QUEUED: Outcome.ABANDONED,
    CallState.AGENT_RINGING: Outcome.ABANDONED,
    CallState.AGENT_UP: Outcome.ABANDONED,
    CallState.BRIDGED: Outcome.TRANSFERRED,
}


class Call:
    """The state of one call. Times are UTC seconds; None for what has not happened."""

    def __init__(self, call: CallId, client: str | None = None) -> None:
        self.id = call
        self.client = client
        self.state = CallState.NEW
        self.caller: LegId | None = None
        self.agent: LegId | None = None
        """The agent's leg, ringing or up."""
        self.offer: OfferId | None = None
        """The offer that is current."""
        self.outcome: Outcome | None = None
        """Told once the call has ended."""
        self.cause: Cause | None = None
        self.times: dict[CallState, float] = {}
        """When each state was first entered."""
        self.stale = 0
        """Events that answered an offer no longer current."""
        self._agreed: Outcome | None = None
        self._changes: list[Transition] = []

    # The four verbs.

    def receive(self, event: CallEvent, now: float) -> None:
        """Take one event. Raises IllegalTransition, changing nothing."""
        if self._is_stale(event):
            self.stale += 1
            return
        before, after = self.state, MACHINE.next(self.state, event)
        self._note(event, before)
        if after is not before:
            self._set_state(after, event, now)

    def next_timer(self) -> float | None:
        """A call waits for nothing by itself."""
        return None

    def handle_timer(self, now: float) -> None:
        """Nothing is ever due."""

    def commands(self) -> list[object]:
        """A call commands nothing."""
        return []

    def changes(self) -> Sequence[Transition]:
        """Moves since the last call, for the journal."""
        changes, self._changes = self._changes, []
        return changes

    # Inside.

    def _is_stale(self, event: CallEvent) -> bool:
        if self.state is CallState.ENDED:
            return True  # hang-ups of both legs cross each other: what comes after is late news
        return isinstance(event, OfferEvent) and event.offer != self.offer

    def _note(self, event: CallEvent, before: CallState) -> None:
        match event:
            case CallerOffered(leg):
                self.caller = leg
            case OfferPlaced(offer, leg) | Passed(offer, leg):
                self.offer, self.agent = offer, leg
            case OfferFailed() | AgentLeft():
                self.offer = self.agent = None
            case Queued():
                self.offer = self.agent = self._agreed = None
            case Returned(outcome):
                self._agreed = outcome
            case CallerLeft(cause):
                self.cause = cause
                self.outcome = self._how(before, cause)
            case Ended(cause, outcome):
                self.cause = cause
                refused = Outcome.REFUSED if before is CallState.OFFERED else None
                self.outcome = outcome or refused or self._how(before, cause)

    def _how(self, before: CallState, cause: Cause) -> Outcome:
        if CallState.BRIDGED in self.times:
            return Outcome.TRANSFERRED
        if self._agreed is not None:
            return self._agreed
        return Outcome.FAILED if cause in FAULTS else _BY_STATE[before]

    def _set_state(self, state: CallState, event: CallEvent, now: float) -> None:
        row = Transition(
            room="telephony",
            subject=f"call:{self.id}",
            from_state=self.state.value,
            to_state=state.value,
            why=type(event).__name__,
            call=self.id,
            client=self.client,
        )
        self._changes.append(row)
        self.state = state
        self.times.setdefault(state, now)
