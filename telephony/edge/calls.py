"""PURE. The calls that the edge has seen begin and not yet end.

They are counted here, not kept together: a dialog finds its way by its Route (`proxy.py`). A BYE
that never comes costs one place until `call_expiry` after the last request of its dialog.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from kernel.machine import Machine
from telephony.edge.alarms import Alarms
from telephony.edge.message import Request, Response
from telephony.edge.uri import Hop, parse_via

LINGER = 32.0
"""64*T1 (RFC 3261 §17): how long repeats of what ended a call may come."""


class CallState(Enum):
    """How far a call has come."""

    OFFERED = "offered"
    RINGING = "ringing"
    UP = "up"
    OVER = "over"


class Turn(Enum):
    """Where an INVITE stands that leaves at a pace."""

    NONE = "none"
    WAITS = "waits"
    TAKEN = "taken"


@dataclass(frozen=True)
class Progressed:
    """1xx."""


@dataclass(frozen=True)
class Answered:
    """2xx to the INVITE."""


@dataclass(frozen=True)
class Declined:
    """A final response other than 2xx to the INVITE."""


@dataclass(frozen=True)
class HungUp:
    """BYE from either side."""


@dataclass(frozen=True)
class Expired:
    """Nothing was heard for too long."""


CallEvent = Progressed | Answered | Declined | HungUp | Expired

CALL = Machine(
    "edge call",
    {
        CallState.OFFERED: {
            Progressed: CallState.RINGING,
            Answered: CallState.UP,
            Declined: CallState.OVER,
            HungUp: CallState.OVER,
            Expired: CallState.OVER,
        },
        CallState.RINGING: {
            Progressed: CallState.RINGING,
            Answered: CallState.UP,
            Declined: CallState.OVER,
            HungUp: CallState.OVER,
            Expired: CallState.OVER,
        },
        CallState.UP: {HungUp: CallState.OVER, Expired: CallState.OVER},
        CallState.OVER: {},
    },
)


@dataclass(slots=True)
class Call:
    """One dialog through the edge, by its Call-ID."""

    call_id: str
    inbound: bool
    media: str
    """The media process that holds it."""
    peer: Hop
    """The other end."""
    target: str
    """The Request-URI that the INVITE was sent on with."""
    invite: Request
    """As it came."""
    source: str = ""
    """Inbound: the trunk's name or the phone's address of record."""
    line: str = ""
    """Inbound: the line it was let in for."""
    trunk: str = ""
    attempt: str = ""
    """Outbound: of a campaign, by its X-header; empty for any other call."""
    silent: bool = True
    """Nothing has answered its INVITE."""
    answer: Response | None = None
    """The 2xx to it."""
    orphan: bool = False
    """The process that held it died: the edge ends it (`orphans.py`)."""
    contact: str | None = None
    """Outbound to a phone: what it says of itself."""
    shift: int = 0
    """By how much CSeq is ahead of the media process's towards the trunk."""
    asked: int = 0
    """The highest CSeq of what the media process asked in the dialog. That of an inbound call is no
    continuation of the caller's."""
    to_tag: str = ""
    state: CallState = CallState.OFFERED
    turn: Turn = Turn.NONE
    """Of its INVITE, at the pace of its trunk (`paced.py`)."""

    @property
    def branch(self) -> str:
        """Of the INVITE as it came: the same again is a retransmission."""
        return parse_via(self.invite.all("Via")[0]).branch

    @property
    def over(self) -> bool:
        """Ended, and remembered only for repeats."""
        return self.state is CallState.OVER

    def is_of(self, one_tag: str, other_tag: str) -> bool:
        """Whether a request with these tags belongs to the dialog."""
        return {one_tag, other_tag} == {self.invite.tag("From"), self.to_tag}


class Calls:
    """The table. Times come from `expiry` (up) and `ring_expiry` (not yet up)."""

    def __init__(
        self, alarms: Alarms, expiry: float, ring_expiry: float, silent_after: float
    ) -> None:
        self._alarms = alarms
        self._expiry = expiry
        self._ring_expiry = ring_expiry
        self._silent_after = silent_after
        self._calls: dict[str, Call] = {}
        self._load: Counter[str] = Counter()
        self.inbound = 0
        """Inbound calls that are not over."""

    @property
    def load(self) -> Mapping[str, int]:
        """Dialogs that are not over, by media process."""
        return self._load

    def get(self, call_id: str) -> Call | None:
        """The call, over or not; None where it is unknown or forgotten."""
        return self._calls.get(call_id)

    def of(self, media: str) -> list[Call]:
        """What a media process holds that is not over."""
        return [one for one in self._calls.values() if one.media == media and not one.over]

    def placed_by(self, peer: Hop) -> list[Call]:
        """What came in from there and is not over."""
        calls = self._calls.values()
        return [one for one in calls if one.inbound and one.peer == peer and not one.over]

    def begin(self, call: Call, now: float) -> None:
        """A new call; it replaces one of the same Call-ID, as after a challenge."""
        earlier = self._calls.get(call.call_id)
        if earlier is not None and not earlier.over:
            self._count(earlier, -1)
        self._calls[call.call_id] = call
        self._count(call, +1)
        self._alarms.set(("call", call.call_id), now + self._ring_expiry)
        if call.inbound:
            self._alarms.set(("silent", call.call_id), now + self._silent_after)

    def move(self, call: Call, event: CallEvent, now: float) -> bool:
        """Whether the event ended the call. One that comes too late changes nothing."""
        if not CALL.allows(call.state, event):
            return False
        call.state = CALL.next(call.state, event)
        self.heard(call)
        if call.over:
            self._count(call, -1)
            self._alarms.set(("call", call.call_id), now + LINGER)
        else:
            self.touch(call, now)
        return call.over

    def touch(self, call: Call, now: float) -> None:
        """The dialog is alive."""
        if not call.over:
            up = call.state is CallState.UP
            self._alarms.set(
                ("call", call.call_id), now + (self._expiry if up else self._ring_expiry)
            )

    def heard(self, call: Call) -> None:
        """Something has answered the INVITE."""
        call.silent = False
        self._alarms.drop(("silent", call.call_id))

    def expire(self, call_id: str, now: float) -> Call | None:
        """The call's time has come: the call if it ends by this, None if it is only forgotten."""
        call = self._calls.get(call_id)
        if call is None or call.over:
            self._calls.pop(call_id, None)
            return None
        self.move(call, Expired(), now)
        return call

    def _count(self, call: Call, by: int) -> None:
        self._load[call.media] += by
        if call.inbound:
            self.inbound += by
