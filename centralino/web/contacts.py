"""An agent's contact with a caller: hold, whom to consult, transfer, conference, recording."""

from __future__ import annotations

from typing import Literal

from aiohttp import web
from pydantic import Field

from acd.snapshot import OfferView
from centralino.messages import ContactWish
from centralino.web.errors import Refusal
from centralino.web.ports import Consultations
from centralino.web.requests import Body, ok, parts_of, read, who


class Wish(Body):
    """What an agent wants of which contact."""

    offer: str = Field(min_length=1, max_length=64)
    wish: Literal[
        "hold", "retrieve", "swap", "join", "complete", "return", "pause", "resume", "end"
    ]  # fmt: skip


class Consult(Body):
    """Whom an agent wants to talk with about which contact: one of the three."""

    offer: str = Field(min_length=1, max_length=64)
    agent: str = Field(default="", max_length=64)
    queue: str = Field(default="", max_length=64)
    number: str = Field(default="", max_length=64, pattern=r"^(\+?[\d\s().\-/]+|sips?:\S+)?$")
    blind: bool = False
    """The caller is left to the one who is called, without a word between the two agents."""


class GiveTask(Body):
    """What the bot is to do with the caller of which contact."""

    offer: str = Field(min_length=1, max_length=64)
    task: str = Field(min_length=1, max_length=64)
    slots: dict[str, str] = Field(default={}, max_length=20)
    """What the agent knows for it: slot → value."""


async def wish(request: web.Request) -> web.Response:
    """POST /api/agent/contact: hold, retrieve, swap, join, complete, return; pause or resume."""
    body = await read(request, Wish)
    offer = own_contact(request, body.offer)
    order = ContactWish(offer.call, offer.media, offer.offer, body.wish)
    await parts_of(request).to_media(order)
    return ok()


async def colleagues(request: web.Request) -> web.Response:
    """GET /api/agent/colleagues?offer=…: who can be consulted, and what the bot can do."""
    offer = own_contact(request, request.query.get("offer", ""))
    consulting = _consulting(request)
    found = await consulting.colleagues(offer.client, who(request).user)
    tasks = await consulting.tasks(offer.call)
    named = [{"task": task, "title": title} for task, title in tasks.items()]
    return ok({"agents": list(found), "tasks": named})


async def give_task(request: web.Request) -> web.Response:
    """POST /api/agent/task: the bot does one thing with the caller, who then comes back."""
    body = await read(request, GiveTask)
    offer = own_contact(request, body.offer)
    problem = await _consulting(request).give_task(offer, body.task, body.slots)
    if problem:
        raise Refusal(409, "not_now", problem)
    return ok()


async def consult(request: web.Request) -> web.Response:
    """POST /api/agent/consult: put the caller on hold and call somebody."""
    body = await read(request, Consult)
    offer, consulting = own_contact(request, body.offer), _consulting(request)
    if sum(map(bool, (body.agent, body.queue, body.number))) != 1:
        raise Refusal(400, "bad_body", "Name one of agent, queue and number.")
    if body.agent:
        problem = await consulting.to_agent(offer, body.agent, body.blind)
    elif body.queue:
        problem = await consulting.to_queue(offer, body.queue)
    else:
        problem = await consulting.to_number(offer, body.number, body.blind)
    if problem:
        raise Refusal(409, "not_now", problem)
    return ok()


def own_contact(request: web.Request, name: str) -> OfferView:
    """The contact that the agent has. Raises Refusal for one that is over."""
    desk = parts_of(request).desk
    view = desk.agent(who(request).user)
    offer = desk.offer(view.offer) if view else None
    if offer is None or offer.offer != name or offer.state != "bridged":
        raise Refusal(409, "stale", "You no longer talk with that caller.")
    return offer


def _consulting(request: web.Request) -> Consultations:
    consulting = parts_of(request).consulting
    if consulting is None:
        raise Refusal(409, "not_now", "Nobody can be called from here.")
    return consulting
