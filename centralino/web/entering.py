"""Signing in and out, the first administrator, one's own password."""

from __future__ import annotations

import math

import structlog
from aiohttp import web
from pydantic import Field

from centralino.users.errors import UserError
from centralino.users.tokens import csrf_of
from centralino.users.types import Refused, Session
from centralino.web.access import pages
from centralino.web.errors import Refusal
from centralino.web.live import LIVE
from centralino.web.requests import TOKEN, Body, ok, parts_of, read, who

log = structlog.get_logger()


class Credentials(Body):
    """What is typed at the door."""

    name: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=256, repr=False)


class NewPassword(Body):
    """What is typed to change one's password."""

    old: str = Field(min_length=1, max_length=256, repr=False)
    password: str = Field(min_length=1, max_length=256, repr=False)


async def sign_in(request: web.Request) -> web.Response:
    """POST /api/sign-in: name and password for a session cookie."""
    body = await read(request, Credentials)
    parts = parts_of(request)
    old = request.cookies.get(parts.config.cookie)
    found = await parts.sign_in.sign_in(
        body.name, body.password, request.remote or "", parts.clock.now(), old
    )
    return _welcome(request, found)


async def welcome(request: web.Request) -> web.Response:
    """POST /api/welcome/{token}: the one-time link makes the first administrator."""
    body = await read(request, Credentials)
    parts = parts_of(request)
    found = await parts.sign_in.redeem_first_admin(
        request.match_info["token"], body.name, body.password, parts.clock.now()
    )
    if isinstance(found, Refused):
        text = "This link was used or has expired. Start the program again for a new one."
        raise Refusal(403, "expired", text)
    return _welcome(request, found)


async def sign_out(request: web.Request) -> web.Response:
    """POST /api/sign-out."""
    parts = parts_of(request)
    await parts.sign_in.sign_out(request[TOKEN])
    request.app[LIVE].look_again()
    response = ok()
    response.del_cookie(parts.config.cookie, path="/", secure=parts.config.secure)
    return response


async def change_password(request: web.Request) -> web.Response:
    """POST /api/password: the other sessions of this user end."""
    body = await read(request, NewPassword)
    parts, me = parts_of(request), who(request)
    now, source = parts.clock.now(), request.remote or ""
    proof = await parts.sign_in.sign_in(me.name, body.old, source, now)
    if isinstance(proof, Refused):
        raise _refusal(proof, "The old password is wrong.")
    try:
        await parts.people.set_password(me.user, body.password, now)
    except UserError:
        await parts.sign_in.sign_out(proof.token)
        raise
    request.app[LIVE].look_again()
    log.info("web.password_changed", user=me.user)
    return _welcome(request, await parts.sign_in.sign_in(me.name, body.password, source, now))


async def me(request: web.Request) -> web.Response:
    """GET /api/me: who I am and what I can reach."""
    parts, signed_in = parts_of(request), who(request)
    profile = await parts.people.agent(signed_in.user)
    contact = None if profile is None else profile.contact or profile.sip_user
    return ok(
        {
            "user": signed_in.user, "name": signed_in.name, "full_name": signed_in.full_name,
            "pages": pages(signed_in), "csrf": csrf_of(request[TOKEN]), "now": parts.clock.now(),
            "agent": None if profile is None else {"number": profile.number, "contact": contact},
            "browsers": parts.browsers is not None,
            "reasons": parts.config.reasons, "dispositions": parts.config.dispositions,
            "decline_reasons": parts.config.decline_reasons,
            "draining": parts.draining.is_set(),
        }
    )  # fmt: skip


def _welcome(request: web.Request, found: Session | Refused) -> web.Response:
    if isinstance(found, Refused):
        raise _refusal(found, "Name or password is wrong.")
    config = parts_of(request).config
    response = ok({"csrf": found.csrf})
    response.set_cookie(
        config.cookie, found.token, path="/", httponly=True, samesite="Strict",
        secure=config.secure,
    )  # fmt: skip
    return response


def _refusal(refused: Refused, wrong: str) -> Refusal:
    if refused.why == "locked":
        seconds = math.ceil(refused.retry_after)
        text = f"Too many tries. Wait {math.ceil(seconds / 60)} min and try again."
        return Refusal(429, "locked", text, {"Retry-After": str(seconds)})
    return Refusal(403, refused.why, wrong)
