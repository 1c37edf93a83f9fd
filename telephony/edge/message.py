"""PURE. SIP messages as they are on the wire (RFC 3261 §7, §25): read leniently, kept as spelt.

`parse` only takes the text apart; `fault` says what is wrong with a message that was read. A header
keeps the value as it came, folded lines joined (§7.3.1), compact names written out (§7.3.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from telephony.edge.errors import MalformedMessage
from telephony.edge.uri import parse_name_addr, parse_uri, parse_via, split_outside_quotes

Header = tuple[str, str]

LARGEST = 65_536
"""Bytes of the largest message that is read, head and body together."""
_MOST_HEADERS = 200

_COMPACT = {
    "i": "Call-ID", "m": "Contact", "e": "Content-Encoding", "l": "Content-Length",
    "c": "Content-Type", "f": "From", "s": "Subject", "k": "Supported", "t": "To", "v": "Via",
    "o": "Event", "u": "Allow-Events", "r": "Refer-To", "b": "Referred-By", "x": "Session-Expires",
}  # fmt: skip
NAMES = (
    "Via", "From", "To", "Call-ID", "CSeq", "Contact", "Route", "Record-Route", "Max-Forwards",
    "Content-Length", "Expires", "Min-Expires", "Retry-After", "Require", "Proxy-Require", "RAck",
    "Authorization", "Proxy-Authorization", "WWW-Authenticate", "Proxy-Authenticate",
)  # fmt: skip
"""The headers that the edge asks for. They are spelt so, whatever the peer's capitals."""
_SPELT = {name.lower(): name for name in NAMES} | _COMPACT
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
_FOLD = re.compile(r"\r?\n[ \t]+")
_CSEQ = re.compile(r"(\d{1,10})\s+(\S+)", re.A)
_ONCE = ("From", "To", "Call-ID", "CSeq")
# The headers whose values may be listed in one line, and that a proxy takes apart.
_LISTS = frozenset({"Via", "Route", "Record-Route", "Contact"})


@dataclass(frozen=True, slots=True)
class Message:
    """What a request and a response have in common. Changed only by making another."""

    headers: tuple[Header, ...]
    body: bytes

    def get(self, name: str) -> str | None:
        """The first value of a header, or None. The name as in `NAMES`."""
        for key, value in self.headers:
            if key == name:
                return value
        return None

    def all(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        return [value for key, value in self.headers if key == name]

    def without(self, *names: str) -> Self:
        """The same message without these headers."""
        return replace(self, headers=tuple(pair for pair in self.headers if pair[0] not in names))

    def put(self, name: str, values: str | Iterable[str]) -> Self:
        """The same message with these values for a header, where the first one stood."""
        fresh = [(name, value) for value in ([values] if isinstance(values, str) else values)]
        at = next((i for i, pair in enumerate(self.headers) if pair[0] == name), None)
        rest = [pair for pair in self.headers if pair[0] != name]
        where = len(rest) if at is None else at  # nothing of that name stands before the first
        return replace(self, headers=(*rest[:where], *fresh, *rest[where:]))

    def on_top(self, name: str, value: str) -> Self:
        """The same message with one more header before all others."""
        return replace(self, headers=((name, value), *self.headers))

    def below(self, *headers: Header) -> Self:
        """The same message with more headers after all others."""
        return replace(self, headers=(*self.headers, *headers))

    @property
    def call_id(self) -> str:
        """The Call-ID; empty where there is none."""
        return self.get("Call-ID") or ""

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method. Raises MalformedMessage."""
        match = _CSEQ.fullmatch((self.get("CSeq") or "").strip())
        if match is None or int(match[1]) >= 2**31:
            raise MalformedMessage("CSeq cannot be read")
        return int(match[1]), match[2]

    def tag(self, name: str) -> str:
        """The tag of `From` or `To`; empty where there is none. Raises MalformedMessage."""
        params = parse_name_addr(self.get(name) or "").params
        return next((value or "" for key, value in params if key == "tag"), "")


@dataclass(frozen=True, slots=True)
class Request(Message):
    """A request. `uri` is the Request-URI as spelt."""

    method: str
    uri: str

    def __bytes__(self) -> bytes:
        return _wire(f"{self.method} {self.uri} SIP/2.0", self)


@dataclass(frozen=True, slots=True)
class Response(Message):
    """A response."""

    code: int
    phrase: str

    def __bytes__(self) -> bytes:
        return _wire(f"SIP/2.0 {self.code} {self.phrase}", self)


def _wire(start: str, message: Message) -> bytes:
    whole = message.put("Content-Length", str(len(message.body)))
    lines = [start, *(f"{name}: {value}" for name, value in whole.headers), "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + message.body


def parse(data: bytes) -> Request | Response:
    """Take one message apart: head, empty line, body. Raises MalformedMessage and nothing else."""
    data = data.lstrip(b"\r\n")  # §7.5: a stack may keep a path open with empty lines
    if len(data) > LARGEST:
        raise MalformedMessage("the message is too large")
    match = re.search(rb"\r?\n\r?\n", data)
    if match is None:
        raise MalformedMessage("the head does not end")
    head = data[: match.start()].decode("utf-8", "surrogateescape")
    lines = re.split(r"\r?\n", _FOLD.sub(" ", head))
    if len(lines) > _MOST_HEADERS:
        raise MalformedMessage("there are too many headers")
    headers = tuple(header for line in lines[1:] for header in _headers(line))
    return _start(lines[0], headers, _body(headers, data[match.end() :]))


def _headers(line: str) -> list[Header]:
    """One line's headers: several where the values of a list stand in one line."""
    name, colon, value = line.partition(":")
    name = name.rstrip(" \t")  # §25.1 HCOLON allows blanks before the colon
    if not colon or not _TOKEN.fullmatch(name) or "\r" in value or "\0" in value:
        raise MalformedMessage("a header line cannot be read")
    name = _SPELT.get(name.lower(), name)
    if name not in _LISTS:
        return [(name, value.strip())]
    pieces = (piece.strip() for piece in split_outside_quotes(value, ","))
    return [(name, piece) for piece in pieces if piece]


def _start(line: str, headers: tuple[Header, ...], body: bytes) -> Request | Response:
    words = line.split(" ", 2)
    if "\r" in line or "\0" in line:
        raise MalformedMessage("the first line cannot be read")
    if len(words) >= 2 and words[0].upper() == "SIP/2.0":
        if not re.fullmatch(r"[1-6]\d\d", words[1], re.A):
            raise MalformedMessage("the status cannot be read")
        phrase = words[2] if len(words) == 3 else ""
        return Response(headers, body, int(words[1]), phrase)
    if len(words) != 3 or words[2].strip().upper() != "SIP/2.0" or not _TOKEN.fullmatch(words[0]):
        raise MalformedMessage("this is neither a request nor a response")
    return Request(headers, body, words[0], words[1])


def _body(headers: tuple[Header, ...], rest: bytes) -> bytes:
    """§18.3: Content-Length decides; what follows it in a datagram is discarded."""
    lengths = {value for name, value in headers if name == "Content-Length"}
    if not lengths:
        return rest
    text = lengths.pop()
    if lengths or not re.fullmatch(r"\d{1,9}", text, re.A) or int(text) > len(rest):
        raise MalformedMessage("Content-Length does not fit")
    return rest[: int(text)]


def fault(message: Request | Response) -> str | None:
    """What is wrong with a message, in words for the peer; None where it can be acted on."""
    try:
        for name in _ONCE:
            if len(message.all(name)) != 1:
                return f"{name} must be there once"
        method = message.cseq[1]
        for via in message.all("Via") or [""]:
            parse_via(via)
        parse_uri(parse_name_addr(message.get("From") or "").uri)
        parse_uri(parse_name_addr(message.get("To") or "").uri)
        for route in message.all("Route"):
            parse_uri(parse_name_addr(route).uri)
        if isinstance(message, Request):
            return _request_fault(message, method)
    except MalformedMessage as error:
        return str(error)
    return None


def _request_fault(request: Request, method: str) -> str | None:
    if method != request.method:
        return "the CSeq names another method"
    if len(request.all("Max-Forwards")) > 1 or max_forwards(request) is None:
        return "Max-Forwards cannot be read"
    parse_uri(request.uri)
    return None


def max_forwards(request: Request) -> int | None:
    """§16.3: 70 where the header is missing; None where it cannot be read."""
    text = request.get("Max-Forwards")
    if text is None:
        return 70
    return int(text) if re.fullmatch(r"\d{1,6}", text, re.A) and int(text) <= 255 else None


def answerable(request: Request) -> bool:
    """Whether a response can be made and finds its way back."""
    try:
        parse_via(request.get("Via") or "")
        return request.method != "ACK" and all(request.get(name) is not None for name in _ONCE)
    except MalformedMessage:
        return False
