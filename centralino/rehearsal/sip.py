"""As much of SIP and SDP as a carrier needs that only answers (:rfc:`3261`, :rfc:`4566`). PURE."""

from __future__ import annotations

import re
from dataclasses import dataclass

_KEPT = ("via", "from", "to", "call-id", "cseq", "record-route")


@dataclass(frozen=True)
class Message:
    """A request, or a response, as far as it matters here."""

    first: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    @property
    def method(self) -> str:
        """Of a request."""
        return self.first.partition(" ")[0]

    def get(self, name: str) -> str:
        """The first header of this name, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def branch(self) -> str:
        """Of the topmost Via."""
        found = re.search(r"branch=([^;,\s]+)", self.get("via"))
        return found[1] if found else ""

    @property
    def number(self) -> str:
        """The user part of the Request-URI."""
        found = re.search(r"sips?:([^@;>]+)@", self.first)
        return found[1] if found else ""


def read(data: bytes) -> Message | None:
    """A message of one datagram; None for a keep-alive."""
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
    if len(lines) < 2:
        return None
    pairs = (line.partition(":") for line in lines[1:])
    headers = tuple((name.strip(), value.strip()) for name, _, value in pairs)
    return Message(lines[0], headers, body)


def response(request: Message, status: str, tag: str, contact: str = "", body: str = "") -> bytes:
    """A response to a request; `status` with its reason phrase."""
    lines = [f"SIP/2.0 {status}"]
    for name, value in request.headers:
        key = name.lower()
        if key == "to" and "tag=" not in value:
            value = f"{value};tag={tag}"
        if key in _KEPT:
            lines.append(f"{name}: {value}")
    if contact:
        lines.append(f"Contact: <{contact}>")
    if status.startswith("503"):
        lines.append("Retry-After: 1")
    if body:
        lines.append("Content-Type: application/sdp")
    return ("\r\n".join([*lines, f"Content-Length: {len(body)}"]) + "\r\n\r\n" + body).encode()


def bye(invite: Message, tag: str, contact: str, branch: str, host: str, port: int) -> bytes:
    """A BYE from the called, along the route that the INVITE recorded (§12.2.1.1)."""
    target = re.search(r"<([^>]+)>", invite.get("contact"))
    lines = [
        f"BYE {target[1] if target else ''} SIP/2.0",
        f"Via: SIP/2.0/UDP {host}:{port};branch={branch};rport",
        "Max-Forwards: 70",
        *(f"Route: {value}" for name, value in invite.headers if name.lower() == "record-route"),
        f"From: {invite.get('to')};tag={tag}",
        f"To: {invite.get('from')}",
        f"Call-ID: {invite.get('call-id')}",
        "CSeq: 1 BYE",
        f"Contact: <{contact}>",
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass(frozen=True)
class Offer:
    """Where the caller's sound is, and under which payload type its keys are heard."""

    host: str
    port: int
    event: int


def offer_of(sdp: str) -> Offer | None:
    """What an offer says of its first audio stream."""
    host = re.search(r"^c=IN IP4 (\S+)", sdp, re.M)
    media = re.search(r"^m=audio (\d+)", sdp, re.M)
    event = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", sdp, re.M)
    if host is None or media is None:
        return None
    return Offer(host[1], int(media[1]), int(event[1]) if event else 101)


def answer(host: str, port: int, event: int) -> str:
    """PCMU, and keys by RFC 4733."""
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0 {event}\r\na=rtpmap:0 PCMU/8000\r\n"
        f"a=rtpmap:{event} telephone-event/8000\r\na=fmtp:{event} 0-15\r\na=sendrecv\r\n"
    )
