"""Campaigns for programs and for their page: drafting, starting, stopping, and how far they are."""

from __future__ import annotations

import csv
import io
from typing import Any

from aiohttp import web

from centralino.outbound.campaigns import Asker, Campaigns
from centralino.outbound.errors import CampaignError
from centralino.users.permissions import Action, visible
from centralino.web.errors import Refusal, not_found, told_why
from centralino.web.requests import KEY, ok, parts_of, who
from outbound.records import CampaignRecord

VERBS = frozenset({"start", "pause", "cancel", "people", "contacts"})
IDEMPOTENCY = "Idempotency-Key"
LONGEST_KEY = 200


def campaigns_of(request: web.Request) -> Campaigns:
    campaigns = parts_of(request).campaigns
    if campaigns is None:
        raise not_found()
    return campaigns


def asker_of(request: web.Request) -> Asker:
    """A program is its key; a person may run the campaigns of some clients."""
    if KEY in request:
        return Asker(f"key {request[KEY].name}", request[KEY].clients)
    me = who(request)
    return Asker(me.name, visible(me, Action.RUN_CAMPAIGNS))


def _seen(request: web.Request) -> CampaignRecord:
    """The campaign of the path, if it may be seen."""
    try:
        return campaigns_of(request).seen(request.match_info["campaign"], asker_of(request))
    except CampaignError:
        raise not_found() from None


def _file(name: str) -> dict[str, str]:
    """Headers of a CSV to be kept under this name."""
    return {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}"',
    }


async def ask(request: web.Request, verb: str, values: dict[str, Any]) -> web.Response:
    key = request.headers.get(IDEMPOTENCY, "")
    if len(key) > LONGEST_KEY:
        raise Refusal(400, "bad_key", f"{IDEMPOTENCY} is too long.")
    asker = asker_of(request)
    with told_why():
        return ok(await campaigns_of(request).ask(verb, values, asker, key))


async def body_of(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise Refusal(415, "not_json", "The body must be application/json.")
    try:
        body = await request.json()
    except (ValueError, RecursionError):  # the latter of brackets within brackets
        raise Refusal(400, "bad_body", "The body is no JSON.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "bad_body", "The body must be an object.")
    return body


async def board(request: web.Request) -> web.Response:
    """GET /api/campaigns: every campaign with its figures, and the trunks."""
    return await ask(request, "list", {})


async def create(request: web.Request) -> web.Response:
    """POST /api/campaigns: draft one; nobody is called before it is started."""
    return await ask(request, "create", await body_of(request))


async def draft_bot(request: web.Request) -> web.Response:
    """POST /api/campaigns/by-bot: draft one whose calls a bot holds, or only tell (`dry_run`)."""
    return await ask(request, "bot.draft", await body_of(request))


async def draft_agents(request: web.Request) -> web.Response:
    """POST /api/campaigns/with-agents: draft one with agents behind it and those whom they are to
    talk to, or only tell (`dry_run`)."""
    return await ask(request, "agents.draft", await body_of(request))


async def statistics(request: web.Request) -> web.Response:
    """GET /api/campaigns/{campaign}/statistics: the answers to a bot's questions, counted."""
    return await ask(request, "statistics", {"campaign": request.match_info["campaign"]})


async def in_words(request: web.Request) -> web.Response:
    """GET /api/campaigns/{campaign}/words?question=…: answers in people's own words."""
    values = {
        "campaign": request.match_info["campaign"], "question": request.query.get("question", ""),
    }  # fmt: skip
    return await ask(request, "words", values)


async def statistics_table(request: web.Request) -> web.Response:
    """GET /api/campaigns/{campaign}/statistics.csv."""
    record = _seen(request)
    by_bot = campaigns_of(request).by_bot
    if by_bot is None or not record.bot:
        raise not_found()
    headers = _file(f"{record.id}-statistics.csv")
    return web.Response(text=await by_bot.table(record), headers=headers)


async def change(request: web.Request) -> web.Response:
    """POST /api/campaigns/{campaign}/{verb}: start, pause, cancel; people and contacts add to
    its audience."""
    verb = request.match_info["verb"]
    if verb not in VERBS:
        raise not_found()
    body = await body_of(request) if request.can_read_body else {}
    return await ask(request, verb, {**body, "campaign": request.match_info["campaign"]})


async def status(request: web.Request) -> web.Response:
    """GET /api/campaigns/{campaign}."""
    return await ask(request, "status", {"campaign": request.match_info["campaign"]})


async def why(request: web.Request) -> web.Response:
    """GET /api/campaigns/{campaign}/why?number=…: why somebody is not being called now."""
    values = {
        "campaign": request.match_info["campaign"],
        "number": request.query.get("number", ""),
        "recipient": request.query.get("recipient", ""),
    }
    return await ask(request, "why", values)


async def why_anywhere(request: web.Request) -> web.Response:
    """GET /api/campaigns/why?number=…: the same in whichever campaign the number is."""
    return await ask(request, "why", {"number": request.query.get("number", "")})


async def audit(request: web.Request) -> web.Response:
    """GET /api/campaigns/{campaign}/audit: its chain, and whether it is whole."""
    return await ask(request, "audit", {"campaign": request.match_info["campaign"]})


async def export(request: web.Request) -> web.StreamResponse:
    """GET /api/campaigns/{campaign}/results.csv: what was had of everybody, by id."""
    campaigns, record = campaigns_of(request), _seen(request)
    response = web.StreamResponse(headers=_file(f"{record.id}.csv"))
    await response.prepare(request)
    by_bot = campaigns.by_bot if record.bot else None
    async for rows in by_bot.results(record) if by_bot else campaigns.results(record.id):
        page = io.StringIO()
        csv.writer(page).writerows(rows)
        await response.write(page.getvalue().encode())
    await response.write_eof()
    return response
