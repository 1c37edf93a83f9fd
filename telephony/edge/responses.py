"""PURE. Responses: counted, a carrier's challenge answered, all others sent back by Via."""

from __future__ import annotations

from telephony.edge.calls import Answered, Call, Declined, Progressed
from telephony.edge.message import Request, Response
from telephony.edge.proxy import back, respond
from telephony.edge.state import Edge
from telephony.edge.uri import Hop


def response(edge: Edge, response: Response, source: Hop, now: float) -> None:
    """A response arrived."""
    found = back(response, edge.own)
    if found is None:
        edge.counted["stray_response"] += 1
        return
    attempt = edge.carrier.find(found.branch)
    passed = found.response
    if attempt is not None and response.code in (401, 407):
        sends = edge.carrier.challenged(attempt, response, edge.chance(8), now)
        if sends is not None:
            edge.out += sends
            _shift(edge, response.call_id, attempt.shift)
            return
        # A media process has no login; it shall not try one.
        edge.counted["trunk_refused_login"] += 1
        passed = Response(passed.headers, passed.body, 403, "Trunk Refused Our Credentials")
        passed = passed.without("WWW-Authenticate", "Proxy-Authenticate")
    if attempt is not None:
        edge.carrier.answered(attempt, passed, now)
    if found.hop is None:
        registration = edge.trunks.by_call_id(response.call_id)
        if registration is not None:
            edge.out += registration.receive(response, source, now)
        else:
            edge.out += edge.pulses.answered(response.call_id, response.code, now)
        return
    call = edge.calls.get(response.call_id)
    if call is not None:
        _count(edge, call, passed, now)
    edge.send(found.hop, passed)


def unsent(edge: Edge, request: Request, now: float) -> None:
    """A request, as it was to go on, does not: to its sender that is 503 (§16.9)."""
    answer = respond(request, 503, "Service Unavailable")
    response(edge, answer, Hop("udp", edge.own.host, edge.own.port), now)


def _shift(edge: Edge, call_id: str, shift: int) -> None:
    call = edge.calls.get(call_id)
    if call is not None:
        call.shift = max(call.shift, shift)


def _count(edge: Edge, call: Call, response: Response, now: float) -> None:
    """What a response to the first INVITE of a call means for it."""
    if response.cseq != call.invite.cseq:
        return
    if response.code == 100:
        edge.calls.heard(call)
    elif response.code < 200:
        edge.move(call, Progressed(), now)
    elif response.code < 300:
        call.to_tag = call.to_tag or response.tag("To")
        call.answer = call.answer or response
        edge.move(call, Answered(), now)
    else:
        edge.move(call, Declined(), now)
