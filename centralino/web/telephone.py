"""The socket of a page that is its agent's telephone: the offer of its sound, ringing, picking up.

The page is the telephone for as long as this socket lives. JSON both ways; see `Browsers`.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from centralino.web.live import SIGNED_OUT
from centralino.web.parts import WebParts
from centralino.web.ports import PagesPort, PhonePage
from centralino.web.requests import TOKEN, parts_of
from centralino.web.working import profile_of

LARGEST = 32 * 1024
"""Bytes of one message: an offer has some 3 kB."""
HEARTBEAT = 5.0
"""Seconds; a page that leaves one unanswered for half of it is gone."""
NOT_HERE = "This house has no telephone for browsers."
ELSEWHERE = "You are logged in at another telephone: log out, then use this browser."


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

    async def tell(said: dict[str, Any]) -> None:
        if not socket.closed:
            await socket.send_json(said)

    page = await browsers.open(profile.id, aor, tell)
    request.app[SOCKETS].open.add(socket)
    watching = asyncio.create_task(_while_signed_in(parts, request[TOKEN], socket))
    try:
        await _listen(socket, browsers, page)
    finally:
        watching.cancel()
        request.app[SOCKETS].open.discard(socket)
        await browsers.close(page)
    return socket


def _elsewhere(parts: WebParts, agent: str, aor: str) -> bool:
    """Whether the agent is at work with a telephone that is not this one."""
    view = parts.desk.agent(agent)
    at = f"sip:{aor}@{parts.config.domain}"
    return view is not None and view.want != "logged_out" and view.contact != at


async def _listen(socket: web.WebSocketResponse, browsers: PagesPort, page: PhonePage) -> None:
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            continue
        try:
            said = json.loads(message.data)
        except ValueError:
            continue
        if isinstance(said, dict):
            await browsers.take(page, said)


async def _while_signed_in(parts: WebParts, token: str, socket: web.WebSocketResponse) -> None:
    while await parts.sign_in.session(token, parts.clock.now()) is not None:  # noqa: ASYNC110
        await asyncio.sleep(parts.config.heartbeat_seconds)
    await socket.close(code=SIGNED_OUT, message=b"signed out")
