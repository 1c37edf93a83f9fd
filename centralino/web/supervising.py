"""A supervisor asks to be joined to an agent's call: any phone of the centre is rung."""

from __future__ import annotations

from typing import Literal

import structlog
from aiohttp import web
from pydantic import Field

from centralino.messages import Supervise
from centralino.users.permissions import Action, visible
from centralino.web.access import in_
from centralino.web.errors import Refusal, not_found
from centralino.web.requests import Body, ok, parts_of, read, who

log = structlog.get_logger()


class Wish(Body):
    """Whose call, and on which phone."""

    agent: str = Field(min_length=1, max_length=64)
    phone: str = Field(min_length=2, max_length=200)
    """A number of the centre, or a SIP URI, as far as it may be dialled."""
    mode: Literal["listen", "whisper", "barge"] = "listen"


async def supervise(request: web.Request) -> web.Response:
    """POST /api/supervise: ring this phone and join it to the agent's call."""
    body = await read(request, Wish)
    parts, me = parts_of(request), who(request)
    agent = parts.desk.agent(body.agent)
    offer = parts.desk.offer(agent.offer) if agent else None
    # By the call's client: an agent may serve queues of several.
    if offer is None or not in_(offer.client, visible(me, Action.JOIN_CALLS)):
        raise not_found()
    if offer.state != "bridged":
        raise Refusal(409, "stale", "This agent is in no call now.")
    if denied := parts.contact_denied(body.phone, offer.client):
        raise Refusal(400, "bad_body", f"phone: {denied}")
    order = Supervise(offer.call, offer.media, body.phone, body.mode, me.user)
    await parts.to_media(order)
    log.info("web.supervise", by=me.user, call=offer.call, mode=body.mode)
    return ok()
