"""The call history: the list, one call, its recording, its notes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import structlog
from aiohttp import web
from pydantic import Field

from centralino.content.errors import ContentError, Erased
from centralino.content.messages import Notes, Transcript
from centralino.content.packets import read_packet
from centralino.content.store import CALLER, NOTES, PACKET, TRANSCRIPT
from centralino.db.calls import CallFilter, CallRow, Cursor, Outcome
from centralino.users.permissions import Action, visible
from centralino.users.types import SignedIn
from centralino.web.access import in_, may_read, shown_caller
from centralino.web.errors import Refusal, not_found, told_why
from centralino.web.live import LIVE
from centralino.web.names import Names
from centralino.web.parts import WebParts
from centralino.web.ranges import read_range
from centralino.web.requests import AgainAt, Body, ok, parts_of, read, who, whole
from centralino.web.views import (
    Json,
    call_figures_json,
    call_json,
    journey_json,
    lines_json,
    notes_json,
)
from kernel.codec import to_body
from kernel.packet import Packet

log = structlog.get_logger()
LONGEST_PAGE = 200
OPEN = "open"


class NewNotes(Body):
    """What an agent writes about a call."""

    text: str = Field(default="", max_length=4000)
    disposition: str = Field(default="", max_length=64)
    again_at: AgainAt = 0.0
    """UTC seconds at which somebody of a campaign is to be called again, where that was agreed."""


# --- the list


async def calls(request: web.Request) -> web.Response:
    """GET /api/calls: newest first; `before` of the answer asks for the page after it."""
    parts, me = parts_of(request), who(request)
    limit = whole(request, "limit", 50, LONGEST_PAGE)
    rows = await _rows(request, limit)
    names = await request.app[LIVE].names()
    listed = [await _listed(parts, me, row, names) for row in rows]
    last = rows[-1].cursor if len(rows) == limit else None
    return ok({"calls": listed, "before": f"{last[0]!r}:{last[1]}" if last else None})


async def _rows(request: web.Request, limit: int) -> list[CallRow]:
    parts, me, query = parts_of(request), who(request), request.query
    clients = visible(me, Action.SEE_CALLS)
    filters = _filters(request)
    # Who sees no client's calls as a whole, or asks for his own, gets those that he took himself.
    if clients == frozenset() or query.get("mine"):
        clients, filters = visible(me, Action.SEE_OWN_CALLS), replace(filters, agent=me.user)
    if query.get("outcome") == OPEN:
        rows = await parts.calls.open_calls()
        return [row for row in rows if _fits(row, clients, filters)][:limit]
    return await parts.calls.list(
        clients, limit=limit, before=_cursor(query.get("before")), filters=filters
    )


def _fits(row: CallRow, clients: frozenset[str] | None, filters: CallFilter) -> bool:
    """The same filter for calls that go on now; there are as many as there are lines busy."""
    wanted = ((filters.line, row.line), (filters.agent, row.agent), (filters.queue, row.queue))
    return in_(row.client, clients) and all(want in (None, has) for want, has in wanted)


def _filters(request: web.Request) -> CallFilter:
    query = request.query
    outcome = query.get("outcome")
    try:
        return CallFilter(
            line=query.get("line") or None,
            queue=query.get("queue") or None,
            agent=query.get("agent") or None,
            outcome=Outcome(outcome) if outcome and outcome != OPEN else None,
            since=float(query["since"]) if query.get("since") else None,
            until=float(query["until"]) if query.get("until") else None,
        )
    except ValueError as error:
        raise Refusal(400, "bad_query", str(error)) from None


def _cursor(given: str | None) -> Cursor | None:
    if not given:
        return None
    at, _, call = given.partition(":")
    try:
        return float(at), call
    except ValueError:
        raise Refusal(400, "bad_query", "before: not a page of ours.") from None


async def _listed(parts: WebParts, me: SignedIn, row: CallRow, names: Names) -> Json:
    caller = shown_caller(me, row.client, await _caller(parts, row))
    listed = call_json(row, caller, names.of)
    if row.agent == me.user:
        notes = await content(parts, row, NOTES)
        listed["disposition"] = notes.disposition if isinstance(notes, Notes) else ""
    return listed


async def _caller(parts: WebParts, row: CallRow) -> str:
    caller = await content(parts, row, CALLER)
    if isinstance(caller, bytes):
        return caller.decode(errors="replace")
    packet = await content(parts, row, PACKET)
    return packet.caller if isinstance(packet, Packet) else ""


async def content(parts: WebParts, row: CallRow, kind: str) -> object | None:
    """Content of a call that may be read."""
    return await parts.content(row.id, kind, frozenset({row.client}))


# --- one call


async def call(request: web.Request) -> web.Response:
    """GET /api/calls/{call}: everything that is kept of it."""
    parts, me = parts_of(request), who(request)
    row = await _readable(request, Action.SEE_CONTENT)
    names = await request.app[LIVE].names()
    caller = shown_caller(me, row.client, await _caller(parts, row))
    packet = await read_packet(parts.content, row.id, frozenset({row.client}))
    packet = replace(packet, caller=caller) if packet else None
    transcript = await content(parts, row, TRANSCRIPT)
    notes = await content(parts, row, NOTES)
    spoken = transcript if isinstance(transcript, Transcript) else None
    return ok(
        {
            "call": call_json(row, caller, names.of) | call_figures_json(row),
            "packet": to_body(packet) if packet else None,
            "transcript": lines_json(spoken, packet),
            "journey": journey_json(await parts.journey(row.id), names.of),
            "notes": notes_json(notes if isinstance(notes, Notes) else None),
            "may_note": row.agent == me.user,
            "recording": await _recording_json(parts, row),
        }
    )


async def _readable(request: web.Request, action: Action) -> CallRow:
    """The call's row, if this user may do `action` with it; otherwise it is not there."""
    row = await parts_of(request).calls.get(request.match_info["call"], None)
    if row is None or not may_read(who(request), row, action):
        raise not_found()
    return row


async def _recording_json(parts: WebParts, row: CallRow) -> Json | None:
    key = await parts.contents.sound_key(row.id, frozenset({row.client}))
    if key is None or not parts.sounds.has(row.id):
        return None
    try:
        info = await asyncio.to_thread(parts.sounds.info, row.id)
    except ContentError as error:
        log.error("web.recording_unreadable", call=row.id, problem=str(error))
        return None
    return {"url": f"/api/calls/{row.id}/recording.wav", "seconds": info.seconds}


async def write_notes(request: web.Request) -> web.Response:
    """PUT /api/calls/{call}/notes: by the agent who has, or had, the call."""
    parts, me = parts_of(request), who(request)
    body = await read(request, NewNotes)
    row = await parts.calls.get(request.match_info["call"], visible(me, Action.WORK))
    if row is None or not _has_it(parts, me, row):
        raise not_found()
    choices = await parts.choices(row)
    known = choices.dispositions if choices else parts.config.dispositions
    if body.disposition and body.disposition not in known:
        raise Refusal(400, "bad_body", "disposition: not one of this centre's.")
    now = parts.clock.now()
    notes = Notes(me.user, now, body.text, body.disposition)
    try:
        await parts.contents.put(
            row.id, NOTES, notes, client=row.client,
            expires=row.started + parts.config.retention_seconds(row.line), now=now,
        )  # fmt: skip
    except Erased:
        raise Refusal(410, "erased", "This call was erased; nothing is kept of it.") from None
    if parts.talks is not None and choices is not None and body.disposition:
        with told_why():
            await parts.talks.dispose(row.id, body.disposition, me.user, body.again_at)
    request.app[LIVE].contacts.pop(me.user, None)
    return ok()


def _has_it(parts: WebParts, me: SignedIn, row: CallRow) -> bool:
    view = parts.desk.agent(me.user)
    return row.agent == me.user or (view is not None and view.call == row.id)


# --- the recording


async def recording(request: web.Request) -> web.StreamResponse:
    """GET /api/calls/{call}/recording.wav: two channels, with Range for the player."""
    parts = parts_of(request)
    row = await _readable(request, Action.HEAR_CALLS)
    key = await parts.contents.sound_key(row.id, frozenset({row.client}))
    if key is None or not parts.sounds.has(row.id):
        raise not_found()
    size = await asyncio.to_thread(parts.sounds.wav_size, row.id)
    span = read_range(request.headers.get("Range"), size)
    start, stop = (span.start, span.stop) if span else (0, size)
    response = web.StreamResponse(status=206 if span else 200)
    response.headers.update({"Content-Type": "audio/wav", "Accept-Ranges": "bytes"})
    if span:
        response.headers["Content-Range"] = span.content_range(size)
    response.content_length = stop - start
    await response.prepare(request)
    await _stream(response, parts.sounds.wav(row.id, key, start, stop))
    return response


async def _stream(response: web.StreamResponse, pieces: Iterator[bytes]) -> None:
    """Opened piece by piece in a thread, so that a long recording holds nobody up."""
    try:
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            await response.write(piece)
        await response.write_eof()
    except ConnectionError:
        log.debug("web.player_gone")  # a player that jumps leaves its request; nothing is wrong
