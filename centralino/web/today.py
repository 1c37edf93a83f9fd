"""The service level of today, queue by queue, beside who waits now: from the facts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

from aiohttp import web

from acd.numbers import Figures, Terms, by
from acd.visits import Exit, Visit
from centralino.users.permissions import Action, visible
from centralino.web.access import in_
from centralino.web.errors import Refusal
from centralino.web.figures import read_number, read_terms
from centralino.web.parts import DAY, WebParts
from centralino.web.requests import ok, parts_of, who
from centralino.web.views import Json

LASTS = 20.0
"""Seconds for which an answer serves every page that asks alike: each reads the day's stays."""

Asked = tuple[float, Terms]


class Today:
    """What was read for the wallboards of one application."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts
        self._turn = asyncio.Lock()
        self._known: dict[Asked, tuple[float, dict[str, Figures]]] = {}
        """What was asked → until when the answer serves, and the answer."""

    async def since(self, begin: float, terms: Terms) -> dict[str, Figures]:
        """The figures of each queue's stays that began since then and are over."""
        async with self._turn:
            now, asked = self._parts.clock.now(), (begin, terms)
            self._known = {key: one for key, one in self._known.items() if one[0] > now}
            if asked not in self._known:
                stays = await self._parts.facts.read(Visit, begin, now + 1)
                found = await asyncio.to_thread(_by_queue, stays, begin, terms, now)
                self._known[asked] = (now + LASTS, found)
            return self._known[asked][1]


TODAY = web.AppKey("today", Today)


def _by_queue(stays: Sequence[Visit], begin: float, terms: Terms, now: float) -> dict[str, Figures]:
    began = (stay for stay in stays if stay.joined >= begin)
    return by(began, lambda stay: stay.queue, terms, now)


async def read_today(request: web.Request) -> web.Response:
    """GET /api/queues/today?since&threshold&short&variant: `since` is the page's midnight."""
    parts, terms = parts_of(request), read_terms(request)
    now = parts.clock.now()
    since = read_number(request, "since", now - DAY)
    if not now - 2 * DAY <= since <= now:
        raise Refusal(400, "bad_query", "since: within the last two days.")
    found = await request.app[TODAY].since(since, terms)
    clients = visible(who(request), Action.SEE_AGENTS)
    seen = [q.queue for q in parts.desk.snapshot().queues if in_(q.client, clients)]
    rows = {queue: _row(found[queue]) for queue in seen if queue in found}
    return ok({"since": since, "terms": asdict(terms), "queues": rows})


def _row(found: Figures) -> Json:
    return {
        "answered": found.exits.get(Exit.ANSWERED, 0),
        "abandoned": found.exits.get(Exit.ABANDONED, 0),
        "service_level": found.service_level,
    }
