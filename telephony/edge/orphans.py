"""PURE. Calls of campaigns whose media process died: nobody else can end them, so the edge does.

What still waits here never goes. What rings is cancelled, once anything was heard of it
(:rfc:`3261#section-9.1`); who is in the call, or picks up at that very moment, gets BYE instead of
silence. A carrier that asks for a login gets none any more: that would be a call for nobody. All of
it is asked for as the process would have asked, so it takes the same ways. Whom to call again the
dialler decides by its books.
"""

from __future__ import annotations

import re

from telephony.edge import dialogs, outbound, paced
from telephony.edge.calls import Call, CallState
from telephony.edge.errors import MalformedMessage
from telephony.edge.message import Request, Response
from telephony.edge.proxy import COOKIE, acknowledge, beside, branch_for, take_routes
from telephony.edge.state import Edge
from telephony.edge.uri import parse_name_addr

_BRANCH = re.compile(r"(?<=branch=)[^;,\s]+")
_AHEAD = 1000
"""By which the CSeq of our BYE is above the INVITE's: the process may have sent requests since."""


def media_died(edge: Edge, media: str, now: float) -> None:
    """A media process died."""
    edge.down.add(media)
    edge.dead.add(media)
    paced.sender_died(edge, media, now)
    for call in edge.calls.of(media):
        if call.placed is not None:
            call.orphan = True
            edge.carrier.give_up(branch_for(call.placed))
            _end(edge, call, call.placed, now)


def _end(edge: Edge, call: Call, invite: Request, now: float) -> None:
    if call.state is CallState.RINGING:
        _cancel(edge, invite, now)
    elif call.answer is not None:
        _in_dialog(edge, invite, call.answer, "BYE", now)


def response(edge: Edge, response: Response, now: float) -> None:
    """A response, after it was counted: to the INVITE of an orphan nobody else answers it."""
    call = edge.calls.get(response.call_id)
    if call is None or call.placed is None or not call.orphan:
        return
    if response.cseq != (call.placed.cseq[0] + call.shift, "INVITE"):
        return  # of an earlier try, which a login has followed
    if 100 < response.code < 200:
        _cancel(edge, call.placed, now)
    elif 200 <= response.code < 300:
        _in_dialog(edge, call.placed, response, "ACK", now)
        _in_dialog(edge, call.placed, response, "BYE", now)
    elif response.code >= 300:
        dialogs.from_media(edge, acknowledge(call.placed, response), (), now)


def _cancel(edge: Edge, invite: Request, now: float) -> None:
    outbound.cancel(edge, beside(invite, "CANCEL"), now)


def _in_dialog(edge: Edge, invite: Request, answer: Response, method: str, now: float) -> None:
    """What goes to who answered, in the dialog that the answer made (§12.2.1.1)."""
    number = invite.cseq[0] + (0 if method == "ACK" else _AHEAD)
    via = _BRANCH.sub(COOKIE + edge.chance(8), invite.all("Via")[0])
    asked = beside(invite, method).put("Via", via).put("To", answer.all("To"))
    asked = asked.put("CSeq", f"{number} {method}")
    asked = asked.put("Route", reversed(answer.all("Record-Route")))
    try:
        contact = parse_name_addr(answer.get("Contact") or "").uri
        asked = Request(asked.headers, b"", method, contact)
        asked, carried = take_routes(asked, edge.own)
        dialogs.from_media(edge, asked, carried, now)
    except MalformedMessage:  # who answers so cannot be told anything
        edge.counted["malformed"] += 1
