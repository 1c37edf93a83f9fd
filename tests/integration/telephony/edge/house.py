"""An edge for tests, and the messages by hand that it is given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace

from kernel.clock import SteadyClock
from telephony.edge.config import EdgeConfig, MediaTarget, Trunk
from telephony.edge.digest import ha1
from telephony.edge.events import Notice
from telephony.edge.message import Header, Request, Response
from telephony.edge.server import EdgeServer
from telephony.edge.store import BindingStore
from tests.integration.telephony.edge.peers import HOST

PASSWORD = "a phone's secret"


class House(EdgeServer):
    """An edge that remembers what it told."""

    notices: list[Notice]

    def of(self, kind: type) -> list[Notice]:
        """What it told of one kind."""
        return [one for one in self.notices if isinstance(one, kind)]


@asynccontextmanager
async def house(
    *media: int, bindings: BindingStore | None = None, trunk: int = 0, **changes: object
) -> AsyncIterator[House]:
    """An edge in front of these media ports; calls from port `trunk` are those of a carrier."""
    usual = EdgeConfig(
        domain=HOST,
        media=tuple(MediaTarget(f"m{i}", HOST, port) for i, port in enumerate(media)),
        port=0,
        lines=frozenset({"service"}),
        trunks=(
            Trunk("carrier", "carrier.invalid", trunk or 1, sources=(f"{HOST}:{trunk or 1}",)),
        ),
        credentials={"7001": ha1("7001", HOST, PASSWORD)},
        retry_after=7,
    )
    notices: list[Notice] = []
    config = replace(usual, **changes)  # type: ignore[arg-type]
    edge = House(config, SteadyClock(), notices.append, bindings)
    edge.notices = notices
    async with edge:
        yield edge


def ask(
    method: str,
    edge: int,
    here: int,
    *,
    user: str = "service",
    branch: str = "b1",
    call: str = "c1",
    cseq: int = 1,
    transport: str = "UDP",
    headers: Iterable[Header] = (),
    to: str | None = None,
    routes: Iterable[str] = (),
    uri: str | None = None,
) -> Request:
    """A request of a peer at port `here`."""
    target = f"sip:{user}@{HOST}:{edge}"
    return Request(
        (
            ("Via", f"SIP/2.0/{transport} {HOST}:{here};branch=z9hG4bK{branch};rport"),
            ("Max-Forwards", "70"),
            *(("Route", route) for route in routes),
            ("From", "<sip:alice@far.example>;tag=a"),
            ("To", to or f"<{target}>"),
            ("Call-ID", call),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", f"<sip:alice@{HOST}:{here}>"),
            *headers,
        ),
        b"",
        method,
        uri or target,
    )


def answer(request: Request, code: int, contact: int, headers: Iterable[Header] = ()) -> Response:
    """The answer of a peer at port `contact`."""
    to = request.get("To") or ""
    copied = [("Via", via) for via in request.all("Via")]
    copied += [("Record-Route", route) for route in request.all("Record-Route")]
    copied += [
        ("From", request.get("From") or ""),
        ("To", to if ";tag=" in to else f"{to};tag=b"),
        ("Call-ID", request.call_id),
        ("CSeq", request.get("CSeq") or ""),
        ("Contact", f"<sip:m@{HOST}:{contact}>"),
        *headers,
    ]
    return Response(tuple(copied), b"", code, "Phrase")
