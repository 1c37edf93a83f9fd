"""An edge without a network: messages in by hand, what it sends read from a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kernel.clock import ManualClock
from kernel.ids import counting
from telephony.edge.config import EdgeConfig, MediaTarget, Trunk
from telephony.edge.core import EdgeCore
from telephony.edge.digest import Login, answer, ha1
from telephony.edge.events import Received, Send, Started, TurnTaken
from telephony.edge.message import Header, Request, Response
from telephony.edge.uri import Hop

EDGE = "198.51.100.1"
DOMAIN = "centre.example"
CARRIER = Hop("udp", "192.0.2.9", 5060)
PHONE = Hop("udp", "203.0.113.7", 40_000)
STRANGER = Hop("udp", "203.0.113.66", 5060)
M1 = MediaTarget("m1", "10.0.0.1", 5070, max_calls=10)
M2 = MediaTarget("m2", "10.0.0.2", 5070, max_calls=10)
SDP = b"v=0\r\n"


def config(**changes: object) -> EdgeConfig:
    """A house with one carrier, one media process, two phones, one line."""
    usual = EdgeConfig(
        domain=DOMAIN,
        host=EDGE,
        media=(M1,),
        lines=frozenset({"100"}),
        trunks=(Trunk("carrier", CARRIER.host, sources=("192.0.2.0/28",)),),
        credentials={
            "7001": ha1("7001", DOMAIN, "secret"),
            "7002": ha1("7002", DOMAIN, "hidden"),
        },
        max_calls=3,
        retry_after=7,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def request(
    method: str = "INVITE",
    uri: str = f"sip:100@{DOMAIN}",
    *,
    hop: Hop = CARRIER,
    call: str = "c1",
    branch: str = "b1",
    cseq: int = 1,
    sender: str = "<sip:alice@far.example>;tag=a",
    to: str = f"<sip:100@{DOMAIN}>",
    headers: Iterable[Header] = (),
    contact: str | None = None,
) -> Request:
    """A request as a decent user agent at `hop` would send it."""
    here = f"<sip:x@{hop.host}:{hop.port}>" if contact is None else contact
    return Request(
        (
            (
                "Via",
                f"SIP/2.0/{hop.transport.upper()} {hop.host}:{hop.port};branch=z9hG4bK{branch}",
            ),
            ("Max-Forwards", "70"),
            ("From", sender),
            ("To", to),
            ("Call-ID", call),
            ("CSeq", f"{cseq} {method}"),
            *((("Contact", here),) if here else ()),
            *headers,
        ),
        SDP,
        method,
        uri,
    )


def reply(
    asked: Request,
    code: int,
    *,
    tag: str = "b",
    contact: str = "<sip:m@10.0.0.1:5070>",
    headers: Iterable[Header] = (),
) -> Response:
    """The answer of whoever got `asked`, with its dialog's route set."""
    to = asked.get("To") or ""
    if "tag=" not in to and code > 100:
        to += f";tag={tag}"
    kept = [("Via", via) for via in asked.all("Via")]
    kept += [("Record-Route", route) for route in asked.all("Record-Route")]
    kept += [("From", asked.get("From") or ""), ("To", to), ("Call-ID", asked.call_id)]
    kept += [("CSeq", asked.get("CSeq") or ""), ("Contact", contact), *headers]
    return Response(tuple(kept), b"", code, "Phrase")


def in_dialog(
    method: str,
    response: Response,
    *,
    hop: Hop,
    cseq: int = 2,
    branch: str = "d1",
    by_caller: bool = True,
    contact: str = "sip:m@10.0.0.1:5070",
) -> Request:
    """A later request of the dialog that `response` made, by either side."""
    one, other = response.get("From") or "", response.get("To") or ""
    routes = response.all("Record-Route")
    made = request(
        method,
        contact,
        hop=hop,
        call=response.call_id,
        branch=branch,
        cseq=cseq,
        sender=one if by_caller else other,
        to=other if by_caller else one,
    )
    return made.below(*(("Route", r) for r in (reversed(routes) if by_caller else routes)))


class Bench:
    """One edge."""

    def __init__(self, settings: EdgeConfig | None = None) -> None:
        self.clock = ManualClock()
        self.core = EdgeCore(settings or config(), 5060, b"key", counting())
        self.told: list[object] = []
        self.tell(Started())

    def tell(self, event: object) -> list[Send]:
        """Give one event; what the edge sends to it. Everything else goes to `told`."""
        self.core.receive(event, self.clock.now())
        return self.sends()

    def sends(self) -> list[Send]:
        """What the edge sends now."""
        commands = self.core.commands()
        self.told += [one for one in commands if not isinstance(one, Send)]
        sends = [one for one in commands if isinstance(one, Send)]
        for turn in [one.turn for one in sends if one.turn]:
            sends += self.tell(TurnTaken(turn))
        return sends

    def hears(self, hop: Hop, message: Request | Response | bytes) -> list[Send]:
        """Let a message arrive."""
        return self.tell(Received(hop, bytes(message)))

    def request(self, hop: Hop, message: Request | Response) -> tuple[Hop, Request]:
        """Let a message arrive that leads to exactly one request."""
        (send,) = self.hears(hop, message)
        assert isinstance(send.message, Request), bytes(send.message)
        return send.to, send.message

    def response(self, hop: Hop, message: Request | Response) -> tuple[Hop, Response]:
        """Let a message arrive that leads to exactly one response."""
        (send,) = self.hears(hop, message)
        assert isinstance(send.message, Response), bytes(send.message)
        return send.to, send.message

    def code(self, hop: Hop, message: Request | Response) -> int:
        """The status that a message leads to."""
        return self.response(hop, message)[1].code

    def walk(self, seconds: float) -> list[Send]:
        """Let time pass, alarm by alarm."""
        end = self.clock.now() + seconds
        sent: list[Send] = []
        while (due := self.core.next_timer()) is not None and due <= end:
            self.clock.advance(max(0.0, due - self.clock.now()))
            self.core.handle_timer(self.clock.now())
            sent += self.sends()
        self.clock.advance(max(0.0, end - self.clock.now()))
        return sent

    def register(
        self,
        aor: str = "7001",
        password: str = "secret",
        *,
        hop: Hop = PHONE,
        contact: str | None = None,
        expires: str = "600",
        call: str = "r1",
        cseq: int = 1,
    ) -> Response:
        """Register a phone, answering the challenge; the last response."""
        where = f"<sip:{aor}@192.168.1.20:5060>" if contact is None else contact

        def ask(number: int, headers: Iterable[Header] = ()) -> Response:
            address = f"<sip:{aor}@{DOMAIN}>"
            asked = request(
                "REGISTER",
                f"sip:{DOMAIN}",
                hop=hop,
                call=call,
                branch=f"r{number}",
                cseq=number,
                sender=f"{address};tag=r",
                to=address,
                contact=where,
                headers=(("Expires", expires), *headers),
            )
            return self.response(hop, asked)[1]

        first = ask(cseq)
        if first.code != 401:
            return first
        challenges = first.all("WWW-Authenticate")
        text = answer(challenges, Login(aor, password), "REGISTER", f"sip:{DOMAIN}", "cn")
        return ask(cseq + 1, (("Authorization", text or ""),))
