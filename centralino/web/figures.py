"""Figures of queues and agents over a stretch of time, from the facts."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import asdict

from aiohttp import web

from acd.callback import CallbackFigures, callback_figures
from acd.numbers import (
    AgentFigures,
    Figures,
    ServiceLevel,
    Terms,
    adherence,
    agent_figures,
    by,
    figures,
    interval,
    resolved_at_first,
)
from acd.visits import Visit
from centralino.users.permissions import Action, visible
from centralino.web.errors import Refusal
from centralino.web.live import LIVE
from centralino.web.names import Names
from centralino.web.parts import DAY
from centralino.web.ports import Clients
from centralino.web.requests import ok, parts_of, who
from centralino.web.span import LONGEST, read_span
from centralino.web.views import Json

AGAIN_DAYS = 7
"""Who calls again about the same within so many days was not served at first."""
MINUTES = (15, 30, 60)


async def read_figures(request: web.Request) -> web.Response:
    """GET /api/figures?since&until&by&minutes&threshold&short&variant[&format=csv]."""
    since, until = _span(request)
    terms, group = read_terms(request), request.query.get("by", "queue")
    key = _key(group, request)
    clients = visible(who(request), Action.SEE_AGENTS)
    parts, now = parts_of(request), parts_of(request).clock.now()
    span = await read_span(parts.facts, parts.desk.going_on(), (since, until), now, clients)
    stays = span.stays
    names = await request.app[LIVE].names()
    rows = [
        {"key": name, "name": _named(names, group, name), **_json(found)}
        for name, found in by(stays, key, terms, now).items()
    ]
    if request.query.get("format") == "csv":
        return _csv(rows)
    days, allowed = max(1, round((until - since) / DAY)), parts.config.reason_seconds
    agents = [
        {
            "agent": agent,
            "name": names.of("agent", agent),
            **_agent_json(found),
            "adherence": adherence(found, allowed, days) if allowed else None,
        }
        for agent, found in sorted(agent_figures(span.stretches).items())
    ]
    return ok(
        {
            "since": since,
            "until": until,
            "terms": asdict(terms),
            "rows": rows,
            "total": _json(figures(stays, terms, now)),
            "first_contact": await _first_contact(request, stays, until, clients),
            "agents": agents,
            "callbacks": _callbacks_json(callback_figures(span.callbacks)),
            "problems": span.problems(),
        }
    )


async def _first_contact(
    request: web.Request, stays: list[Visit], until: float, clients: Clients
) -> float | None:
    """First-contact resolution: those who call again may do so after the span."""
    parts = parts_of(request)
    last = min(until + AGAIN_DAYS * DAY, parts.clock.now() + 1)
    after = await parts.facts.read(Visit, until, last, clients) if last > until else []
    return resolved_at_first(stays, [*stays, *after], AGAIN_DAYS)


def _span(request: web.Request) -> tuple[float, float]:
    now = parts_of(request).clock.now()
    since = read_number(request, "since", now - DAY)
    until = read_number(request, "until", now + 1)
    if not since < until <= since + LONGEST:
        raise Refusal(400, "bad_query", f"since, until: up to {LONGEST / DAY:.0f} days, in order.")
    return since, until


def read_terms(request: web.Request) -> Terms:
    """By what a question wants the service level counted. Raises a Refusal."""
    given = request.query.get("variant", ServiceLevel.SHORT_NEUTRAL.value)
    if given not in list(ServiceLevel):
        raise Refusal(400, "bad_query", f"variant: one of {', '.join(ServiceLevel)}.")
    return Terms(
        read_number(request, "threshold", 20.0),
        read_number(request, "short", 5.0),
        ServiceLevel(given),
    )


def read_number(request: web.Request, key: str, default: float) -> float:
    """A number of seconds in the question. Raises a Refusal."""
    given = request.query.get(key)
    try:
        value = float(given) if given else default
    except ValueError:
        value = float("nan")
    if not 0 <= value < 1e12:
        raise Refusal(400, "bad_query", f"{key}: a number of seconds, 0 or more.")
    return value


def _key(group: str, request: web.Request) -> Callable[[Visit], str]:
    minutes = int(read_number(request, "minutes", 30.0))
    if minutes not in MINUTES:
        raise Refusal(400, "bad_query", f"minutes: one of {', '.join(map(str, MINUTES))}.")
    keys: dict[str, Callable[[Visit], str]] = {
        "queue": lambda visit: visit.queue,
        "client": lambda visit: visit.client,
        "agent": lambda visit: visit.agent,
        "intent": lambda visit: visit.intent,
        "interval": lambda visit: f"{interval(visit, minutes):.0f}",
    }
    if group not in keys:
        raise Refusal(400, "bad_query", f"by: one of {', '.join(keys)}.")
    return keys[group]


def _named(names: Names, group: str, key: str) -> str:
    if group in ("queue", "agent", "client") and key:
        return names.of(group, key)
    return key


def _json(found: Figures) -> Json:
    return {
        **asdict(found),
        "exits": {exit.value: count for exit, count in found.exits.items()},
        "levels": {variant.value: level for variant, level in found.levels.items()},
    }


def _callbacks_json(found: CallbackFigures) -> Json:
    return {
        **asdict(found),
        "became": {became.value: count for became, count in found.became.items()},
    }


def _agent_json(found: AgentFigures) -> Json:
    times = {doing.value: seconds for doing, seconds in found.times.items()}
    return {"times": times, "reasons": found.reasons, "occupancy": found.occupancy}


COLUMNS = (
    "key", "name", "offered", "service_level", "asa", "abandon_rate", "short_abandons",
    "longest_wait", "aht", "transfer_rate", "tries",
)  # fmt: skip

ESTIMATES = ("n", "within", "sooner", "later", "error", "off")


def _csv(rows: list[Json]) -> web.Response:
    text = io.StringIO()
    exits = sorted({exit for row in rows for exit in row["exits"]})
    writer = csv.writer(text)
    writer.writerow([*COLUMNS, *(f"estimates_{column}" for column in ESTIMATES), *exits])
    for row in rows:
        cells = [row[column] for column in COLUMNS]
        told = [row["estimates"][column] for column in ESTIMATES]
        writer.writerow([*cells, *told, *(row["exits"].get(exit, 0) for exit in exits)])
    headers = {"Content-Disposition": 'attachment; filename="figures.csv"'}
    return web.Response(text=text.getvalue(), content_type="text/csv", headers=headers)
