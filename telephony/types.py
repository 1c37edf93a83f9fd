"""What a SIP driver tells and is told: legs, their events, why they ended.

A *call* is one conversation with one outside party; a *leg* is one SIP session of it (the
caller's, an agent's). `LegId` is ours and fixed before the network is touched; the SIP Call-ID is
told as soon
as it is known, to be journalled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from kernel.ids import LegId


class Cause(IntEnum):
    """Why a leg ended: Q.850 cause values (ITU-T Q.850 table 1), mapped to SIP by RFC 3398 §8.2."""

    UNALLOCATED = 1  # 404
    NORMAL = 16  # BYE
    BUSY = 17  # 486
    NO_ANSWER = 19  # 480, or CANCEL after ringing
    REJECTED = 21  # 403, 603
    INVALID_NUMBER = 28  # 484
    NETWORK_OUT_OF_ORDER = 38  # 502
    TEMPORARY_FAILURE = 41  # 500, 503
    CONGESTION = 42  # 503 with Retry-After
    BEARER_UNAVAILABLE = 58  # 488
    RECOVERY_ON_TIMER = 102  # 408
    INTERWORKING = 127  # anything else


class Direction(StrEnum):
    """Who placed the leg."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True)
class Capabilities:
    """What a driver can do; the conformance suite holds it to each claim."""

    name: str
    max_legs: int
    early_media: bool = False
    answer_headers: bool = False
    """Headers on the 200 OK of an inbound leg."""
    refusal_causes: tuple[Cause, ...] = (Cause.BUSY,)
    """Causes that the wire shows as they are; another is shown as the first of these."""
    dtmf_info: bool = True
    dtmf_rfc4733: bool = True
    hold: bool = True
    refer: bool = True
    own_call_id: bool = False
    """Whether the SIP Call-ID of a leg we place can be chosen in advance."""
    max_identities: int | None = None
    """Different From headers of legs we place; the next ones carry the driver's own. None: any."""


@dataclass(frozen=True)
class Originate:
    """Place a leg. `leg` is chosen by the caller of the driver, before the network."""

    leg: LegId
    target: str
    """A SIP URI, e.g. `sip:7001@127.0.0.1:5060`."""
    from_uri: str
    from_name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    ring_timeout: float = 30.0
    """Seconds of ringing after which the leg is cancelled and ends with NO_ANSWER."""
    direct: bool = False
    """Past the outbound proxy: to another process of this house."""


# Events. Past tense; each names its leg.


@dataclass(frozen=True)
class LegOffered:
    """An inbound INVITE arrived; it must be answered or refused."""

    leg: LegId
    from_uri: str
    from_name: str
    to_uri: str
    request_uri: str
    """What was dialled: from `X-Request-URI` (set by the edge), else the To."""
    headers: Mapping[str, str]
    """The exposed headers, names lower-cased."""
    sip_call_id: str


@dataclass(frozen=True)
class LegPlaced:
    """The INVITE of a leg that we place has left, under this Call-ID."""

    leg: LegId
    sip_call_id: str


@dataclass(frozen=True)
class LegRinging:
    """180 or 183 came for a leg that we placed."""

    leg: LegId
    sip_call_id: str


@dataclass(frozen=True)
class LegAnswered:
    """The leg is up; sound flows in both directions."""

    leg: LegId
    sip_call_id: str


@dataclass(frozen=True)
class LegHeld:
    """The far end put us on hold (`held`) or took us back."""

    leg: LegId
    held: bool


@dataclass(frozen=True)
class DigitReceived:
    """The far end pressed a key, by RFC 4733 or by INFO."""

    leg: LegId
    digit: str
    """One of `0123456789*#ABCD`."""


@dataclass(frozen=True)
class TransferAsked:
    """The far end sent REFER: this leg's other side is wanted elsewhere. The driver itself obeys
    or refuses, as it was opened."""

    leg: LegId
    target: str
    """The Refer-To, with its URI headers."""


@dataclass(frozen=True)
class TransferProgressed:
    """What became of our REFER (RFC 3515 §2.4.5): `done` and whether it was `accepted`."""

    leg: LegId
    done: bool
    accepted: bool
    text: str = ""


@dataclass(frozen=True)
class LegEnded:
    """The leg is gone. The last event of its leg; told exactly once."""

    leg: LegId
    cause: Cause
    text: str
    """The stack's own words, for the log."""
    by_peer: bool


LegEvent = (
    LegOffered
    | LegPlaced
    | LegRinging
    | LegAnswered
    | LegHeld
    | DigitReceived
    | TransferAsked
    | TransferProgressed
    | LegEnded
)
