"""One INVITE to the edge, to see how it is answered: let in, or 503 with Retry-After."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from centralino.rehearsal.sip import Message, answer, read

PATIENCE = 5.0
"""Seconds until a final response."""
HOST = "127.0.0.1"


class _Caller(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.final: asyncio.Future[Message] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = read(data)
        code = int(message.first.split()[1]) if message and message.first[:3] == "SIP" else 0
        if message is not None and code >= 200 and not self.final.done():
            self.final.set_result(message)


async def knock(edge: str, line: str) -> str:
    """In one word: `let in`, or the response and when to come again."""
    host, _, port = edge.rpartition(":")
    transport, caller = await asyncio.get_running_loop().create_datagram_endpoint(
        _Caller, local_addr=(HOST, 0)
    )
    ours = transport.get_extra_info("sockname")[1]
    call = secrets.token_hex(8)
    try:
        transport.sendto(_request("INVITE", edge, line, ours, call), (host, int(port)))
        async with asyncio.timeout(PATIENCE):
            final = await caller.final
        transport.sendto(_request("ACK", edge, line, ours, call, final), (host, int(port)))
        if not final.first.startswith("SIP/2.0 2"):
            return _said(final)
        transport.sendto(_request("BYE", edge, line, ours, call, final), (host, int(port)))
        return "let in"
    except TimeoutError:
        return "no answer"
    finally:
        transport.close()


def _said(final: Message) -> str:
    after = final.get("retry-after")
    words = final.first.removeprefix("SIP/2.0 ")
    return f"{words}, Retry-After: {after}" if after else words


def _request(
    method: str, edge: str, line: str, port: int, call: str, final: Message | None = None
) -> bytes:
    """:rfc:`3261#section-13.2` and, for what follows a response, §17.1.1.3 and §15."""
    accepted = final is not None and final.first.startswith("SIP/2.0 2")
    target = f"sip:{line}@{edge}"
    if final is not None and accepted:
        target = final.get("contact").partition("<")[2].partition(">")[0] or target
    routes: list[Any] = []
    if final is not None and accepted:
        found = [value for name, value in final.headers if name.lower() == "record-route"]
        routes = [f"Route: {value}" for value in reversed(found)]
    branch = f"z9hG4bK{call}{method if accepted or method == 'INVITE' else 'INVITE'}"
    body = answer(HOST, port, 101) if method == "INVITE" else ""
    to = final.get("to") if final is not None else f"<sip:{line}@{edge}>"
    lines = [
        f"{method} {target} SIP/2.0",
        f"Via: SIP/2.0/UDP {HOST}:{port};branch={branch};rport",
        "Max-Forwards: 70", *routes,
        f"From: <sip:knock@{HOST}>;tag={call}", f"To: {to}", f"Call-ID: {call}",
        f"CSeq: {2 if method == 'BYE' else 1} {method}",
        f"Contact: <sip:knock@{HOST}:{port}>",
        *(["Content-Type: application/sdp"] if body else []),
        f"Content-Length: {len(body)}",
    ]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
