"""A small HTTP server on loopback in the place of Rasa: well, slow, talking nonsense, or gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from voicebot.nlu.embedded import Embedded

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler, path: str = "/{any:.*}") -> AsyncIterator[str]:
    """Answer everything by `handler`; the server's root."""
    app = web.Application()
    app.router.add_route("*", path, handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def well(embedded: Embedded, seen: list[str]) -> Handler:
    """As Rasa answers; what it says is what the embedded engine knows."""

    async def handler(request: web.Request) -> web.Response:
        text = (await request.json())["text"]
        seen.append(text)
        ranking = [{"name": s.name, "confidence": s.confidence} for s in embedded.told(text).scores]
        return web.json_response(
            {"text": text, "intent": ranking[0], "entities": [], "intent_ranking": ranking[:10]}
        )

    return handler


def saying(body: bytes, status: int = 200) -> Handler:
    """Always this."""

    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=body, status=status, content_type="application/json")

    return handler


async def never(_: web.Request) -> web.Response:
    """Takes the question and does not answer."""
    await asyncio.sleep(3600)
    return web.Response()


async def drop_by_drop(request: web.Request) -> web.StreamResponse:
    """A byte now and then: each one in time, the answer never."""
    answer = web.StreamResponse()
    await answer.prepare(request)
    while True:
        await answer.write(b" ")
        await asyncio.sleep(0.02)


async def without_end(request: web.Request) -> web.StreamResponse:
    """As much as fits through the line."""
    answer = web.StreamResponse()
    await answer.prepare(request)
    while True:
        await answer.write(b"[" * 65536)
