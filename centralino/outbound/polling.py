"""Alerts by polling: an address is asked again and again for an alert, or an index of alerts."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import aiohttp
import structlog

from centralino.config.dialling import AlertFeed
from outbound.cap import SIZE_LIMIT, linked
from outbound.errors import BadAlert
from outbound.feeds import NOT_MODIFIED, Source, wait

log = structlog.get_logger()

TIMEOUT = 20.0
"""Seconds for an answer with its body."""

Take = Callable[[bytes, str], Awaitable[bool]]
"""Takes one alert and its source; False: not our fault nor its, it is to be tried again."""


@dataclass
class Polling:
    """All addresses of a house; `run` them."""

    feeds: Sequence[AlertFeed]
    take: Take
    chance: Callable[[], float] = random.random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _sources: dict[str, Source] = field(default_factory=dict)
    _taken: dict[str, str] = field(default_factory=dict)
    """Address → digest of what was taken from it last."""
    _listed: dict[str, set[str]] = field(default_factory=dict)
    """Index → what it listed last."""

    async def run(self) -> None:
        """Until cancelled."""
        if not self.feeds:
            return
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
            for feed in self.feeds:
                group.create_task(self._follow(session, feed))

    async def _follow(self, session: aiohttp.ClientSession, feed: AlertFeed) -> None:
        while True:
            later = await self._look(session, feed)
            source = self._sources[feed.url]
            await self.sleep(wait(source, feed.every, later, self.chance()))

    async def _look(self, session: aiohttp.ClientSession, feed: AlertFeed) -> str:
        """Once; what the server says of when to come again."""
        data, later = await self._get(session, feed.url, feed.name)
        if data is None:
            return later
        try:
            addresses = linked(data)
        except BadAlert as error:
            log.error("alert.feed_unreadable", feed=feed.name, why=str(error))
            return later
        if addresses is None:
            await self._pass_on(feed.url, data, feed.name)
            return later
        complete = True
        listed = [urljoin(feed.url, one) for one in addresses]
        self._forget(feed, listed)
        for address in listed:
            if urlsplit(address)[:2] != urlsplit(feed.url)[:2]:
                log.warning("alert.foreign_link", feed=feed.name)  # an index leads nowhere else
                continue
            alert, _ = await self._get(session, address, feed.name)
            failed = self._sources[address].failures
            if alert is not None:
                failed = not await self._pass_on(address, alert, feed.name)
            complete = complete and not failed
        if not complete:  # the index is read again, though it will not have changed
            self._sources[feed.url] = Source()
        return later

    def _forget(self, feed: AlertFeed, listed: list[str]) -> None:
        """What an index does not list any more."""
        for gone in self._listed.get(feed.url, set()) - set(listed):
            self._sources.pop(gone, None)
            self._taken.pop(gone, None)
        self._listed[feed.url] = set(listed)

    async def _pass_on(self, address: str, data: bytes, name: str) -> bool:
        """To whoever acts on alerts, unless it is what was taken from there before."""
        digest = hashlib.sha256(data).hexdigest()
        if self._taken.get(address) == digest:
            return True
        if not await self.take(data, f"feed:{name}"):
            self._sources[address] = Source()
            return False
        self._taken[address] = digest
        return True

    async def _get(
        self, session: aiohttp.ClientSession, address: str, name: str
    ) -> tuple[bytes | None, str]:
        """What is there, if it is new; and the server's Retry-After."""
        source = self._sources.get(address, Source())
        try:
            async with session.get(
                address, headers=source.headers(), allow_redirects=False
            ) as answer:
                later = answer.headers.get("Retry-After", "")
                if answer.status == NOT_MODIFIED:
                    self._sources[address] = source.unchanged()
                    return None, later
                if answer.status != 200:
                    log.warning("alert.feed_refused", feed=name, status=answer.status)
                    self._sources[address] = source.failed()
                    return None, later
                data = await answer.content.read(SIZE_LIMIT + 1)
                while len(data) <= SIZE_LIMIT and (
                    more := await answer.content.read(SIZE_LIMIT + 1 - len(data))
                ):
                    data += more
                self._sources[address] = source.answered(answer.headers)
                return data, later
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            log.warning("alert.feed_away", feed=name, error=type(error).__name__)
            self._sources[address] = source.failed()
            return None, ""
