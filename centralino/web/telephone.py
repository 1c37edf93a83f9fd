"""The socket of a page that is its agent's telephone: the offer of its sound, ringing, picking up.

The page is the telephone for as long as this socket lives. JSON both ways; see `Browsers`.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from centralino.users.permissions import Action
from centralino.web.access import allowed_somewhere
from centralino.web.live import SIGNED_OUT
from centralino.web.parts import WebParts
from centralino.web.ports import PagesPort, PhonePage
from centralino.web.requests import TOKEN, parts_of
from centralino.web.working import profile_of

LARGEST = 32 * 1024
"""Bytes of one message: an offer has some 3 kB."""
HEARTBEAT = 5.0
"""Seconds; a page that leaves one unanswered for half of it is gone."""
MOST_TOLD = 16
"""Messages that wait for a page; one that does not take them is gone."""
NOT_HERE = "This house has no telephone for browsers."
ELSEWHERE = "You are logged in at another telephone: log out, then use this browser."
CHANGED = "Your number or what you may do was changed: use this browser as your telephone again."


@dataclass
class Sockets:
    """The open ones of one application."""

    open: set[web.WebSocketResponse] = field(default_factory=set)


SOCKETS = web.AppKey("phone sockets", Sockets)


async def close_sockets(app: web.Application) -> None:
    """The server stops; pages come back by themselves when it is there again."""
    for socket in list(app[SOCKETS].open):
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"restart")


async def phone_socket(request: web.Request) -> web.WebSocketResponse:
    """GET /api/agent/phone, as a WebSocket."""
    parts, profile = parts_of(request), await profile_of(request)
    socket = web.WebSocketResponse(max_msg_size=LARGEST, heartbeat=HEARTBEAT)
    await socket.prepare(request)
    browsers, aor = parts.browsers, profile.sip_user
    if browsers is None or _elsewhere(parts, profile.id, aor):
        why = NOT_HERE if browsers is None else ELSEWHERE
        await socket.send_json({"state": "off", "why": why})
        await socket.close()
        return socket

    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MOST_TOLD)

    def tell(said: dict[str, Any]) -> None:
        if not told.full():
            told.put_nowait(said)
        elif request.transport is not None:
            request.transport.abort()

    page = browsers.open(profile.id, aor, tell)
    request.app[SOCKETS].open.add(socket)
    try:
        async with asyncio.TaskGroup() as group:
            beside = (_write(socket, told), _while_allowed(parts, request[TOKEN], page, socket))
            work = [group.create_task(each) for each in beside]
            await _listen(socket, browsers, page)
            for each in work:
                each.cancel()
    finally:
        request.app[SOCKETS].open.discard(socket)
        await browsers.close(page)
    return socket


def _elsewhere(parts: WebParts, agent: str, aor: str) -> bool:
    """Whether the agent is at work with a telephone that is not this one."""
    view = parts.desk.agent(agent)
    at = f"sip:{aor}@{parts.config.domain}"
    return view is not None and view.want != "logged_out" and view.contact != at


async def _write(socket: web.WebSocketResponse, told: asyncio.Queue[dict[str, Any]]) -> None:
    """Nobody who tells a page something waits for it."""
    with suppress(ConnectionError):  # it is gone, which its reader sees, too
        while True:
            said = await told.get()
            await socket.send_json(said)
            if said.get("state") == "off":
                await socket.close()


async def _listen(socket: web.WebSocketResponse, browsers: PagesPort, page: PhonePage) -> None:
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            continue
        try:
            said = json.loads(message.data)
        except (ValueError, RecursionError):  # the latter of brackets within brackets
            continue
        if isinstance(said, dict):
            await browsers.take(page, said)


async def _while_allowed(
    parts: WebParts, token: str, page: PhonePage, socket: web.WebSocketResponse
) -> None:
    while (who := await parts.sign_in.session(token, parts.clock.now())) is not None:
        profile, view = await parts.people.agent(page.agent), parts.desk.agent(page.agent)
        same = profile is not None and profile.sip_user == page.aor
        in_a_call = view is not None and view.offer
        if not in_a_call and not (same and allowed_somewhere(who, Action.WORK)):
            return page.tell({"state": "off", "why": CHANGED})
        await asyncio.sleep(parts.config.heartbeat_seconds)
    await socket.close(code=SIGNED_OUT, message=b"signed out")
    return None
