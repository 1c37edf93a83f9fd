"""Alerts by polling, from a loopback server that says what has not changed, and that is ill."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from centralino.config.dialling import AlertFeed
from centralino.outbound.polling import Polling
from tests.unit.outbound.alerts import cap
from tests.waiting import until

FEED = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'
ENTRY = '<entry><link href="{}" type="application/cap+xml"/></entry>'


@dataclass
class Met:
    """A weather service."""

    pages: dict[str, bytes] = field(default_factory=dict)
    ill: list[int] = field(default_factory=list)
    """Statuses to answer first."""
    asked: list[tuple[str, int]] = field(default_factory=list)

    async def page(self, request: web.Request) -> web.Response:
        status, body, headers = self._answer(request)
        self.asked.append((request.path, status))
        return web.Response(status=status, body=body, headers=headers)

    def _answer(self, request: web.Request) -> tuple[int, bytes, dict[str, str]]:
        if self.ill:
            return self.ill.pop(0), b"", {"Retry-After": "120"}
        body = self.pages.get(request.path)
        if body is None:
            return 404, b"", {}
        etag = f'"{hash(body)}"'
        if request.headers.get("If-None-Match") == etag:
            return 304, b"", {}
        return 200, body, {"ETag": etag}


@dataclass
class Watched:
    """A poller whose waits are told, and end when the test says so."""

    met: Met
    polling: Polling
    taken: list[bytes] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    refuses: int = 0

    async def take(self, data: bytes, source: str) -> bool:
        if self.refuses:
            self.refuses -= 1
            return False
        self.taken.append(data)
        return True

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.go.clear()
        await self.go.wait()

    async def again(self) -> None:
        looks = len(self.waits)
        self.go.set()
        await until(lambda: len(self.waits) > looks)


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    met = Met()
    app = web.Application()
    app.router.add_get("/{name}", met.page)
    async with TestServer(app) as server:
        feed = AlertFeed(name="met", url=str(server.make_url("/feed")))
        made = Watched(met, Polling((feed,), take=None, chance=lambda: 0.5))  # type: ignore[arg-type]
        made.polling.take, made.polling.sleep = made.take, made.sleep
        yield made


async def test_each_alert_of_an_index_is_taken_once(watched: Watched) -> None:
    first, second = cap(identifier="one"), cap(identifier="two")
    entries = ENTRY.format("/a.xml") + ENTRY.format("http://127.0.0.1:9/foreign.xml")
    watched.met.pages = {"/feed": FEED.format(entries).encode(), "/a.xml": first}
    work = asyncio.create_task(watched.polling.run())
    await until(lambda: bool(watched.waits))
    assert watched.taken == [first]
    await watched.again()
    assert watched.met.asked[-1] == ("/feed", 304) and watched.taken == [first]
    more = FEED.format(entries + ENTRY.format("/b.xml")).encode()
    watched.met.pages |= {"/feed": more, "/b.xml": second}
    await watched.again()
    assert watched.taken == [first, second] and ("/a.xml", 304) in watched.met.asked
    assert watched.waits == [60.0, 60.0, 60.0]
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def test_an_ill_server_is_asked_more_seldom_and_nothing_is_lost(watched: Watched) -> None:
    watched.met.ill, watched.refuses = [503, 500], 1
    watched.met.pages = {"/feed": cap()}
    work = asyncio.create_task(watched.polling.run())
    await until(lambda: bool(watched.waits))
    for _ in range(3):
        await watched.again()
    assert watched.waits == [120.0, 240.0, 60.0, 60.0]
    assert watched.taken == [cap()], "taken at the second try, since the first was not its fault"
    watched.met.pages["/feed"] = b"<!DOCTYPE a [<!ENTITY b 'c'>]><alert>&b;</alert>"
    await watched.again()
    assert watched.taken == [cap()] and not work.done(), "hostile XML ends nothing"
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
