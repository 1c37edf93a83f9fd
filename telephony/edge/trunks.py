"""PURE. Carriers: whose calls are trusted, and our registration with those that want one.

Sources: RFC 3261 §10.2 (registering), §17.1.2 (repeats), RFC 5626 §4.5 (waiting after a failure).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from kernel.machine import Machine
from telephony.edge.alarms import Alarms
from telephony.edge.config import Trunk, is_address
from telephony.edge.digest import Login, answer, wants_again
from telephony.edge.errors import BadEdgeConfig, MalformedMessage
from telephony.edge.events import Send, TrunkDown, TrunkUp
from telephony.edge.message import Request, Response
from telephony.edge.proxy import COOKIE, Own
from telephony.edge.uri import Hop, bracketed, param, parse_name_addr, parse_uri

T1, T2 = 0.5, 4.0
_GIVE_UP = 64 * T1
_FIRST_WAIT, _LONGEST_WAIT = 4.0, 300.0
_MOST_TRIES = 3
Output = Send | TrunkUp | TrunkDown


@dataclass(frozen=True)
class _Source:
    trunk: str
    network: ipaddress.IPv4Network | ipaddress.IPv6Network
    port: int | None


def parse_source(trunk: str, text: str) -> _Source:
    """`192.0.2.0/24`, `192.0.2.7` or `192.0.2.7:5060`. Raises BadEdgeConfig."""
    match = re.fullmatch(r"\[(.+)\]:(\d{1,5})|([\d.]+):(\d{1,5})", text, re.A)
    plain = (match[1] or match[3]) if match else text
    port = int(match[2] or match[4]) if match else None
    try:
        return _Source(trunk, ipaddress.ip_network(plain), port)
    except ValueError:
        raise BadEdgeConfig(
            f"edge.trunk {trunk}: {text!r} is not an address, an address:port or a network"
        ) from None


class RegState(Enum):
    """How our registration with a carrier stands."""

    DOWN = "down"
    ASKING = "asking"
    UP = "up"
    REFRESHING = "refreshing"


@dataclass(frozen=True)
class Asked:
    """A REGISTER was sent."""


@dataclass(frozen=True)
class AskedAgain:
    """A REGISTER was sent because the carrier wanted more: a digest, a longer time."""


@dataclass(frozen=True)
class Accepted:
    """200."""


@dataclass(frozen=True)
class Failed:
    """No answer, or a refusal."""


REGISTRATION = Machine(
    "trunk registration",
    {
        RegState.DOWN: {Asked: RegState.ASKING},
        RegState.ASKING: {
            AskedAgain: RegState.ASKING,
            Accepted: RegState.UP,
            Failed: RegState.DOWN,
        },
        RegState.UP: {Asked: RegState.REFRESHING},
        RegState.REFRESHING: {
            AskedAgain: RegState.REFRESHING,
            Accepted: RegState.UP,
            Failed: RegState.DOWN,
        },
    },
)


class Registration:
    """Our registration with one carrier. Alarm: `("trunk", name)`."""

    def __init__(
        self, trunk: Trunk, own: Own, alarms: Alarms, chance: Callable[[int], str]
    ) -> None:
        self.trunk = trunk
        self.state = RegState.DOWN
        self.learned = ""
        """The address that accepted us last: its calls are the carrier's."""
        self._own = own
        self._alarms = alarms
        self._chance = chance
        self.call_id = f"{chance(8)}@{own.host}"
        self._tag = chance(4)
        self._expires = trunk.expires
        self._cseq = 0
        self._sent: Request | None = None
        self._started = self._wait = 0.0
        self._tries = self._failures = 0

    @property
    def up(self) -> bool:
        """Whether the carrier has us."""
        return self.state in (RegState.UP, RegState.REFRESHING)

    def due(self, now: float) -> list[Output]:
        """The alarm went off: begin, repeat, or give up."""
        if self._sent is None:
            self._tries = 0
            return self._ask(Asked(), None, now)
        left = self._started + _GIVE_UP - now
        if left <= 0:
            return self._fail("no answer", now)
        self._wait = min(2 * self._wait, T2, left)
        self._alarms.set(("trunk", self.trunk.name), now + self._wait)
        return [Send(self.trunk.hop, self._sent)] if self.trunk.transport == "udp" else []

    def unreachable(self, now: float) -> list[Output]:
        """The REGISTER could not be sent."""
        return self._fail("cannot be reached", now) if self._sent is not None else []

    def receive(self, response: Response, source: Hop, now: float) -> list[Output]:
        """A response to one of our REGISTERs."""
        if self._sent is None or response.cseq != self._sent.cseq or response.code < 200:
            return []
        if response.code in (401, 407):
            return self._challenged(response, now)
        if response.code == 423:
            return self._longer(response, now)
        if response.code >= 300:
            return self._fail(f"{response.code} {response.phrase}", now, _after(response))
        return self._accepted(response, source, now)

    # The steps.

    def _ask(
        self, why: Asked | AskedAgain, credentials: tuple[str, str] | None, now: float
    ) -> list[Output]:
        self.state = REGISTRATION.next(self.state, why)
        self._cseq += 1
        request = self._request()
        self._sent = request if credentials is None else request.below(credentials)
        self._started, self._wait = now, T1
        self._alarms.set(("trunk", self.trunk.name), now + T1)
        return [Send(self.trunk.hop, self._sent)]

    def _request(self) -> Request:
        trunk, own = self.trunk, self._own
        port = "" if trunk.port == 5060 else f":{trunk.port}"
        registrar = f"sip:{bracketed(trunk.host)}{port}"
        tail = "" if trunk.transport == "udp" else f";transport={trunk.transport}"
        address = f"<sip:{trunk.user}@{bracketed(trunk.host)}{port}>"
        headers = (
            ("Via", own.via(trunk.transport, f"{COOKIE}{self._chance(8)}")),
            ("Max-Forwards", "70"),
            ("From", f"{address};tag={self._tag}"),
            ("To", address),
            ("Call-ID", self.call_id),
            ("CSeq", f"{self._cseq} REGISTER"),
            ("Contact", f"<{own.uri(trunk.user)}{tail}>"),
            ("Expires", str(self._expires)),
            ("User-Agent", "Centralino"),
        )
        return Request(headers, b"", "REGISTER", registrar + tail)

    def _challenged(self, response: Response, now: float) -> list[Output]:
        name = "WWW-Authenticate" if response.code == 401 else "Proxy-Authenticate"
        asked = response.all(name)
        self._tries += 1
        if self._tries > (_MOST_TRIES if wants_again(asked) else 1):
            return self._fail("the carrier refuses our credentials", now)
        assert self._sent is not None
        login = Login(self.trunk.user, self.trunk.password)
        text = answer(asked, login, "REGISTER", self._sent.uri, self._chance(8))
        if text is None:
            return self._fail("the carrier asks for a login that we cannot give", now)
        header = "Authorization" if response.code == 401 else "Proxy-Authorization"
        return self._ask(AskedAgain(), (header, text), now)

    def _longer(self, response: Response, now: float) -> list[Output]:
        """423: the carrier wants longer times (§10.2.8)."""
        least = _number(response.get("Min-Expires"))
        if least is None or least <= self._expires:
            return self._fail("423 without a Min-Expires that helps", now)
        self._expires = least
        return self._ask(AskedAgain(), None, now)

    def _accepted(self, response: Response, source: Hop, now: float) -> list[Output]:
        was_up = self.up
        self.state = REGISTRATION.next(self.state, Accepted())
        self._sent, self._failures, self.learned = None, 0, source.host
        self._alarms.set(("trunk", self.trunk.name), now + 0.8 * self._granted(response))
        return [] if was_up else [TrunkUp(self.trunk.name)]

    def _granted(self, response: Response) -> int:
        """For how long: what stands at our Contact, else the header, else what we asked."""
        for text in response.all("Contact"):
            try:
                contact = parse_name_addr(text)
                uri = parse_uri(contact.uri)
            except MalformedMessage:
                continue
            if (uri.user, uri.host, uri.port) == (self.trunk.user, self._own.host, self._own.port):
                seconds = _number(param(contact.params, "expires"))
                if seconds:
                    return seconds
        return _number(response.get("Expires")) or self._expires

    def _fail(self, why: str, now: float, at_least: float = 0.0) -> list[Output]:
        self.state = REGISTRATION.next(self.state, Failed())
        self._sent = None
        wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(self._failures, 10))
        share = 0.5 + int(self._chance(2), 16) / 0x1FFFE  # between a half and all of it
        self._alarms.set(("trunk", self.trunk.name), now + max(at_least, wait * share))
        self._failures += 1
        return [TrunkDown(self.trunk.name, why)]


def _number(text: str | None) -> int | None:
    match = re.match(r"\s*(\d{1,9})", text or "", re.A)
    return int(match[1]) if match else None


def _after(response: Response) -> float:
    return float(_number(response.get("Retry-After")) or 0)


class Trunks:
    """All carriers."""

    def __init__(
        self,
        trunks: tuple[Trunk, ...],
        default: str | None,
        own: Own,
        alarms: Alarms,
        chance: Callable[[int], str],
    ) -> None:
        self._trunks = {trunk.name: trunk for trunk in trunks}
        # One without a host takes calls in and leads nowhere.
        lead = (trunk.name for trunk in trunks if trunk.host and not trunk.rehearsal)
        self._default = default or next(lead, None)
        self._sources = [
            parse_source(trunk.name, text)
            for trunk in trunks
            for text in (*trunk.sources, *((trunk.host,) if is_address(trunk.host) else ()))
        ]
        self.registrations = {
            trunk.name: Registration(trunk, own, alarms, chance)
            for trunk in trunks
            if trunk.register
        }

    def get(self, name: str) -> Trunk | None:
        """The trunk of this name."""
        return self._trunks.get(name)

    @property
    def default(self) -> Trunk | None:
        """Who carries calls to plain numbers."""
        return self._trunks.get(self._default or "")

    def at(self, hop: Hop) -> Trunk | None:
        """The trunk whose SIP address this is."""
        return next(
            (one for one in self._trunks.values() if (one.host, one.port) == (hop.host, hop.port)),
            None,
        )

    def match(self, source: Hop) -> Trunk | None:
        """The trunk whose calls come from there."""
        try:
            address = ipaddress.ip_address(source.host)
        except ValueError:
            return None
        for entry in self._sources:
            if entry.port in (None, source.port) and address in entry.network:
                return self._trunks[entry.trunk]
        for name, registration in self.registrations.items():
            if registration.up and registration.learned == source.host:
                return self._trunks[name]
        return None

    def by_call_id(self, call_id: str) -> Registration | None:
        """The registration whose REGISTERs have this Call-ID."""
        return next((one for one in self.registrations.values() if one.call_id == call_id), None)
