"""PURE. Requests inside a dialog (they have a To tag), in either direction.

From outside they can only reach a media process: the one that our Route names, else the one of the
Call-ID (peers such as sipp's stock uac ignore Record-Route and name the edge itself), else, after a
restart, the one that `spread` would choose. From a media process they follow the dialog.
"""

from __future__ import annotations

from telephony.edge.calls import Call, HungUp
from telephony.edge.config import MediaTarget
from telephony.edge.message import Request
from telephony.edge.outbound import pass_on
from telephony.edge.proxy import LOCAL_TAG, Onward, branch_for, forward, parse_flow
from telephony.edge.spread import order
from telephony.edge.state import Edge, foreign_headers, uri_at
from telephony.edge.uri import Hop, Params, param, parse_name_addr, parse_uri


def from_outside(edge: Edge, request: Request, carried: Params, source: Hop, now: float) -> None:
    """A request of the outside party."""
    call = edge.calls.get(request.call_id)
    media = None
    if not request.tag("To").startswith(LOCAL_TAG):  # else it is the ACK of our own refusal
        media = _holder(edge, request, carried, call, source)
    if media is None:
        edge.reply(request, 481, "Call/Transaction Does Not Exist")
        return
    note(edge, request, call, now)
    onward = Onward(
        hop=media.hop,
        uri=_uri_for(edge, request, call, media),
        branch=branch_for(request),
        without=foreign_headers(request),
    )
    edge.send(media.hop, forward(request, onward, edge.own))


def _holder(
    edge: Edge, request: Request, carried: Params, call: Call | None, source: Hop
) -> MediaTarget | None:
    named = edge.media_named(param(carried, "m"))
    if named is not None:
        return named
    if call is not None:
        return edge.media_named(call.media)
    if edge.registrar.at(source) or edge.trunks.match(source) is not None:
        up = [one for one in edge.config.media if one.name not in edge.down]
        return next(iter(order(request.call_id, up)), None)
    return None


def _uri_for(edge: Edge, request: Request, call: Call | None, media: MediaTarget) -> str:
    uri = parse_uri(request.uri)
    if not edge.own.names(uri):
        return request.uri
    if call is not None and call.inbound:
        return call.target
    return uri_at(uri.user, media.host, media.port)


def from_media(edge: Edge, request: Request, carried: Params, now: float) -> None:
    """A request of a media process."""
    call = edge.calls.get(request.call_id)
    found = _next(edge, request, carried, call)
    if found is None:
        edge.reply(request, 481, "Call/Transaction Does Not Exist")
        return
    hop, uri = found
    trunk = edge.trunks.get(param(carried, "t") or (call.trunk if call is not None else ""))
    text = param(carried, "cs") or ""
    shift = int(text[:6]) if text.isascii() and text.isdigit() else 0
    if call is not None:
        shift = max(shift, call.shift)
        call.asked = max(call.asked, request.cseq[0])
    note(edge, request, call, now)
    onward = Onward(
        hop=hop,
        uri=uri,
        branch=branch_for(request, shift),
        shift=shift,
        without=foreign_headers(request),
    )
    contact = parse_uri(request.uri)
    otherwise = contact.hop() if contact.host and not edge.own.names(contact) else None
    pass_on(edge, request, onward, trunk, otherwise, now)


def _next(
    edge: Edge, request: Request, carried: Params, call: Call | None
) -> tuple[Hop, str] | None:
    """Hop and Request-URI: the next Route, else where the peer really is, else its Contact."""
    uri = parse_uri(request.uri)
    routes = request.all("Route")
    if routes:
        return parse_uri(parse_name_addr(routes[0]).uri).hop(), request.uri
    if edge.own.names(uri):  # the ACK of a refusal, or a stack that ignores Record-Route
        return (call.peer, call.target) if call is not None else None
    flow = parse_flow(param(carried, "f"))
    if flow is not None:
        return flow, request.uri
    return (uri.hop(), request.uri) if uri.host else None


def note(edge: Edge, request: Request, call: Call | None, now: float) -> None:
    """Let the table know that the dialog lives, or ends."""
    if call is None:
        return
    if not call.is_of(request.tag("From"), request.tag("To")):
        return
    if request.method == "BYE":
        edge.move(call, HungUp(), now)
    else:
        edge.calls.touch(call, now)
