"""The pages as one aiohttp application, made of the parts given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from centralino.web.events import STREAMS, Streams
from centralino.web.guard import refusals, secure_headers
from centralino.web.live import LIVE, Live
from centralino.web.parts import WebParts
from centralino.web.requests import PARTS
from centralino.web.routes import add_routes
from centralino.web.telephone import SOCKETS, Sockets, close_sockets
from centralino.web.today import TODAY, Today

LARGEST_BODY = 64 * 1024


def make_app(parts: WebParts) -> web.Application:
    """The application; nothing runs before it is started (`server.py`)."""
    app = web.Application(middlewares=[refusals], client_max_size=LARGEST_BODY)
    app[PARTS] = parts
    app[LIVE] = Live(parts)
    app[STREAMS] = Streams()
    app[SOCKETS] = Sockets()
    app[TODAY] = Today(parts)
    app.on_response_prepare.append(secure_headers)
    app.cleanup_ctx.append(_following)
    app.on_shutdown.append(_close_sockets)
    app.on_shutdown.append(close_sockets)
    add_routes(app)
    return app


async def _following(app: web.Application) -> AsyncIterator[None]:
    """The live sockets hear of every change as long as the application runs."""
    parts, live = app[PARTS], app[LIVE]
    ends = [parts.desk.subscribe(live.moved), parts.desk.subscribe(app[STREAMS].moved)]
    if parts.choosing is not None:
        ends.append(parts.choosing.subscribe(live.chosen))
    if parts.callers is not None:
        ends.append(parts.callers.subscribe(live.known))
    closing = asyncio.create_task(_tell_of_closing(app), name="pages closing")
    yield
    for end in ends:
        end()
    closing.cancel()
    await asyncio.gather(closing, return_exceptions=True)


async def _tell_of_closing(app: web.Application) -> None:
    await app[PARTS].draining.wait()
    app[LIVE].moved()


async def _close_sockets(app: web.Application) -> None:
    app[STREAMS].close()
    await app[LIVE].close()
