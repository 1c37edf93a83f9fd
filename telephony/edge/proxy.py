"""PURE. Forwarding (RFC 3261 §16.11, stateless): requests onward, responses back.

Via. Ours carries a branch computed from the request as it came, so a repeat, a CANCEL and the ACK
of a refusal get the branch of their INVITE and match it at the next hop. Its three parts:
`z9hG4bK<transaction>.<what a loop would repeat>.<how far CSeq is shifted>`.

Record-Route. Ours carries, as URI parameters, what later requests of the dialog need:
  m   the media process that holds it
  f   where the other side really is, where its Contact does not say it (NAT, TCP)
  t   the trunk it goes through, so that a challenge can be answered
  cs  by how much CSeq is shifted towards the trunk (see `carrier.py`)
From outside only `m` is believed, and only to choose among our own processes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from telephony.edge.errors import MalformedMessage
from telephony.edge.message import Header, Request, Response, max_forwards
from telephony.edge.uri import (
    DEFAULT_PORT,
    Hop,
    Params,
    Uri,
    Via,
    bracketed,
    param,
    parse_name_addr,
    parse_uri,
    parse_via,
)

COOKIE = "z9hG4bK"
_RECEIVED = re.compile(r"\s*;\s*(?:received|rport)\s*(?:=[^;]*)?(?=;|\s*$)", re.I)
LOCAL_TAG = "edge-"
"""How the To tag of a response of our own begins: an ACK with it ends here."""


@dataclass(frozen=True)
class Own:
    """Who the edge is, to its peers."""

    host: str
    port: int
    domain: str

    def names(self, uri: Uri) -> bool:
        """Whether a URI means the edge itself."""
        if uri.scheme not in ("sip", "sips"):
            return False
        if uri.port == self.port:
            return uri.host in (self.host, self.domain)
        if uri.port is not None:
            return False
        return uri.host == self.domain or (uri.host == self.host and self.port == DEFAULT_PORT)

    def uri(self, user: str = "") -> str:
        """Our SIP address, e.g. `sip:192.0.2.1:5060`."""
        return f"sip:{user}{'@' if user else ''}{bracketed(self.host)}:{self.port}"

    def via(self, transport: str, branch: str) -> str:
        """Our Via."""
        sent_by = f"{bracketed(self.host)}:{self.port}"
        return f"SIP/2.0/{transport.upper()} {sent_by};rport;branch={branch}"

    def sent(self, via: Via) -> bool:
        """Whether a Via is ours."""
        return via.host == self.host and (via.port or DEFAULT_PORT) == self.port


# Requests, as they come in.


def stamp(request: Request, source: Hop) -> Request:
    """Write down where a request came from, in its Via (§18.2.1, RFC 3581 §4).

    Over TCP always, so that the response finds the connection. What the sender claims is removed.
    """
    vias = request.all("Via")
    via = parse_via(vias[0])
    asked = param(via.params, "rport") is not None or source.transport != "udp"
    text = _RECEIVED.sub("", vias[0])
    if asked or via.host != source.host:
        text += f";received={source.host}"
    if asked:
        text += f";rport={source.port}"
    return request.put("Via", [text, *vias[1:]])


def take_routes(request: Request, own: Own) -> tuple[Request, Params]:
    """Remove the Routes that name us (§16.4), and tell what the first of them carries.

    A strict router has put our Record-Route in the Request-URI; then the last Route is the target.
    """
    uri = parse_uri(request.uri)
    routes = request.all("Route")
    if own.names(uri) and param(uri.params, "lr") is not None and routes:
        target = parse_name_addr(routes[-1]).uri
        request = _with_uri(request, target).put("Route", routes[:-1])
        return take_more(request, own, uri.params)
    return take_more(request, own, ())


def take_more(request: Request, own: Own, carried: Params) -> tuple[Request, Params]:
    """Remove at most two Routes of ours: one for each transport (RFC 5658)."""
    routes = request.all("Route")
    taken = 0
    while taken < min(2, len(routes)):
        uri = parse_uri(parse_name_addr(routes[taken]).uri)
        if not own.names(uri):
            break
        carried = carried or uri.params
        taken += 1
    return request.put("Route", routes[taken:]) if taken else request, carried


def _with_uri(request: Request, uri: str) -> Request:
    return Request(request.headers, request.body, request.method, uri)


def _digest(*parts: object) -> str:
    text = "\0".join(str(part) for part in parts).encode("utf-8", "surrogateescape")
    return blake2b(text, digest_size=8).hexdigest()


def _loop_part(request: Request) -> str:
    """What routing depends on (RFC 5393 §4.2.1). Not the method, nor the To tag: those of an ACK
    differ from its INVITE's, and it must get the same branch."""
    number = request.cseq[0]
    routes = "\n".join(request.all("Route"))
    return _digest(request.uri, request.call_id, request.tag("From"), number, routes)


def branch_for(request: Request, shift: int = 0) -> str:
    """The branch under which a request goes on, computed from it as it came (§16.11)."""
    via = parse_via(request.all("Via")[0])
    number, tag = request.cseq[0], request.tag("From")
    transaction = _digest(via.host, via.port, via.branch, request.call_id, number, tag)
    return f"{COOKIE}{transaction}.{_loop_part(request)}.{shift}"


def looped(request: Request, own: Own) -> bool:
    """Whether this very request has been here (§16.3 step 4)."""
    part = _loop_part(request)
    for text in request.all("Via"):
        via = parse_via(text)
        if own.sent(via) and via.branch.split(".")[1:2] == [part]:
            return True
    return False


# Requests, as they go on.


@dataclass(frozen=True)
class Onward:
    """How a request goes on."""

    hop: Hop
    uri: str
    """The Request-URI it goes on with."""
    branch: str
    shift: int = 0
    record: tuple[str, ...] = ()
    """Our Record-Routes, the top one first."""
    extra: tuple[Header, ...] = ()
    without: tuple[str, ...] = ()
    """Headers that are not passed on."""


def forward(request: Request, onward: Onward, own: Own) -> Request:
    """The request as the next hop gets it (§16.6)."""
    number, method = request.cseq
    request = _with_uri(request, onward.uri).without(*onward.without)
    request = request.put("Max-Forwards", str((max_forwards(request) or 0) - 1))
    if onward.shift:
        request = request.put("CSeq", f"{number + onward.shift} {method}")
        request = _shift_rack(request, onward.shift)
    for text in reversed(onward.record):
        request = request.on_top("Record-Route", text)
    request = request.below(*onward.extra)
    return request.on_top("Via", own.via(onward.hop.transport, onward.branch))


def _shift_rack(request: Request, shift: int) -> Request:
    """RAck repeats the CSeq of the INVITE (RFC 3262 §7.2)."""
    match = re.fullmatch(r"(\d+)\s+(\d+)\s+(\S+)", request.get("RAck") or "", re.A)
    if match is None:
        return request
    return request.put("RAck", f"{match[1]} {int(match[2]) + shift} {match[3]}")


def record_routes(own: Own, came: str, goes: str, carried: Iterable[tuple[str, str]]) -> list[str]:
    """Our Record-Routes: one, or one for each side where the transports differ (RFC 5658 §3)."""
    tail = "".join(f";{name}={value}" for name, value in carried)
    sides = [goes] if goes == came else [goes, came]
    return [f"<{own.uri()}{_transport(side)};lr{tail}>" for side in sides]


def _transport(transport: str) -> str:
    return "" if transport == "udp" else f";transport={transport}"


def flow_param(contact: str | None, flow: Hop) -> str | None:
    """`f` for a peer that is not where its Contact says; None where it is."""
    try:
        hop = parse_uri(parse_name_addr(contact or "").uri).hop()
    except MalformedMessage:
        hop = None
    if hop == flow and flow.transport == "udp":
        return None
    return f"{flow.transport}-{bracketed(flow.host)}-{flow.port}"


def parse_flow(text: str | None) -> Hop | None:
    """What `flow_param` made; None where there is none."""
    match = re.fullmatch(r"(udp|tcp)-(\[?[0-9A-Fa-f.:]+\]?)-(\d{1,5})", text or "", re.A)
    return Hop(match[1], match[2].strip("[]"), int(match[3])) if match else None


# Responses.


@dataclass(frozen=True)
class Back:
    """A response on its way back."""

    response: Response
    hop: Hop | None
    """None where it answers a request of our own."""
    branch: str


def back(response: Response, own: Own) -> Back | None:
    """Take our Via off (§16.7 step 3) and undo what we did to CSeq. None where none is ours."""
    vias = response.all("Via")
    top = parse_via(vias[0])
    if not own.sent(top):
        return None
    shift = top.branch.rpartition(".")[2]
    if shift.isascii() and shift.isdigit() and 0 < int(shift[:6]):
        number, method = response.cseq
        response = response.put("CSeq", f"{max(0, number - int(shift[:6]))} {method}")
    response = response.put("Via", vias[1:])
    hop = way_back(parse_via(vias[1])) if len(vias) > 1 else None
    return Back(response, hop, top.branch)


def way_back(via: Via) -> Hop:
    """Where the response for this Via goes (§18.2.2, RFC 3581 §4)."""
    host = param(via.params, "received") or via.host
    port = param(via.params, "rport") or ""
    fits = port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536
    transport = "udp" if via.transport == "udp" else "tcp"
    return Hop(transport, host.strip("[]"), int(port) if fits else via.port or DEFAULT_PORT)


def respond(request: Request, code: int, phrase: str, headers: Iterable[Header] = ()) -> Response:
    """A response of our own (§8.2.6). Its To tag is computed, so repeats get the same one."""
    to = request.get("To") or ""
    if code > 100 and not request.tag("To"):
        to += f";tag={LOCAL_TAG}{_digest(request.call_id, request.get('From'), to)}"
    copied: list[Header] = [("Via", via) for via in request.all("Via")]
    copied += [("From", request.get("From") or ""), ("To", to)]
    copied += [("Call-ID", request.call_id), ("CSeq", request.get("CSeq") or "")]
    return Response((*copied, *headers, ("Server", "Centralino")), b"", code, phrase)


def acknowledge(request: Request, response: Response) -> Request:
    """The ACK for a refusal of an INVITE that we sent (§17.1.1.3)."""
    return beside(request, "ACK").put("To", response.get("To") or "")


def beside(invite: Request, method: str) -> Request:
    """What goes the way of an INVITE, as a part of its transaction: its CANCEL (§9.1), or its ACK
    but for the To."""
    kept = [("Via", invite.all("Via")[0]), ("Max-Forwards", "70")]
    kept += [("Route", route) for route in invite.all("Route")]
    kept += [("From", invite.get("From") or ""), ("To", invite.get("To") or "")]
    kept += [("Call-ID", invite.call_id), ("CSeq", f"{invite.cseq[0]} {method}")]
    return Request(tuple(kept), b"", method, invite.uri)
