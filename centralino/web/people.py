"""Users and agents, for the administrator. Secrets are made here, shown once, and never stored."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Literal

import structlog
from aiohttp import web
from pydantic import Field

from acd.messages import AgentLoggedOut
from centralino.config.distribution import Tier
from centralino.config.section import Level
from centralino.users.types import CENTRE, AgentSettings, NewUser, Role, User
from centralino.web.errors import Refusal, not_found
from centralino.web.live import LIVE
from centralino.web.parts import WebParts
from centralino.web.requests import Body, ok, parts_of, read, who
from centralino.web.views import user_json

log = structlog.get_logger()
PIN_DIGITS = 6
PASSWORD_BYTES = 12


class Agent(Body):
    """How an agent works."""

    number: str = Field(pattern=r"^[0-9]{2,10}$")
    contact: str = Field(default="", max_length=200)
    queues: tuple[str, ...] = ()
    skills: dict[str, Level] = {}
    tiers: dict[str, Tier] = {}
    nailed_up: bool = False


class New(Body):
    """Somebody to be made."""

    name: str = Field(min_length=1, max_length=64)
    full_name: str = Field(default="", max_length=80)
    role: Role
    client: str = ""
    agent: Agent | None = None


class Reset(Body):
    """What gets a new secret."""

    what: Literal["password", "pin", "sip"]


async def users(request: web.Request) -> web.Response:
    """GET /api/users: everybody, and what can be chosen for them."""
    parts = parts_of(request)
    me = who(request).user
    queues = parts.desk.snapshot().queues
    return ok(
        {
            "users": [user_json(user, me) for user in await parts.people.list()],
            "clients": dict(parts.config.clients),
            "queues": {q.queue: {"name": q.name, "client": q.client} for q in queues},
        }
    )


async def create(request: web.Request) -> web.Response:
    """POST /api/users: a user; the answer holds his secrets, this once."""
    body = await read(request, New)
    parts = parts_of(request)
    new = _new_user(parts, body)
    password = _password()
    user = await parts.people.create(replace(new, password=password), parts.clock.now())
    made = {"id": user, "password": password}
    if new.agent is not None:
        made |= {"pin": await _new_pin(parts, user)}
        if not new.agent.contact:
            made |= await _new_phone(parts, user, new.agent.number)
        await parts.people_changed()
    log.info("web.user_created", user=user, by=who(request).user, role=body.role)
    return ok(made, status=201)


def _new_user(parts: WebParts, body: New) -> NewUser:
    if body.role is Role.ADMINISTRATOR:
        return NewUser(body.name, CENTRE, body.full_name, roles={CENTRE: (body.role,)})
    if body.client not in parts.config.clients:
        raise Refusal(400, "bad_body", "client: there is no such client.")
    if body.role is Role.SUPERVISOR:
        return NewUser(body.name, body.client, body.full_name, roles={body.client: (body.role,)})
    if body.agent is None:
        raise Refusal(400, "bad_body", "agent: an agent needs a number.")
    clients = {body.client} | _clients_of(parts, body.agent.queues)
    roles = dict.fromkeys(clients, (Role.AGENT,))
    agent = _settings(parts, body.agent, body.client)
    return NewUser(body.name, body.client, body.full_name, roles=roles, agent=agent)


def _clients_of(parts: WebParts, queues: tuple[str, ...]) -> set[str]:
    known = {queue.queue: queue.client for queue in parts.desk.snapshot().queues}
    unknown = [queue for queue in queues if queue not in known]
    if unknown:
        raise Refusal(400, "bad_body", f"queues: there is no queue {unknown[0]}.")
    return {known[queue] for queue in queues}


def _settings(parts: WebParts, agent: Agent, client: str) -> AgentSettings:
    if agent.contact and (why := parts.contact_denied(agent.contact, client)):
        raise Refusal(400, "bad_body", f"contact: it may not be dialled ({why}).")
    known = parts.config.skills
    unknown = sorted(set(agent.skills) - set(known)) if known else []
    if unknown:
        raise Refusal(400, "bad_body", f"skills: there is no skill {unknown[0]}.")
    tiers = {queue: tier for queue, tier in agent.tiers.items() if queue in agent.queues}
    return AgentSettings(
        agent.number, agent.contact, agent.queues, agent.skills, tiers, agent.nailed_up
    )


async def change_agent(request: web.Request) -> web.Response:
    """PUT /api/users/{user}/agent: everything of an agent; roles follow the queues."""
    body = await read(request, Agent)
    parts, user = parts_of(request), await _user(request)
    if user.agent is None:
        raise Refusal(409, "no_agent", "This user is no agent.")
    wanted = {user.client} | _clients_of(parts, body.queues)
    await parts.people.set_agent(user.id, _settings(parts, body, user.client))
    serving = {client for client, roles in user.roles.items() if Role.AGENT in roles}
    for client in wanted - serving:
        await parts.people.grant(user.id, client, Role.AGENT)
    for client in serving - wanted:
        await parts.people.revoke(user.id, client, Role.AGENT)
    await parts.people_changed()
    request.app[LIVE].look_again()
    return ok()


async def reset(request: web.Request) -> web.Response:
    """POST /api/users/{user}/reset: a new password, PIN or phone password, shown this once."""
    body = await read(request, Reset)
    parts, user = parts_of(request), await _user(request)
    log.info("web.secret_reset", user=user.id, by=who(request).user, what=body.what)
    if body.what == "password":
        value = _password()
        await parts.people.set_password(user.id, value, parts.clock.now())
        request.app[LIVE].look_again()
        return ok({"value": value})
    if user.agent is None:
        raise Refusal(409, "no_agent", "This user is no agent.")
    if body.what == "pin":
        return ok({"value": await _new_pin(parts, user.id)})
    phone = await _new_phone(parts, user.id, user.agent.number)
    await parts.people_changed()
    return ok({"value": phone["sip_password"], "sip_user": phone["sip_user"]})


async def disable(request: web.Request) -> web.Response:
    """POST /api/users/{user}/disable: out at once, phone and all; an agent who talks with a caller
    takes no further call."""
    parts, user = parts_of(request), await _user(request)
    if user.id == who(request).user:
        raise Refusal(409, "yourself", "You cannot disable yourself.")
    await parts.people.disable(user.id, parts.clock.now())
    await parts.people_changed()
    request.app[LIVE].look_again()
    await parts.desk.submit(AgentLoggedOut(user.id))  # last: it waits for a commit, or fails
    log.info("web.user_disabled", user=user.id, by=who(request).user)
    return ok()


async def _user(request: web.Request) -> User:
    user = await parts_of(request).people.get(request.match_info["user"])
    if user is None:
        raise not_found()
    return user


async def _new_pin(parts: WebParts, user: str) -> str:
    pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"
    await parts.people.set_pin(user, pin)
    return pin


async def _new_phone(parts: WebParts, user: str, number: str) -> dict[str, str]:
    password = _password()
    await parts.people.set_sip_password(user, parts.config.domain, password)
    return {"sip_user": number, "sip_password": password}


def _password() -> str:
    return secrets.token_urlsafe(PASSWORD_BYTES)
