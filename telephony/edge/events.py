"""PURE. What the core is told, and what it answers: the vocabulary between core and shell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from telephony.edge.config import Ha1
from telephony.edge.message import Request, Response
from telephony.edge.uri import Hop


@dataclass(frozen=True)
class Binding:
    """Where one phone of an address of record is reached (RFC 3261 §10)."""

    aor: str
    contact: str
    """The Contact URI as the phone spelt it."""
    flow: Hop
    """Where the REGISTER came from: behind a NAT, or over TCP, the only way back."""
    expires_at: float
    call_id: str
    cseq: int
    registered_at: float


# Told to the core.


@dataclass(frozen=True)
class Started:
    """The port is open."""


@dataclass(frozen=True)
class Received:
    """Something arrived on the network: one datagram, or one framed message."""

    source: Hop
    data: bytes


@dataclass(frozen=True)
class Undelivered:
    """A message could not be sent (no connection, no such name)."""

    message: Request | Response


@dataclass(frozen=True)
class FlowClosed:
    """A connection that a peer had opened is gone, or a process of ours behind an address."""

    flow: Hop
    since: float = math.inf
    """UTC seconds: phones that registered there later stay."""


@dataclass(frozen=True)
class TurnTaken:
    """What had the turn of this trunk was sent just now."""

    trunk: str


@dataclass(frozen=True)
class DrainAsked:
    """No new calls from now on."""


@dataclass(frozen=True)
class MediaChanged:
    """A media process went up or down."""

    name: str
    up: bool


@dataclass(frozen=True)
class MediaDied:
    """A media process died, with every call in it. `MediaChanged` tells when the next is up."""

    name: str


@dataclass(frozen=True)
class RoomChanged:
    """A media process measured for how many calls more it has room."""

    name: str
    room: int


@dataclass(frozen=True)
class LinesChanged:
    """The numbers that are answered."""

    lines: frozenset[str]
    default_line: str | None = None


@dataclass(frozen=True)
class CredentialsChanged:
    """Who may register."""

    credentials: Mapping[str, Ha1]


@dataclass(frozen=True)
class RestoreBindings:
    """The registrations of an earlier run."""

    bindings: tuple[Binding, ...]


# Commands to the shell.


@dataclass(frozen=True)
class Send:
    """Send a message."""

    to: Hop
    message: Request | Response
    otherwise: Hop | None = None
    """Where to connect when the connection `to` is no longer open."""
    turn: str = ""
    """The trunk whose turn it takes: `TurnTaken` is to be told right after it was sent."""


@dataclass(frozen=True)
class Pong:
    """Answer a ping on a connection (RFC 5626 §3.5.1)."""

    to: Hop


@dataclass(frozen=True)
class SaveBinding:
    """Keep this registration over a restart; it replaces one of the same contact."""

    binding: Binding


@dataclass(frozen=True)
class DropBinding:
    """Forget this registration."""

    aor: str
    contact: str


# Told to the owner.


@dataclass(frozen=True)
class Registered:
    """An address of record has a phone now, and had none before."""

    aor: str


@dataclass(frozen=True)
class Unregistered:
    """The last phone of an address of record is gone."""

    aor: str


@dataclass(frozen=True)
class PhoneDeaf:
    """No phone of an address of record answers any more; the registration lasts."""

    aor: str


@dataclass(frozen=True)
class PhoneHeard:
    """A phone of one that was deaf is heard again."""

    aor: str


@dataclass(frozen=True)
class TrunkUp:
    """The carrier has accepted our registration."""

    name: str


@dataclass(frozen=True)
class TrunkDown:
    """The carrier has not; `why` in a few words. Another try follows by itself."""

    name: str
    why: str


@dataclass(frozen=True)
class CallAdmitted:
    """A new inbound call was given to a media process."""

    call_id: str
    source: str
    """The trunk's name or the phone's address of record."""
    line: str
    media: str


@dataclass(frozen=True)
class CallRefused:
    """A new call was refused before any media process heard of it."""

    code: int
    reason: str
    """A word to count by: `untrusted`, `unknown_line`, `full`, `draining`, `no_media`, …"""


@dataclass(frozen=True)
class CallOver:
    """A call that the edge had admitted is over."""

    call_id: str
    why: str


@dataclass(frozen=True)
class MediaSilent:
    """A media process left an INVITE without any answer."""

    name: str


@dataclass(frozen=True)
class NeverSent:
    """A campaign's call still waited for its turn when the media process that placed it died: its
    INVITE never went, and never will."""

    attempt: str
    """As its X-header says it."""


Notice = (
    Registered
    | Unregistered
    | PhoneDeaf
    | PhoneHeard
    | TrunkUp
    | TrunkDown
    | CallAdmitted
    | CallRefused
    | CallOver
    | MediaSilent
    | NeverSent
)
Command = Send | Pong | SaveBinding | DropBinding | Notice
