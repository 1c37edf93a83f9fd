"""A bot's flow with the calls of a day on it, drawn by the server."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path

from aiohttp import web

from centralino.db.journal import JournalRow
from centralino.picture.counting import Decision, traffic
from centralino.picture.layout import picture
from centralino.picture.svg import svg
from centralino.users.permissions import Action, visible
from centralino.web.errors import Refusal, not_found
from centralino.web.parts import DAY
from centralino.web.requests import ok, parts_of, who
from voicebot.dialogue.reader import load_bot


async def bots(request: web.Request) -> web.Response:
    """GET /api/picture: the bots that can be drawn."""
    return ok({"bots": sorted(set(parts_of(request).config.bots.values()))})


async def drawn(request: web.Request) -> web.Response:
    """GET /api/picture/{bot}.svg?since=…&until=…: UTC seconds, a day at most; none: yesterday."""
    parts, bot = parts_of(request), request.match_info["bot"]
    lines = [line for line, name in parts.config.bots.items() if name == bot]
    if parts.flows is None or not lines:
        raise not_found()
    span = _span(request, parts.clock.now())
    rows = await parts.flows.decisions(span, lines, visible(who(request), Action.TEACH))
    image = await asyncio.to_thread(_draw, parts.flows.folder / bot, rows)
    return web.Response(body=image, content_type="image/svg+xml")


def _draw(folder: Path, rows: list[JournalRow]) -> bytes:
    counted = traffic(
        Decision(row.call or "", row.from_state, row.to_state, row.why) for row in rows
    )
    return svg(picture(load_bot(folder).flow, counted))


def _span(request: web.Request, now: float) -> tuple[float, float]:
    """The day asked for, in UTC seconds: the page knows its own midnight."""
    query = request.query
    try:
        since = float(query["since"]) if "since" in query else _yesterday(now)
        until = float(query["until"]) if "until" in query else since + DAY
    except ValueError as error:
        raise Refusal(400, "bad_query", str(error)) from None
    if not 0 < until - since <= DAY + 7200:
        raise Refusal(400, "bad_query", "since and until: one day.")
    return since, until


def _yesterday(now: float) -> float:
    today = datetime.datetime.fromtimestamp(now, datetime.UTC).date()
    midnight = datetime.datetime.combine(today, datetime.time(), datetime.UTC)
    return midnight.timestamp() - DAY
