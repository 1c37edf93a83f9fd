"""A bot's flow with the calls of a day on it, drawn by the server."""

from __future__ import annotations

import asyncio
import datetime
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from centralino.picture.counting import Decision, held_in, traffic
from centralino.picture.layout import picture
from centralino.picture.svg import svg
from centralino.users.permissions import Action, visible
from centralino.web.errors import Refusal, not_found
from centralino.web.parts import DAY
from centralino.web.requests import ok, parts_of, who
from voicebot.dialogue.reader import load_bot

Spoken = tuple[str, str]
"""The own language of a line, and the one in which a bot is spoken with."""


async def bots(request: web.Request) -> web.Response:
    """GET /api/picture: the bots that can be drawn."""
    lines = parts_of(request).config.bots.values()
    return ok({"bots": sorted({bot for bots in lines for bot in bots.values()})})


async def drawn(request: web.Request) -> web.Response:
    """GET /api/picture/{bot}.svg?since=…&until=…: UTC seconds, a day at most; none: yesterday."""
    parts, bot = parts_of(request), request.match_info["bot"]
    lines = {line: bots for line, bots in parts.config.bots.items() if bot in bots.values()}
    if parts.flows is None or not lines:
        raise not_found()
    span, clients = _span(request, parts.clock.now()), visible(who(request), Action.TEACH)
    taken: list[Decision] = []
    for (own, language), theirs in _by_language(bot, lines).items():
        rows = await parts.flows.decisions(span, theirs, clients)
        made = (Decision(row.call or "", row.from_state, row.to_state, row.why) for row in rows)
        taken += held_in(made, own, language)
    image = await asyncio.to_thread(_draw, parts.flows.folder / bot, taken)
    return web.Response(body=image, content_type="image/svg+xml")


def _by_language(bot: str, lines: Mapping[str, Mapping[str, str]]) -> dict[Spoken, list[str]]:
    """The bot's lines by their own language and the one that the bot speaks there."""
    found = defaultdict[Spoken, list[str]](list)
    for line, bots in lines.items():
        for language, name in bots.items():
            if name == bot:
                found[next(iter(bots)), language].append(line)
    return found


def _draw(folder: Path, decisions: list[Decision]) -> bytes:
    return svg(picture(load_bot(folder).flow, traffic(decisions)))


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
