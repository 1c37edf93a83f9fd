"""A SIP peer that shows and says exactly what is on the wire: one UDP socket, text in and out.

It knows no transactions; on loopback nothing is lost. Requests that arrive are kept; what is
answered is up to the test, or to `policy`.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from tests.integration.telephony.drivers.phone import until

Address = tuple[str, int]


def sdp(*formats: str) -> str:
    """An offer or answer of these formats (`payload-type name/rate`), at a port nobody reads."""
    types = " ".join(form.split()[0] for form in formats)
    lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"]
    lines += [f"m=audio 9 RTP/AVP {types}", *(f"a=rtpmap:{form}" for form in formats)]
    return "\r\n".join(lines) + "\r\n"


PCMU = sdp("0 PCMU/8000", "101 telephone-event/8000")
OPUS = sdp("96 opus/48000/2")


class Message:
    """A SIP message as text."""

    def __init__(self, text: str, source: Address) -> None:
        self.text = text
        self.source = source
        self.head, _, self.body = text.partition("\r\n\r\n")
        self.start = self.head.split("\r\n")[0]

    @property
    def method(self) -> str:
        """The method, or the status for a response."""
        words = self.start.split()
        return words[1] if words[0] == "SIP/2.0" else words[0]

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return re.findall(rf"^{re.escape(name)}\s*:\s*(.*?)\r?$", self.head, re.M | re.I)

    def get(self, name: str) -> str:
        """The first value of a header, or nothing."""
        return next(iter(self.all(name)), "")


class Wire(asyncio.DatagramProtocol):
    """The peer. `policy(request)` gives (status, reason, headers, body), or None for silence."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.policy: Callable[[Message], tuple[int, str, dict[str, str], str] | None] = by_default
        self.port = 0
        self._transport: asyncio.DatagramTransport | None = None
        self._numbers = itertools.count(1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Keep it; answer a request by policy."""
        if not data.strip():
            return
        message = Message(data.decode(), addr)
        self.messages.append(message)
        if message.start.startswith("SIP/2.0") or message.method == "ACK":
            return
        answer = self.policy(message)
        if answer is not None:
            self.respond(message, *answer)

    def respond(
        self, request: Message, status: int, reason: str, headers: dict[str, str], body: str
    ) -> None:
        """A response to a request."""
        to = request.get("To")
        lines = [f"SIP/2.0 {status} {reason}", *(f"Via: {via}" for via in request.all("Via"))]
        lines += [f"From: {request.get('From')}", f"To: {to}{'' if 'tag=' in to else ';tag=wire'}"]
        lines += [f"Call-ID: {request.get('Call-ID')}", f"CSeq: {request.get('CSeq')}"]
        lines += [f"Contact: <sip:wire@127.0.0.1:{self.port}>"]
        self._send(lines, headers, body, request.source)

    def request(
        self, method: str, uri: str, to: Address, headers: dict[str, str], body: str = ""
    ) -> None:
        """A request, in a dialog or not: what headers say."""
        branch = f"z9hG4bK{next(self._numbers)}{self.port}"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch={branch}",
        ]
        lines += ["Max-Forwards: 70", f"Contact: <sip:wire@127.0.0.1:{self.port}>"]
        self._send(lines, headers, body, to)

    def invite(self, port: int, body: str, user: str = "7000") -> None:
        """An INVITE with an offer."""
        headers = {
            "From": f"<sip:wire@127.0.0.1:{self.port}>;tag=wire{next(self._numbers)}",
            "To": f"<sip:{user}@127.0.0.1:{port}>",
            "Call-ID": f"wire-{next(self._numbers)}-{self.port}",
            "CSeq": "1 INVITE",
        }
        self.request("INVITE", f"sip:{user}@127.0.0.1:{port}", ("127.0.0.1", port), headers, body)

    def invite_again(self, first: Message, body: str, sequence: int) -> None:
        """A re-INVITE in the dialog that `first`, answered here, began."""
        headers = {
            "From": f"{first.get('To')};tag=wire",
            "To": first.get("From"),
            "Call-ID": first.get("Call-ID"),
            "CSeq": f"{sequence} INVITE",
        }
        contact = first.get("Contact").split(">")[0].strip("<")
        self.request("INVITE", contact, first.source, headers, body)

    def notify(self, refer: Message, sipfrag: str) -> None:
        """The final NOTIFY of a REFER (RFC 3515 §2.4.4)."""
        headers = {
            "From": f"{refer.get('To')}",
            "To": refer.get("From"),
            "Call-ID": refer.get("Call-ID"),
            "CSeq": "900 NOTIFY",
            "Event": "refer",
            "Subscription-State": "terminated;reason=noresource",
            "Content-Type": "message/sipfrag;version=2.0",
        }
        contact = refer.get("Contact").strip("<>")
        self.request("NOTIFY", contact, refer.source, headers, sipfrag)

    def _send(self, lines: list[str], headers: dict[str, str], body: str, to: Address) -> None:
        more = [f"{name}: {value}" for name, value in headers.items()]
        if body and "Content-Type" not in headers:
            more.append("Content-Type: application/sdp")
        more.append(f"Content-Length: {len(body)}")
        assert self._transport is not None
        self._transport.sendto(("\r\n".join([*lines, *more]) + "\r\n\r\n" + body).encode(), to)

    async def seen(self, method: str, number: int = 1) -> Message:
        """The request of this method, or the response of this status, once it came."""

        def found() -> list[Message]:
            return [message for message in self.messages if message.method == method]

        await until(lambda: len(found()) >= number, f"{method} on the wire")
        return found()[number - 1]


def by_default(request: Message) -> tuple[int, str, dict[str, str], str] | None:
    """Answer calls with G.711, accept everything else."""
    if request.method == "REFER":
        return 202, "Accepted", {}, ""
    return 200, "OK", {}, PCMU if request.method == "INVITE" else ""


@asynccontextmanager
async def wire_peer() -> AsyncIterator[Wire]:
    """An open peer on a free port."""
    loop = asyncio.get_running_loop()
    transport, wire = await loop.create_datagram_endpoint(Wire, local_addr=("127.0.0.1", 0))
    try:
        yield wire
    finally:
        transport.close()
