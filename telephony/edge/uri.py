"""PURE. The parts of SIP text that a proxy reads: URIs, name-addr, Via, parameters.

Nothing here is written back from its parsed form: what came from outside is forwarded as it was
spelt (RFC 3261 §16.6 step 1), and only what is ours is composed. The same text is read several
times on its way through the edge, hence the caches: text in, frozen value out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from telephony.edge.errors import MalformedMessage

Params = tuple[tuple[str, str | None], ...]
"""Parameters in order, names lower-cased, quotes removed."""

DEFAULT_PORT = 5060
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?"  # laxer than §25.1: `pbx01`, `sip_1`
_HOST = re.compile(rf"(\[[0-9A-Fa-f:.]+\]|{_LABEL})(?:\s*:\s*(\d{{1,5}}))?", re.A)
_VIA = re.compile(r"SIP\s*/\s*2\.0\s*/\s*([A-Za-z0-9.+-]+)\s+(\S.*)", re.I | re.S)
_BRACKETED = re.compile(r'(?:\s*"(?:[^"\\]|\\.)*"\s*|[^<"]*)<([^<>]*)>(.*)', re.S)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.S)


@dataclass(frozen=True, slots=True)
class Hop:
    """A place on the network: where something came from, or goes."""

    transport: str
    """`udp` or `tcp`."""
    host: str
    """An address (IPv6 without brackets), or a name that the shell resolves."""
    port: int

    def __str__(self) -> str:
        return f"{self.transport}:{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Uri:
    """A URI taken apart. `user` is percent-decoded, `host` lower-cased without brackets."""

    scheme: str
    user: str | None
    host: str
    port: int | None
    params: Params

    @property
    def transport(self) -> str:
        """What `;transport=` asks for; UDP where it says nothing (RFC 3263 §4.1)."""
        return (param(self.params, "transport") or "udp").lower()

    def hop(self) -> Hop:
        """Where a request for this URI goes (RFC 3263 §4.2, without SRV)."""
        return Hop(self.transport, self.host, self.port or DEFAULT_PORT)


@dataclass(frozen=True, slots=True)
class NameAddr:
    """A `From`, `To`, `Contact`, `Route` value: the URI as spelt, and the header's parameters."""

    uri: str
    params: Params


@dataclass(frozen=True, slots=True)
class Via:
    """A `Via` value taken apart (RFC 3261 §20.42)."""

    transport: str
    host: str
    port: int | None
    params: Params

    @property
    def branch(self) -> str:
        """The transaction's name; empty where the peer gave none (RFC 2543)."""
        return param(self.params, "branch") or ""


def param(params: Params, name: str) -> str | None:
    """The value of a parameter; empty for one without value, None where it is not there."""
    for key, value in params:
        if key == name:
            return value or ""
    return None


def split_outside_quotes(text: str, separator: str) -> list[str]:
    """Split at a separator that stands neither in a quoted string nor in <>."""
    if '"' not in text and "<" not in text:
        return text.split(separator)
    parts: list[str] = []
    start, quoted, angle, escaped = 0, False, False, False
    for at, char in enumerate(text):
        if escaped:
            escaped = False
        elif quoted:
            escaped = char == "\\"
            quoted = char != '"'
        elif char == '"':
            quoted = True
        elif char in "<>":
            angle = char == "<"
        elif char == separator and not angle:
            parts.append(text[start:at])
            start = at + 1
    parts.append(text[start:])
    return parts


def unquote_string(text: str) -> str:
    """A quoted-string without its quotes and escapes; anything else as it is."""
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.S)
    return text


def parse_params(text: str) -> Params:
    """`;a=b;c` as pairs. Empty pieces, as in `;;`, are passed over."""
    found: list[tuple[str, str | None]] = []
    for piece in split_outside_quotes(text, ";"):
        name, equals, value = piece.partition("=")
        if name.strip():
            found.append((name.strip().lower(), unquote_string(value) if equals else None))
    return tuple(found)


def parse_host(text: str) -> tuple[str, int | None]:
    """`host[:port]`, the host lower-cased without brackets. Raises MalformedMessage."""
    match = _HOST.fullmatch(text.strip())
    if match is None:
        raise MalformedMessage("a host cannot be read")
    port = int(match[2]) if match[2] else None
    if port is not None and not 0 < port < 65536:
        raise MalformedMessage("a port is out of range")
    return match[1].strip("[]").lower(), port


@lru_cache(maxsize=4096)
def parse_uri(text: str) -> Uri:
    """A `sip:`, `sips:` or `tel:` URI; of another scheme only the scheme is told.

    Raises MalformedMessage.
    """
    match = _SCHEME.fullmatch(text.strip())
    if match is None:
        raise MalformedMessage("a URI has no scheme")
    scheme, rest = match[1].lower(), match[2]
    if scheme == "tel":
        number, _, tail = rest.partition(";")
        return Uri(scheme, unquote(number), "", None, parse_params(tail))
    if scheme not in ("sip", "sips"):
        return Uri(scheme, None, "", None, ())
    userinfo, at, rest = rest.partition("@") if "@" in rest else ("", "", rest)
    rest = rest.partition("?")[0]
    hostport, _, tail = rest.partition(";")
    host, port = parse_host(hostport)
    user = unquote(userinfo.partition(":")[0]) if at else None
    return Uri(scheme, user, host, port, parse_params(tail))


@lru_cache(maxsize=4096)
def parse_name_addr(text: str) -> NameAddr:
    """One `"name" <uri>;params` or `uri;params`. Raises MalformedMessage."""
    match = _BRACKETED.fullmatch(text)
    if match is not None:
        return NameAddr(match[1].strip(), parse_params(match[2]))
    if "<" in text or '"' in text:
        raise MalformedMessage("an address cannot be read")
    uri, _, tail = text.partition(";")  # §20: without <>, parameters are the header's
    return NameAddr(uri.strip(), parse_params(tail))


@lru_cache(maxsize=4096)
def parse_via(text: str) -> Via:
    """One Via value. Raises MalformedMessage."""
    match = _VIA.fullmatch(text.strip())
    if match is None:
        raise MalformedMessage("a Via cannot be read")
    sent_by, _, tail = match[2].partition(";")
    host, port = parse_host(sent_by)
    return Via(match[1].lower(), host, port, parse_params(tail))


def bracketed(host: str) -> str:
    """A host as it stands in a URI: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
