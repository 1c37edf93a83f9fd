"""PURE. A new call from outside: who it is from, whether it is let in, which process gets it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from telephony.edge import admission
from telephony.edge.admission import Admitted, Refused, decide
from telephony.edge.calls import LINGER, Call, Declined
from telephony.edge.digest import Allowed, Challenged, Verdict
from telephony.edge.events import CallAdmitted
from telephony.edge.message import Header, Request
from telephony.edge.proxy import Onward, branch_for, flow_param, forward, record_routes
from telephony.edge.spread import choose
from telephony.edge.state import REQUEST_URI, Edge, foreign_headers, uri_at
from telephony.edge.uri import Hop, parse_name_addr, parse_uri, parse_via

_MOST_REFUSED = 5_000


@dataclass(frozen=True)
class From:
    """Whose call it is."""

    name: str
    """The trunk's name, the phone's address of record, or the media process's name."""


def invite(edge: Edge, request: Request, source: Hop, now: float) -> None:
    """A new INVITE, or a repeat of one, which goes where the first one went."""
    call = edge.calls.get(request.call_id)
    branch = parse_via(request.all("Via")[0]).branch
    if call is not None and (call.branch, call.peer) == (branch, source):
        _pass_on(edge, call, request)
        return
    who = caller(edge, request, source, now)
    if isinstance(who, Challenged):
        values = edge.guard.challenges(now, who.stale)
        headers = [("Proxy-Authenticate", value) for value in values]
        edge.reply(request, 407, "Proxy Authentication Required", headers)
    elif isinstance(who, Refused):
        edge.refuse(request, who)
    else:
        admit(edge, request, source, who, now)


def caller(edge: Edge, request: Request, source: Hop, now: float) -> From | Challenged | Refused:
    """Who calls: a registered phone by its address, a trunk by its address, a phone by digest."""
    user = _own_user(edge, request)
    phones = edge.registrar.at(source)
    if phones:
        return From(user if user in phones else min(phones))
    trunk = edge.trunks.match(source)
    if trunk is not None:
        return From(trunk.name)
    if user not in edge.credentials:
        return admission.UNTRUSTED
    verdict = check(edge, request, "Proxy-Authorization", source, now)
    if isinstance(verdict, Allowed):
        return From(verdict.user)
    return verdict if isinstance(verdict, Challenged) else admission.WRONG_PASSWORD


def check(edge: Edge, request: Request, header: str, source: Hop, now: float) -> Verdict:
    """Judge a request's credentials."""
    branch = parse_via(request.all("Via")[0]).branch
    once = f"{request.method} {request.call_id} {request.get('CSeq')} {branch} {source}"
    return edge.guard.check(request, header, edge.credentials_at(source), now, once)


def _own_user(edge: Edge, request: Request) -> str:
    """The user in From, if it claims to be of our domain; else empty."""
    uri = parse_uri(parse_name_addr(request.get("From") or "").uri)
    return (uri.user or "") if uri.host in (edge.own.domain, edge.own.host) else ""


def admit(edge: Edge, request: Request, source: Hop, who: From, now: float) -> None:
    """Let a trusted call in, or turn it away; the repeat of a refused one is refused alike."""
    branch = parse_via(request.all("Via")[0]).branch
    call = edge.calls.get(request.call_id)
    if call is not None and not call.over:
        edge.reply(request, 482, "Merged Request")  # §8.2.2.2
        return
    earlier = edge.refused.get(_key(request, branch))
    if earlier is not None:
        edge.refuse(request, earlier)
        return
    wanted = dialled(edge, request, who)
    emergency = admission.line_for(wanted, edge.house) in edge.config.emergency
    full = set() if emergency else edge.full(now)
    media = choose(request.call_id, edge.config.media, edge.down | full, edge.calls.load)
    verdict = decide(wanted, replace(edge.house, crowded=bool(full - edge.down)), media)
    if isinstance(verdict, Refused):
        _remember(edge, request, branch, verdict, now)
        edge.refuse(request, verdict)
    else:
        _begin(edge, request, source, who, verdict, now)


def dialled(edge: Edge, request: Request, who: From) -> str | None:
    """The number that the caller wants.

    The user of the Request-URI. A carrier that we register with calls the Contact that we gave it,
    whatever was dialled; the dialled number is then in To.
    """
    user = parse_uri(request.uri).user
    trunk = edge.trunks.get(who.name)
    if trunk is not None and trunk.register and user == trunk.user and user not in edge.lines:
        to = parse_uri(parse_name_addr(request.get("To") or "").uri).user
        return to if to in edge.lines else user
    return None if user is None else user.partition(";")[0]


def _key(request: Request, branch: str) -> str:
    return f"{request.call_id} {branch}"


def _remember(edge: Edge, request: Request, branch: str, verdict: Refused, now: float) -> None:
    if len(edge.refused) < _MOST_REFUSED:
        edge.refused[_key(request, branch)] = verdict
        edge.alarms.set(("refused", _key(request, branch)), now + LINGER)


def _begin(
    edge: Edge, request: Request, source: Hop, who: From, verdict: Admitted, now: float
) -> None:
    media = verdict.media
    call = Call(
        call_id=request.call_id,
        inbound=True,
        media=media.name,
        peer=source,
        target=uri_at(parse_uri(request.uri).user, media.host, media.port),
        invite=request,
        source=who.name,
        line=verdict.line,
    )
    edge.calls.begin(call, now)
    if media.name in edge.room:
        room, at = edge.room[media.name]
        edge.room[media.name] = (room - 1, at)
    edge.counted["admitted"] += 1
    edge.out.append(CallAdmitted(call.call_id, call.source, call.line, call.media))
    _pass_on(edge, call, request)


def _pass_on(edge: Edge, call: Call, request: Request) -> None:
    media = edge.media_named(call.media)
    if media is None:
        return
    carried = [("m", media.name)]
    flow = flow_param(request.get("Contact"), call.peer)
    if flow is not None:
        carried.append(("f", flow))
    extra: list[Header] = [
        (REQUEST_URI, request.uri),
        ("X-Centralino-Source", call.source),
        ("X-Centralino-Line", call.line),
    ]
    if edge.config.admit_secret:
        extra.append(("X-Centralino-Admit", edge.config.admit_secret))
    onward = Onward(
        hop=media.hop,
        uri=call.target,
        branch=branch_for(request),
        record=tuple(record_routes(edge.own, call.peer.transport, "udp", carried)),
        extra=tuple(extra),
        # What was for us (§22.3), and what only we may say.
        without=("Proxy-Authorization", *foreign_headers(request)),
    )
    edge.send(media.hop, forward(request, onward, edge.own))


def unanswered(edge: Edge, call: Call, now: float) -> None:
    """Nobody is there to answer a call that was let in: the caller need not wait for it."""
    after = [("Retry-After", str(edge.config.retry_after))]
    edge.reply(call.invite, 503, "Service Unavailable", after)
    edge.move(call, Declined(), now)


def cancel(edge: Edge, request: Request, source: Hop) -> None:
    """CANCEL goes where its INVITE went (§16.10): same Call-ID, same branch, same sender."""
    call = edge.calls.get(request.call_id)
    media = edge.media_named(call.media) if call is not None else None
    branch = parse_via(request.all("Via")[0]).branch
    if call is None or media is None or (call.branch, call.peer) != (branch, source):
        edge.reply(request, 481, "Call/Transaction Does Not Exist")
        return
    onward = Onward(media.hop, call.target, branch_for(request))
    edge.send(media.hop, forward(request, onward, edge.own))
