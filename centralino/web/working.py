"""An agent at work: the page's view, and what its buttons do."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web
from pydantic import Field

from acd.messages import (
    AgentLoggedOut,
    AgentNotReady,
    AgentReady,
    DeviceChanged,
    OfferDeclined,
    WrapUpEnded,
    WrapUpExtended,
)
from acd.snapshot import AgentView
from centralino.content.messages import Notes
from centralino.content.packets import read_packet
from centralino.content.store import NOTES
from centralino.messages import HandOn, call_of
from centralino.users.permissions import Action, visible
from centralino.users.types import AgentProfile, SignedIn
from centralino.web.access import in_
from centralino.web.contacts import own_contact
from centralino.web.errors import Refusal
from centralino.web.live import Live
from centralino.web.login import login_of
from centralino.web.parts import WebParts
from centralino.web.ports import Clients
from centralino.web.requests import Body, ok, parts_of, read, who
from centralino.web.screen_pop import pop_url
from centralino.web.views import BUSY, Json, agent_json, earlier_json, notes_json, queue_json
from kernel.codec import to_body
from kernel.errors import IllegalTransition

ON_ITS_WAY = 10.0
"""Seconds in which a packet may come after the offer of its call."""


class NotReady(Body):
    """Why no calls are wanted."""

    reason: str = Field(min_length=1, max_length=64)


class Decline(Body):
    """Which offer is declined: a late click must not hit the next one."""

    offer: str = Field(min_length=1, max_length=64)
    reason: str = Field(default="", max_length=64)


class Transfer(Body):
    """Which contact goes where: a late click must not hit the next one."""

    offer: str = Field(min_length=1, max_length=64)
    queue: str = Field(min_length=1, max_length=64)


class MoreTime(Body):
    """How much longer the work after the call takes."""

    seconds: float = Field(default=60.0, gt=0, le=600)


async def log_in(request: web.Request) -> web.Response:
    """POST /api/agent/log-in: begin work at the contact that the administrator set, or in the
    browser that is the agent's telephone."""
    profile = await profile_of(request)
    parts = parts_of(request)
    if parts.browsers is not None and parts.browsers.on(profile.id):
        profile = replace(profile, contact="")
    queues = parts.desk.snapshot().queues
    await _submit(request, login_of(profile, queues, parts.config.domain, parts.config.team_of))
    registers = not profile.contact and not profile.nailed_up
    why = parts.phone_trouble(profile.sip_user) if registers else None
    if why is not None:
        await _submit(request, DeviceChanged(profile.id, False, why))
    return ok()


async def log_out(request: web.Request) -> web.Response:
    """POST /api/agent/log-out: after the call, if there is one."""
    return await _submit(request, AgentLoggedOut(who(request).user))


async def ready(request: web.Request) -> web.Response:
    """POST /api/agent/ready."""
    return await _submit(request, AgentReady(who(request).user))


async def not_ready(request: web.Request) -> web.Response:
    """POST /api/agent/not-ready: with one of the centre's reasons."""
    body = await read(request, NotReady)
    if body.reason not in parts_of(request).config.reasons:
        raise Refusal(400, "bad_body", "reason: not one of this centre's.")
    return await _submit(request, AgentNotReady(who(request).user, body.reason))


async def decline(request: web.Request) -> web.Response:
    """POST /api/agent/decline: only one's own offer, and only while it lasts."""
    body = await read(request, Decline)
    me = who(request).user
    view = parts_of(request).desk.agent(me)
    if view is None or view.offer != body.offer:
        raise Refusal(409, "stale", "That call is no longer offered to you.")
    if body.reason and body.reason not in parts_of(request).config.decline_reasons:
        raise Refusal(400, "bad_body", "reason: not one of this centre's.")
    return await _submit(request, OfferDeclined(me, body.offer, body.reason))


async def transfer(request: web.Request) -> web.Response:
    """POST /api/agent/transfer: give the caller to another queue of the same client."""
    body = await read(request, Transfer)
    parts, offer = parts_of(request), own_contact(request, body.offer)
    if body.queue not in {each["queue"] for each in other_queues(parts, offer.client, offer.queue)}:
        raise Refusal(400, "bad_body", "queue: there is no such queue to transfer to.")
    await parts.to_media(HandOn(offer.call, offer.media, offer.offer, body.queue))
    return ok()


def other_queues(parts: WebParts, client: str, but: str) -> list[Json]:
    """Queues to which a caller may be given."""
    queues = parts.desk.snapshot().queues
    return [
        {"queue": queue.queue, "name": queue.name}
        for queue in queues
        if queue.client == client and queue.queue != but
    ]


async def more_time(request: web.Request) -> web.Response:
    """POST /api/agent/more-time: wrap-up ends later."""
    body = await read(request, MoreTime)
    return await _submit(request, WrapUpExtended(who(request).user, body.seconds))


async def done(request: web.Request) -> web.Response:
    """POST /api/agent/done: the work after the call is finished."""
    return await _submit(request, WrapUpEnded(who(request).user))


async def profile_of(request: web.Request) -> AgentProfile:
    """The agent who asks. Raises a Refusal for somebody who is none."""
    profile = await parts_of(request).people.agent(who(request).user)
    if profile is None:
        text = "You have no agent number yet: ask your administrator."
        raise Refusal(409, "no_agent", text)
    return profile


async def _submit(request: web.Request, event: object) -> web.Response:
    try:
        await parts_of(request).desk.submit(event)
    except IllegalTransition:
        text = "That is not possible in your present state."
        raise Refusal(409, "not_now", text) from None
    return ok()


# --- the view


async def agent_view(live: Live, signed_in: SignedIn) -> Json:
    """What the agent's page shows."""
    snapshot, names = live.snapshot(), await live.names()
    agent = live.parts.desk.agent(signed_in.user)
    serves = agent.queues if agent else ()
    return {
        "agent": agent_json(agent),
        "contact": await _contact(live, signed_in, agent),
        "choose": await live.parts.choosing.seen(signed_in.user) if live.parts.choosing else None,
        "queues": [
            queue_json(queue, snapshot.at, names.other_clients_name(queue.client))
            for queue in snapshot.queues
            if queue.queue in serves
        ],
    }


async def _contact(live: Live, signed_in: SignedIn, agent: AgentView | None) -> Json | None:
    """The call that the agent has; read anew when call or state is another one."""
    if agent is None or not agent.call or agent.state not in BUSY:
        return None
    callers = live.parts.callers
    news = callers.news(call_of(agent.call)) if callers else 0
    key = (agent.call, agent.offer, agent.state, news)
    known = live.contacts.get(agent.agent)
    if known is None or known[0] != key or known[1]["packet"] is None:
        # The matching serves queues of several clients; a user sees only those of his roles.
        clients = visible(signed_in, Action.WORK)
        live.contacts[agent.agent] = known = (key, await _read_contact(live, agent, clients))
    if known[1]["packet"] is None and live.parts.clock.now() - agent.since < ON_ITS_WAY:
        live.again(agent.agent)
    offer = live.parts.desk.offer(agent.offer)
    stands: Json = {"asked": call_of(agent.call) != agent.call}
    if offer is not None:
        stands |= {"talk": offer.talk or "talking", "paused": offer.paused}
    return {**known[1], **stands}


async def _read_contact(live: Live, agent: AgentView, clients: Clients) -> Json:
    parts, names = live.parts, await live.names()
    call = call_of(agent.call)  # of one who is asked about a call: that call's
    packet = await read_packet(parts.content, call, clients)
    notes = await parts.content(call, NOTES, clients)
    row = await parts.calls.get(call, clients)
    waiting = parts.desk.call(call)
    offer = parts.desk.offer(agent.offer)
    # While it is offered the distributor knows; afterwards the history, and always the packet.
    source = next((s for s in (offer, row, packet) if s and in_(s.client, clients)), None)
    queue = (source.queue or "") if source else ""
    choices = await parts.choices(row)
    earlier = await parts.calls.earlier(call, clients)
    wish, suggested = packet.intent.name if packet and packet.intent else "", ""
    if source is not None and choices is None:
        suggested = await live.suggestions.of(source.client, queue, wish)
    return {
        "earlier": [earlier_json(before, names.of) for before in earlier],
        "campaign": choices.campaign if choices else "",
        "dispositions": choices.dispositions if choices else None,
        "suggested": suggested,
        "call": call,
        "offer": agent.offer,
        "queue": queue,
        "queue_name": names.of("queue", queue),
        "client_name": names.other_clients_name(source.client) if source else "",
        "waiting_since": waiting.joined if waiting else None,
        "waited": row.waited if row else None,
        "packet": to_body(packet) if packet else None,
        "transfer_to": other_queues(parts, source.client, queue) if source and offer else [],
        "pop": pop_url(parts.config.screen_pops.get(queue, ""), packet) if packet else "",
        "notes": notes_json(notes if isinstance(notes, Notes) else None),
    }
