"""PURE. Calls whose media process died: nobody else can end them, so the edge does.

What still waits here never goes. What rings is cancelled, once anything was heard of it
(:rfc:`3261#section-9.1`); who is in the call, or picks up at that very moment, gets BYE instead of
silence, so that a caller calls again, and an agent's phone is free. Who was let in and not yet
answered gets 503. Another process of ours, called by it on one of our lines, is told that the
caller has gone. A carrier that asks for a login gets none any more: that would be a call for
nobody. All of it is asked for as the process would have asked, so it takes the same ways. Whom to
call again the dialler decides by its books.
"""

from __future__ import annotations

from telephony.edge import dialogs, inbound, outbound, paced
from telephony.edge.calls import Call, CallState
from telephony.edge.errors import MalformedMessage
from telephony.edge.message import Request, Response
from telephony.edge.proxy import COOKIE, acknowledge, beside, branch_for, take_routes
from telephony.edge.state import Edge
from telephony.edge.uri import Hop, Params, bracketed, parse_name_addr

_AHEAD = 1000
"""By which the CSeq of our BYE is above what was seen of the process: more may be on its way."""


def media_died(edge: Edge, media: str, now: float) -> None:
    """A media process died."""
    edge.down.add(media)
    edge.dead.add(media)
    paced.sender_died(edge, media, now)
    for call in edge.calls.of(media):
        call.orphan = True
        if not call.inbound:
            edge.carrier.give_up(branch_for(call.invite))
        _end(edge, call, now)
    if (holder := edge.media_named(media)) is not None:
        for call in edge.calls.placed_by(holder.hop):
            _leave(edge, call, now)


def _leave(edge: Edge, call: Call, now: float) -> None:
    """The caller is gone, as if it had hung up."""
    if call.answer is None:
        inbound.cancel(edge, beside(call.invite, "CANCEL"), call.peer)
        return
    try:
        asked, carried = _asked(edge, call, call.answer, "BYE", call.peer, calling=True)
        dialogs.from_outside(edge, asked, carried, call.peer, now)
    except MalformedMessage:
        edge.counted["malformed"] += 1


def _end(edge: Edge, call: Call, now: float) -> None:
    if call.answer is not None:
        _in_dialog(edge, call, call.answer, "BYE", now)
    elif call.inbound:
        inbound.unanswered(edge, call, now)
    elif call.state is CallState.RINGING:
        _cancel(edge, call.invite, now)


def response(edge: Edge, response: Response, now: float) -> None:
    """A response, after it was counted: to the INVITE of an orphan nobody else answers it."""
    call = edge.calls.get(response.call_id)
    if call is None or call.inbound or not call.orphan:
        return
    if response.cseq != (call.invite.cseq[0] + call.shift, "INVITE"):
        return  # of an earlier try, which a login has followed
    if 100 < response.code < 200:
        _cancel(edge, call.invite, now)
    elif 200 <= response.code < 300:
        _in_dialog(edge, call, response, "ACK", now)
        _in_dialog(edge, call, response, "BYE", now)
    elif response.code >= 300:
        dialogs.from_media(edge, acknowledge(call.invite, response), (), now)


def _cancel(edge: Edge, invite: Request, now: float) -> None:
    outbound.cancel(edge, beside(invite, "CANCEL"), now)


def _in_dialog(edge: Edge, call: Call, answer: Response, method: str, now: float) -> None:
    """What goes to the other party, in the place of the process that held the call."""
    holder = edge.media_named(call.media)
    if holder is None:  # such a process is not configured any more
        return
    try:
        asked, carried = _asked(edge, call, answer, method, holder.hop, calling=not call.inbound)
        dialogs.from_media(edge, asked, carried, now)
    except MalformedMessage:  # who says so cannot be told anything
        edge.counted["malformed"] += 1


def _asked(
    edge: Edge, call: Call, answer: Response, method: str, sender: Hop, *, calling: bool
) -> tuple[Request, Params]:
    """In the dialog that the answer made (§12.1, §12.2.1.1), by who called or by who was called;
    with what its Route carries. Raises MalformedMessage."""
    ours, theirs = call.invite.get("From"), answer.get("To")
    routes, party = answer.all("Record-Route")[::-1], answer.get("Contact")
    if not calling:
        ours, theirs = theirs, ours
        routes, party = routes[::-1], call.invite.get("Contact")
    number = call.invite.cseq[0]
    if method == "BYE":
        number = max(number, call.asked) + _AHEAD
    via = f"SIP/2.0/UDP {bracketed(sender.host)}:{sender.port};branch={COOKIE}{edge.chance(8)}"
    asked = beside(call.invite, method).put("Via", via).put("From", ours or "")
    asked = asked.put("To", theirs or "").put("CSeq", f"{number} {method}").put("Route", routes)
    contact = parse_name_addr(party or "").uri
    return take_routes(Request(asked.headers, b"", method, contact), edge.own)
