"""PURE. A request from a media process to the world: a phone, a trunk, any SIP address."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from telephony.edge import admission, inbound, paced
from telephony.edge.admission import Refused
from telephony.edge.calls import Call, Turn
from telephony.edge.carrier import Attempt, key_of
from telephony.edge.config import MediaTarget, Trunk
from telephony.edge.events import Send
from telephony.edge.message import Request
from telephony.edge.proxy import Onward, branch_for, flow_param, forward, record_routes
from telephony.edge.state import ATTEMPT, TRUNK, Edge, foreign_headers, uri_at
from telephony.edge.uri import Hop, parse_uri, parse_via

_NUMBER = re.compile(r"\+?[0-9*#().-]+")


@dataclass(frozen=True)
class Target:
    """Where a request goes."""

    hop: Hop
    uri: str
    trunk: Trunk | None = None
    contact: str | None = None
    """Of a phone: what it said of itself, where `hop` is where it really is."""


@dataclass(frozen=True)
class OwnLine:
    """It is for one of our own numbers."""


def find(edge: Edge, uri_text: str, trunk: str = "") -> Target | OwnLine | Refused:
    """Where the Request-URI of a media process leads; `trunk` carries it if it is a number."""
    uri = parse_uri(uri_text)
    if uri.scheme == "tel":
        return _number(edge, uri.user or "", trunk)
    if uri.scheme not in ("sip", "sips"):
        return Refused(416, "Unsupported URI Scheme", "unknown_scheme")
    if not edge.own.names(uri):
        return Target(uri.hop(), uri_text, edge.trunks.at(uri.hop()))
    user = uri.user or ""
    if user in edge.credentials or edge.registrar.newest(user) is not None:
        return _phone(edge, user)
    return _number(edge, user, trunk)


def _phone(edge: Edge, aor: str) -> Target | Refused:
    binding = edge.registrar.newest(aor, edge.pulses.lives)
    if binding is None:
        return admission.NOT_REGISTERED
    return Target(binding.flow, binding.contact, contact=binding.contact)


def _number(edge: Edge, user: str, wanted: str) -> Target | OwnLine | Refused:
    if user in edge.lines:
        return OwnLine()
    if not _NUMBER.fullmatch(user):
        return admission.UNKNOWN_TARGET
    trunk = edge.trunks.get(wanted) if wanted else edge.trunks.default
    if trunk is None:
        return admission.TRUNK_GONE if wanted else admission.NO_TRUNK
    port = None if trunk.port == 5060 else trunk.port
    return Target(trunk.hop, uri_at(user, trunk.host, port), trunk)


def request(edge: Edge, request: Request, media: MediaTarget, now: float) -> None:
    """A request outside any dialog."""
    call = edge.calls.get(request.call_id)
    branch = parse_via(request.all("Via")[0]).branch
    if call is not None and call.branch == branch and not call.inbound:
        _send(edge, request, _of(edge, call), call, now)
        return
    target = find(edge, request.uri, request.get(TRUNK) or "")
    if isinstance(target, OwnLine) and request.method == "INVITE":
        inbound.admit(edge, request, media.hop, inbound.From(media.name), now)
    elif isinstance(target, Target):
        if request.method == "INVITE":
            call = _begin(edge, request, media, target, now)
        _send(edge, request, target, call, now)
    else:
        refused = target if isinstance(target, Refused) else admission.UNKNOWN_TARGET
        edge.counted[f"failed_{refused.reason}"] += 1
        edge.reply(request, refused.code, refused.phrase)


def _begin(edge: Edge, request: Request, media: MediaTarget, target: Target, now: float) -> Call:
    headers = request.headers
    attempt = next((value for name, value in headers if name.lower() == ATTEMPT), "")
    call = Call(
        call_id=request.call_id,
        inbound=False,
        media=media.name,
        peer=target.hop,
        target=target.uri,
        invite=request,
        trunk=target.trunk.name if target.trunk is not None else "",
        attempt=attempt,
        contact=target.contact,
    )
    edge.calls.begin(call, now)
    edge.counted["placed"] += 1
    return call


def _of(edge: Edge, call: Call) -> Target:
    return Target(call.peer, call.target, edge.trunks.get(call.trunk), call.contact)


def _send(edge: Edge, request: Request, target: Target, call: Call | None, now: float) -> None:
    carried: list[tuple[str, str]] = []
    if call is not None:
        carried.append(("m", call.media))
    flow = flow_param(f"<{target.contact}>", target.hop) if target.contact else None
    if flow is not None:
        carried.append(("f", flow))
    if target.trunk is not None:
        carried.append(("t", target.trunk.name))
    begins = request.method in ("INVITE", "SUBSCRIBE", "REFER")
    record = record_routes(edge.own, "udp", target.hop.transport, carried) if begins else []
    onward = Onward(
        hop=target.hop,
        uri=target.uri,
        branch=branch_for(request),
        record=tuple(record),
        without=tuple(name for name in foreign_headers(request) if name.lower() != ATTEMPT),
    )
    otherwise = parse_uri(target.contact).hop() if target.contact else None
    pass_on(edge, request, onward, target.trunk, otherwise, now)


def pass_on(
    edge: Edge,
    request: Request,
    onward: Onward,
    trunk: Trunk | None,
    otherwise: Hop | None,
    now: float,
) -> None:
    """Send a request towards the world; one to a trunk may have to be sent again with a login."""
    call = edge.calls.get(request.call_id)
    if call is not None and call.turn is Turn.WAITS:
        return  # its INVITE goes when it is its turn
    attempt = edge.carrier.find(onward.branch)
    if attempt is not None and attempt.request.method == request.method:
        edge.send(attempt.hop, attempt.request)
        return
    if attempt is not None:  # CANCEL, or the ACK of a refusal: with the number of its last try
        attempt.cancelled = True
        branch = f"{attempt.key}.{attempt.shift}"
        onward = replace(onward, branch=branch, shift=attempt.shift)
    message = forward(request, onward, edge.own)
    if trunk is not None and trunk.user and request.method not in ("ACK", "CANCEL"):
        key, ours = key_of(onward.branch), len(onward.record)
        edge.carrier.keep(Attempt(key, trunk, onward.hop, message, onward.shift, ours), now)
    paced.pace(
        edge, Send(onward.hop, message, otherwise), edge.calls.get(request.call_id), trunk, now
    )


def cancel(edge: Edge, request: Request, now: float) -> None:
    """CANCEL goes where its INVITE went (§16.10)."""
    call = edge.calls.get(request.call_id)
    branch = parse_via(request.all("Via")[0]).branch
    if call is None or call.inbound or call.branch != branch:
        edge.reply(request, 481, "Call/Transaction Does Not Exist")
        return
    onward = Onward(call.peer, call.target, branch_for(request))
    pass_on(edge, request, onward, edge.trunks.get(call.trunk), None, now)
