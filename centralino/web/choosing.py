"""An agent decides who is called: the person shown, or one of a list."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from centralino.outbound.choosing import Choosing
from centralino.web.errors import not_found, told_why
from centralino.web.requests import AgainAt, Body, ok, parts_of, read, who


class Chosen(Body):
    """Whom: a late click must not hit the next one."""

    recipient: str = Field(min_length=1, max_length=64)


class NotNow(Chosen):
    """Not now."""

    again_at: AgainAt = 0.0
    """UTC seconds at which they are to be called; 0: after a while."""


async def dial(request: web.Request) -> web.Response:
    """POST /api/agent/dial: have this person dialled; one's own phone comes first."""
    body = await read(request, Chosen)
    with told_why():
        await _choosing(request).dial(who(request).user, body.recipient)
    return ok()


async def skip(request: web.Request) -> web.Response:
    """POST /api/agent/skip: not now; `again_at` says when."""
    body = await read(request, NotNow)
    with told_why():
        await _choosing(request).skip(who(request).user, body.recipient, body.again_at)
    return ok()


def _choosing(request: web.Request) -> Choosing:
    choosing = parts_of(request).choosing
    if choosing is None:
        raise not_found()
    return choosing
