"""PURE. The parts of the core, in one place, and what each of them needs to say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from kernel.pace import Departures
from telephony.edge.admission import House, Refused
from telephony.edge.alarms import Alarms
from telephony.edge.calls import Call, CallEvent, Calls
from telephony.edge.carrier import Carrier
from telephony.edge.config import EdgeConfig, Ha1, MediaTarget
from telephony.edge.digest import Guard, ha1, house_password
from telephony.edge.events import CallOver, CallRefused, Command, Send
from telephony.edge.message import Header, Request, Response
from telephony.edge.proxy import Own, respond, way_back
from telephony.edge.pulse import Pulses
from telephony.edge.registrar import Registrar
from telephony.edge.trunks import Trunks
from telephony.edge.uri import Hop, bracketed, parse_via

_USER_SAFE = "-_.!~*'()&=+$,;?/"  # RFC 3261 §25.1 user
OURS = "x-centralino-"
ATTEMPT = "x-centralino-attempt"
"""Goes out with a call of ours: whoever counts calls at a carrier knows one by it."""
TRUNK = "X-Centralino-Trunk"
"""Which trunk a media process wants."""
REQUEST_URI = "X-Request-URI"


HOLDS = 5.0
"""Seconds for which a media process is believed what room it has."""


@dataclass
class Edge:
    """Everything that the edge knows."""

    config: EdgeConfig
    own: Own
    alarms: Alarms
    calls: Calls
    registrar: Registrar
    pulses: Pulses
    trunks: Trunks
    carrier: Carrier
    guard: Guard
    chance: Callable[[int], str]
    lines: frozenset[str]
    default_line: str | None
    credentials: Mapping[str, Ha1]
    knows_phones: bool
    """Whether the credentials have been told."""
    house_credentials: Mapping[str, Ha1] = field(default_factory=dict)
    """The same phones, where a process of ours registers as them."""
    draining: bool = False
    down: set[str] = field(default_factory=set)
    """Media processes that are down."""
    dead: set[str] = field(default_factory=set)
    """Those of them that are known to have died."""
    room: dict[str, tuple[int, float]] = field(default_factory=dict)
    """For how many calls more a media process has room, and when it said so."""
    refused: dict[str, Refused] = field(default_factory=dict)
    """Refusals that depend on the moment, so that a repeat gets the same answer."""
    departures: dict[str, Departures[tuple[Send, Call, float]]] = field(default_factory=dict)
    """By trunk: INVITEs that wait for their turn, and until when (UTC seconds) they may."""
    out: list[Command] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)

    @property
    def house(self) -> House:
        """What admission depends on, now."""
        return House(
            self.lines,
            self.default_line,
            self.draining,
            self.calls.inbound,
            self.config.max_calls,
            self.config.retry_after,
        )

    def full(self, now: float) -> set[str]:
        """Media processes without room for a conversation. Who has not said so lately has room:
        it is control that passes it on, and calls are let in while control is away."""
        return {name for name, (room, at) in self.room.items() if room <= 0 and now < at + HOLDS}

    def media_changed(self, name: str, up: bool) -> None:
        """A media process takes new calls, or does not."""
        if up:
            self.down.discard(name)
            self.dead.discard(name)
        else:
            self.down.add(name)

    def know_phones(self, credentials: Mapping[str, Ha1]) -> None:
        """Who may register."""
        self.credentials, self.knows_phones = credentials, True
        secret, realm = self.config.admit_secret, self.config.domain
        if secret and self.config.browsers is not None:
            self.house_credentials = {
                aor: ha1(aor, realm, house_password(secret, aor)) for aor in credentials
            }

    def credentials_at(self, source: Hop) -> Mapping[str, Ha1]:
        """What a phone there is to prove."""
        ours = source == self.config.browsers
        return self.house_credentials if ours else self.credentials

    def phones(self, changes: Iterable[Command], now: float) -> None:
        """Bindings changed."""
        changes = list(changes)
        self.out += [*changes, *self.pulses.follow(changes, now)]

    def media_at(self, source: Hop) -> MediaTarget | None:
        """The media process at this address."""
        return next((one for one in self.config.media if one.hop == source), None)

    def media_named(self, name: str | None) -> MediaTarget | None:
        """The media process of this name."""
        return next((one for one in self.config.media if one.name == name), None)

    def send(self, hop: Hop, message: Request | Response, otherwise: Hop | None = None) -> None:
        """Let the shell send a message."""
        self.out.append(Send(hop, message, otherwise))

    def reply(
        self, request: Request, code: int, phrase: str, headers: Iterable[Header] = ()
    ) -> None:
        """Answer a stamped request ourselves. An ACK is never answered."""
        if request.method == "ACK":
            self.counted["dropped_ack"] += 1
            return
        response = respond(request, code, phrase, headers)
        self.send(way_back(parse_via(request.all("Via")[0])), response)

    def refuse(self, request: Request, verdict: Refused) -> None:
        """Turn a new call away."""
        after = verdict.retry_after
        headers = [] if after is None else [("Retry-After", str(after))]
        self.reply(request, verdict.code, verdict.phrase, headers)
        self.counted[f"refused_{verdict.reason}"] += 1
        self.out.append(CallRefused(verdict.code, verdict.reason))

    def move(self, call: Call, event: CallEvent, now: float) -> None:
        """Let a call move, and tell if it is over."""
        if self.calls.move(call, event, now) and call.inbound:
            self.out.append(CallOver(call.call_id, type(event).__name__.lower()))


def foreign_headers(request: Request) -> tuple[str, ...]:
    """The headers that only we may set."""
    names = {name for name, _ in request.headers if name[:2] in ("X-", "x-")}
    return tuple(n for n in names if n.lower().startswith((OURS, REQUEST_URI.lower())))


def uri_at(user: str | None, host: str, port: int | None) -> str:
    """A SIP URI for this user there."""
    name = "" if user is None else quote(user, safe=_USER_SAFE, errors="surrogateescape") + "@"
    return f"sip:{name}{bracketed(host)}{'' if port is None else f':{port}'}"
