"""PURE. The edge: told what arrives, it answers what to send. Reads as the table of its methods.

No event from the network raises: what cannot be read or acted on is answered with 4xx or dropped,
and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kernel.ids import random_hex
from telephony.edge import dialogs, inbound, orphans, outbound, paced, responses
from telephony.edge.alarms import Alarms, Name
from telephony.edge.calls import Calls
from telephony.edge.carrier import Carrier
from telephony.edge.config import EdgeConfig, MediaTarget
from telephony.edge.digest import Allowed, Challenged, Guard
from telephony.edge.errors import MalformedMessage
from telephony.edge.events import (
    CallOver,
    Command,
    CredentialsChanged,
    DrainAsked,
    FlowClosed,
    LinesChanged,
    MediaChanged,
    MediaDied,
    MediaSilent,
    Pong,
    Received,
    RestoreBindings,
    RoomChanged,
    SaveBinding,
    Started,
    TurnTaken,
    Undelivered,
)
from telephony.edge.message import Request, Response, answerable, fault, max_forwards, parse
from telephony.edge.proxy import Own, looped, stamp, take_routes
from telephony.edge.pulse import INSTEAD, Pulses
from telephony.edge.registrar import Registrar
from telephony.edge.state import Edge
from telephony.edge.trunks import Trunks
from telephony.edge.uri import Hop, Params, parse_name_addr, parse_uri, parse_via

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, REFER, NOTIFY, INFO, UPDATE, PRACK, MESSAGE"


class EdgeCore:
    """The four verbs (`kernel.core.Core`)."""

    def __init__(
        self,
        config: EdgeConfig,
        port: int,
        secret: bytes,
        chance: Callable[[int], str] = random_hex,
    ) -> None:
        """`port` is the one that peers reach; `secret` signs nonces; `chance` gives random hex."""
        alarms = Alarms()
        own = Own(config.public_host.lower(), port, config.domain.lower())
        times = (config.call_expiry, config.ring_expiry, config.silent_after)
        self._edge = Edge(
            config=config,
            own=own,
            alarms=alarms,
            calls=Calls(alarms, *times),
            registrar=Registrar(config, alarms),
            pulses=Pulses(own, alarms, config.options_every, config.options_patience, chance),
            trunks=Trunks(config.trunks, config.default_trunk, own, alarms, chance),
            carrier=Carrier(own, alarms, config.ring_expiry),
            guard=Guard(config.domain, secret, config.nonce_lifetime),
            chance=chance,
            lines=config.lines,
            default_line=config.default_line,
            credentials={},
            knows_phones=False,
        )
        if config.credentials is not None:
            self._edge.know_phones(config.credentials)

    # The four verbs.

    def receive(self, event: object, now: float) -> None:
        """Take one event."""
        match event:
            case Received(source, data):
                self._arrived(source, data, now)
            case Undelivered(message):
                self._undelivered(message, now)
            case FlowClosed():
                self._edge.phones(self._edge.registrar.closed(event, now), now)
            case Started():
                for name in self._edge.trunks.registrations:
                    self._edge.alarms.set(("trunk", name), now)
            case RestoreBindings(bindings):
                self._edge.out += self._edge.registrar.restore(bindings, now)
                kept = (SaveBinding(one) for one in self._edge.registrar.bindings())
                self._edge.out += self._edge.pulses.follow(kept, now)
            case _:
                self._told(event, now)

    def _told(self, event: object, now: float) -> None:
        edge = self._edge
        match event:
            case TurnTaken(trunk):
                paced.taken(edge, trunk, now)
            case DrainAsked():
                edge.draining = True
            case RoomChanged(name, room):
                edge.room[name] = (room, now)
            case MediaDied(name):
                orphans.media_died(edge, name, now)
            case MediaChanged(name, up):
                edge.media_changed(name, up)
            case LinesChanged(lines, default_line):
                edge.lines, edge.default_line = lines, default_line
            case CredentialsChanged(credentials):
                edge.know_phones(credentials)
                for aor in set(edge.registrar.known()) - set(credentials):
                    edge.phones(edge.registrar.forget(aor, now), now)
            case _:
                raise TypeError(f"the edge knows no event {type(event).__name__}")

    def next_timer(self) -> float | None:
        """When something is due next, in UTC seconds."""
        return self._edge.alarms.next()

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        for name in self._edge.alarms.take(now):
            self._due(name, now)

    def commands(self) -> list[Command]:
        """What was decided since the last call."""
        out, self._edge.out = self._edge.out, []
        return out

    def metrics(self) -> dict[str, int]:
        """Counters since the start, and what is now."""
        edge = self._edge
        now = {
            "calls_active": edge.calls.inbound,
            "phones_registered": len(edge.registrar),
            "draining": int(edge.draining),
        }
        for target in edge.config.media:
            now[f"dialogs_{target.name}"] = edge.calls.load.get(target.name, 0)
        return {**edge.counted, **now}

    # Times.

    def _due(self, name: Name, now: float) -> None:
        edge = self._edge
        kind, which = name
        match kind:
            case "call":
                call = edge.calls.expire(which, now)
                if call is not None and call.inbound:
                    edge.counted["calls_expired"] += 1
                    edge.out.append(CallOver(which, "expired"))
            case "silent":
                self._silent(which, now)
            case "binding":
                edge.phones(edge.registrar.expire(which, now), now)
            case "pulse":
                edge.out += edge.pulses.due(which, now)
            case "refused":
                edge.refused.pop(which, None)
            case _:
                self._due_outside(kind, which, now)

    def _due_outside(self, kind: str, which: str, now: float) -> None:
        """What trunks and carriers wait for."""
        edge = self._edge
        match kind:
            case "trunk":
                edge.out += edge.trunks.registrations[which].due(now)
            case "attempt":
                edge.carrier.forget(which)
            case "resend":
                edge.out += edge.carrier.resend(which, now)
            case "pace":
                paced.due(edge, which, now)

    def _silent(self, call_id: str, now: float) -> None:
        """A media process left an INVITE without any answer: the caller need not wait for it."""
        edge = self._edge
        call = edge.calls.get(call_id)
        if call is None or not call.silent:
            return
        edge.counted["media_silent"] += 1
        edge.out.append(MediaSilent(call.media))
        inbound.unanswered(edge, call, now)

    # What arrives.

    def _arrived(self, source: Hop, data: bytes, now: float) -> None:
        edge = self._edge
        edge.counted["received"] += 1
        if not data.strip(b"\r\n\0 "):
            edge.out += edge.pulses.heard_at(source, now)
            if source.transport == "tcp":
                edge.out.append(Pong(source))
            return
        try:
            message = parse(data)
            if not (isinstance(message, Response) and message.code in INSTEAD):
                edge.out += edge.pulses.heard_at(source, now)
            if isinstance(message, Response):
                self._response(message, source, now)
            else:
                self._request(message, source, now)
        except MalformedMessage:
            edge.counted["malformed"] += 1

    def _response(self, response: Response, source: Hop, now: float) -> None:
        if fault(response) is not None:
            self._edge.counted["malformed"] += 1
            return
        responses.response(self._edge, response, source, now)
        orphans.response(self._edge, response, now)

    def _request(self, request: Request, source: Hop, now: float) -> None:
        edge = self._edge
        wrong = fault(request)
        if wrong is not None:
            edge.counted["malformed"] += 1
            if answerable(request):
                edge.reply(stamp(request, source), 400, f"Bad Request: {wrong}")
            return
        request = stamp(request, source)
        if request.method == "REGISTER":
            self._register(request, source, now)
            return
        refusal = self._not_forwardable(request)
        if refusal is not None:
            edge.counted[f"answered_{refusal[0]}"] += 1
            edge.reply(request, *refusal)
            return
        request, carried = take_routes(request, edge.own)
        self._route(request, carried, source, now)

    def _not_forwardable(
        self, request: Request
    ) -> tuple[int, str, Iterable[tuple[str, str]]] | None:
        """§16.3: what forbids to forward."""
        own, uri = self._edge.own, parse_uri(request.uri)
        if max_forwards(request) == 0 and not (request.method == "OPTIONS" and own.names(uri)):
            return 483, "Too Many Hops", ()
        if looped(request, own):
            return 482, "Loop Detected", ()
        wanted = request.all("Proxy-Require")
        if wanted and request.method not in ("ACK", "CANCEL"):
            return 420, "Bad Extension", [("Unsupported", value) for value in wanted]
        return None

    def _route(self, request: Request, carried: Params, source: Hop, now: float) -> None:
        edge = self._edge
        media = self._calling(request, source)
        match request.method, bool(request.tag("To")), media:
            case "CANCEL", _, None:
                inbound.cancel(edge, request, source)
            case "CANCEL", _, _:
                outbound.cancel(edge, request, now)
            case _, True, None:
                dialogs.from_outside(edge, request, carried, source, now)
            case _, True, _:
                dialogs.from_media(edge, request, carried, now)
            case "ACK", _, _:
                edge.counted["dropped_ack"] += 1
            case "INVITE", _, None:
                inbound.invite(edge, request, source, now)
            case "OPTIONS", _, _ if media is None or self._means_us(request):
                self._options(request)
            case _, _, None:
                edge.reply(request, 405, "Method Not Allowed", [("Allow", ALLOW)])
            case _:
                outbound.request(edge, request, media, now)

    def _calling(self, request: Request, source: Hop) -> MediaTarget | None:
        """The media process that sent this; None for one that called a line of ours, which is to
        be treated as any caller."""
        edge = self._edge
        call = edge.calls.get(request.call_id)
        if call is not None and call.inbound and call.peer == source:
            return None
        return edge.media_at(source)

    def _means_us(self, request: Request) -> bool:
        uri = parse_uri(request.uri)
        return self._edge.own.names(uri) and (uri.user or "") not in self._edge.credentials

    def _options(self, request: Request) -> None:
        """§11.2: while draining an INVITE would get 503, so a carrier that asks gets that too."""
        edge = self._edge
        if edge.draining:
            after = [("Retry-After", str(edge.config.retry_after))]
            edge.reply(request, 503, "Service Unavailable", after)
            return
        edge.reply(request, 200, "OK", [("Allow", ALLOW), ("Accept", "application/sdp")])

    def _register(self, request: Request, source: Hop, now: float) -> None:
        edge = self._edge
        to = parse_uri(parse_name_addr(request.get("To") or "").uri)
        if not edge.own.names(parse_uri(request.uri)) or not edge.own.names(to):
            edge.reply(request, 404, "Not Found")
            return
        if not edge.knows_phones:  # a phone that is refused may stay away for hours
            after = [("Retry-After", str(edge.config.retry_after))]
            edge.reply(request, 503, "Service Unavailable", after)
            return
        verdict = inbound.check(edge, request, "Authorization", source, now)
        if isinstance(verdict, Challenged):
            asked = edge.guard.challenges(now, verdict.stale)
            headers = [("WWW-Authenticate", value) for value in asked]
            edge.reply(request, 401, "Unauthorized", headers)
        elif not isinstance(verdict, Allowed) or verdict.user != to.user:
            edge.counted["register_forbidden"] += 1
            edge.reply(request, 403, "Forbidden")
        elif request.all("Require"):
            wanted = [("Unsupported", value) for value in request.all("Require")]
            edge.reply(request, 420, "Bad Extension", wanted)
        else:
            outcome = edge.registrar.register(request, verdict.user, source, now)
            edge.phones(outcome.changes, now)
            edge.send(source, outcome.response)

    def _undelivered(self, message: Request | Response, now: float) -> None:
        """Nothing could be sent."""
        edge = self._edge
        edge.counted["undelivered"] += 1
        if not isinstance(message, Request) or message.method == "ACK":
            return
        registration = edge.trunks.by_call_id(message.call_id)
        if registration is not None:
            edge.out += registration.unreachable(now)
            return
        if message.method == "OPTIONS" and edge.own.sent(parse_via(message.all("Via")[-1])):
            edge.out += edge.pulses.unreachable(message.call_id, now)
            return
        responses.unsent(edge, message, now)
