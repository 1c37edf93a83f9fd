"""Campaigns for programs and for their page: drafting, starting, stopping, and how far they are."""

from __future__ import annotations

import csv
import io
from typing import Any

from aiohttp import web

from centralino.outbound.campaigns import Asker, Campaigns
from centralino.outbound.errors import CampaignError
from centralino.users.permissions import Action, visible
from centralino.web.errors import Refusal, not_found
from centralino.web.requests import KEY, ok, parts_of, who

VERBS = frozenset({"start", "pause", "cancel", "people"})
IDEMPOTENCY = "Idempotency-Key"
LONGEST_KEY = 200


def _campaigns(request: web.Request) -> Campaigns:
    campaigns = parts_of(request).campaigns
    if campaigns is None:
        raise not_found()
    return campaigns


def _asker(request: web.Request) -> Asker:
    """A program is its key; a person may run the campaigns of some clients."""
    if KEY in request:
        return Asker(f"key {request[KEY].name}", request[KEY].clients)
    me = who(request)
    return Asker(me.name, visible(me, Action.RUN_CAMPAIGNS))


async def _ask(request: web.Request, verb: str, values: dict[str, Any]) -> web.Response:
    key = request.headers.get(IDEMPOTENCY, "")
    if len(key) > LONGEST_KEY:
        raise Refusal(400, "bad_key", f"{IDEMPOTENCY} is too long.")
    asker = _asker(request)
    try:
        return ok(await _campaigns(request).ask(verb, values, asker, key))
    except CampaignError as error:
        raise Refusal(409, "not_done", f"{error}.") from error


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise Refusal(415, "not_json", "The body must be application/json.")
    try:
        body = await request.json()
    except ValueError:
        raise Refusal(400, "bad_body", "The body is no JSON.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "bad_body", "The body must be an object.")
    return body


async def board(request: web.Request) -> web.Response:
    """GET /api/campaigns: every campaign with its figures, and the trunks."""
    return await _ask(request, "list", {})


async def create(request: web.Request) -> web.Response:
    """POST /api/campaigns: draft one; nobody is called before it is started."""
    return await _ask(request, "create", await _body(request))


async def change(request: web.Request) -> web.Response:
    """POST /api/campaigns/{campaign}/{verb}: start, pause, cancel; people adds to its audience."""
    verb = request.match_info["verb"]
    if verb not in VERBS:
        raise not_found()
    body = await _body(request) if request.can_read_body else {}
    return await _ask(request, verb, {**body, "campaign": request.match_info["campaign"]})


async def status(request: web.Request) -> web.Response:
    """GET /api/campaigns/{campaign}."""
    return await _ask(request, "status", {"campaign": request.match_info["campaign"]})


async def why(request: web.Request) -> web.Response:
    """GET /api/campaigns/{campaign}/why?number=…: why somebody is not being called now."""
    values = {
        "campaign": request.match_info["campaign"],
        "number": request.query.get("number", ""),
        "recipient": request.query.get("recipient", ""),
    }
    return await _ask(request, "why", values)


async def audit(request: web.Request) -> web.Response:
    """GET /api/campaigns/{campaign}/audit: its chain, and whether it is whole."""
    return await _ask(request, "audit", {"campaign": request.match_info["campaign"]})


async def export(request: web.Request) -> web.StreamResponse:
    """GET /api/campaigns/{campaign}/results.csv: what was had of everybody, by id."""
    campaigns, asker = _campaigns(request), _asker(request)
    name = request.match_info["campaign"]
    try:
        campaigns.seen(name, asker)
    except CampaignError:
        raise not_found() from None
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}.csv"',
        }
    )
    await response.prepare(request)
    async for rows in campaigns.results(name):
        page = io.StringIO()
        csv.writer(page).writerows(rows)
        await response.write(page.getvalue().encode())
    await response.write_eof()
    return response
