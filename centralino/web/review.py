"""Doubtful sentences of the last days: looked at, given an intent, measured, undone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from aiohttp import web
from pydantic import Field

from centralino.content.messages import Notes, Transcript
from centralino.content.store import NOTES, TRANSCRIPT
from centralino.db.calls import CallFilter, CallRow
from centralino.errors import CentralinoError
from centralino.review.desk import Lesson, Progress, ReviewDesk
from centralino.review.finding import Doubt, but_those_like, doubts, example_of, in_order
from centralino.users.permissions import Action, may, visible
from centralino.web.errors import Refusal, not_found
from centralino.web.history import content
from centralino.web.parts import DAY
from centralino.web.requests import Body, ok, parts_of, read, who, whole
from centralino.web.views import Json
from kernel.packet import TranscriptLine
from voicebot.errors import VoicebotError

LONGEST_LOOK = 30
"""Days back at most."""
MOST_CALLS = 1000
PAGE = 200
MOST_SHOWN = 100


class Seen(Body):
    """A sentence of a call."""

    call: str = Field(max_length=64)
    at: float
    """Of the line in the call's transcript."""


class NewLesson(Seen):
    """A sentence and what it means."""

    intent: str = Field(max_length=64)
    text: str = Field(min_length=1, max_length=200)


class Undo(Body):
    """The newest lesson of a bot is taken back."""

    bot: str = Field(max_length=64)


async def doubtful(request: web.Request) -> web.Response:
    """GET /api/review?days=7: misrouted and unsure sentences, with what each bot knows."""
    parts = parts_of(request)
    desk = _desk(request)
    doubted = [doubt for row in await _rows(request) for doubt in await _doubts(request, row)]
    seen = {(lesson.call, lesson.said) for bot in _bots(request) for lesson in desk.lessons(bot)}
    seen = seen.union(*(desk.left(bot) for bot in _bots(request)))
    found = in_order(but_those_like(doubted, seen))
    bots = {bot: await asyncio.to_thread(desk.titles, bot) for bot in _bots(request)}
    listed = [
        _json(doubt, parts.config.bot_of(doubt.line, doubt.language))
        for doubt in found[:MOST_SHOWN]
    ]
    lessons = {bot: len(desk.lessons(bot)) for bot in bots}
    return ok({"doubts": listed, "bots": bots, "lessons": lessons, "more": len(found) > MOST_SHOWN})


async def progress(request: web.Request) -> web.Response:
    """GET /api/review/progress: how far the last change is, with figures before and after."""
    return ok(_progress_json(_desk(request).progress))


async def teach(request: web.Request) -> web.Response:
    """POST /api/review/teach: this sentence means that."""
    parts, me = parts_of(request), who(request)
    body = await read(request, NewLesson)
    row = await parts.calls.get(body.call, visible(me, Action.TEACH))
    said = await _line(request, row, body.at) if row else None
    if row is None or said is None:
        raise not_found()
    bot = parts.config.bot_of(row.line, said.language)
    text = example_of(body.text).lower()
    lesson = Lesson(parts.clock.now(), me.user, body.intent, text, row.id, body.at)
    await _change(_desk(request).teach(bot, lesson))
    return ok(_progress_json(_desk(request).progress))


async def leave(request: web.Request) -> web.Response:
    """POST /api/review/leave: nothing is to be learned from this sentence."""
    parts = parts_of(request)
    body = await read(request, Seen)
    row = await parts.calls.get(body.call, visible(who(request), Action.TEACH))
    said = await _line(request, row, body.at) if row else None
    if row is None or said is None:
        raise not_found()
    bot = parts.config.bot_of(row.line, said.language)
    await asyncio.to_thread(_desk(request).leave, bot, row.id, body.at)
    return ok({})


async def undo(request: web.Request) -> web.Response:
    """POST /api/review/undo: the newest lesson of a bot, as if it had not been."""
    body = await read(request, Undo)
    if body.bot not in _bots(request):
        raise not_found()
    await _may_undo(request, body.bot)
    await _change(_desk(request).undo(body.bot))
    return ok(_progress_json(_desk(request).progress))


async def _change(change: Awaitable[object]) -> None:
    try:
        await change
    except (CentralinoError, VoicebotError) as problem:
        raise Refusal(409, "not_taught", str(problem)) from None


def _desk(request: web.Request) -> ReviewDesk:
    desk = parts_of(request).review
    if desk is None:
        raise not_found()
    return desk


def _bots(request: web.Request) -> list[str]:
    """The bots of lines whose calls this user may teach from; a bot is one, whoever uses it."""
    config, clients = parts_of(request).config, visible(who(request), Action.TEACH)
    return sorted(
        {
            bot for line, bots in config.bots.items() for bot in bots.values()
            if clients is None or config.line_clients.get(line) in clients
        }
    )  # fmt: skip


async def _may_undo(request: web.Request, bot: str) -> None:
    """A bot may be several clients': nobody takes back what was learned from another's call."""
    parts, me = parts_of(request), who(request)
    clients = visible(me, Action.TEACH)
    for last in _desk(request).lessons(bot)[-1:]:
        own = clients is None or last.by == me.user
        if not own and await parts.calls.get(last.call, clients) is None:
            raise Refusal(
                409, "not_yours",
                "The newest lesson is of another client's call: who taught it takes it back.",
            )  # fmt: skip


async def _rows(request: web.Request) -> list[CallRow]:
    """The calls of the last days whose content may be seen, newest first."""
    parts, me = parts_of(request), who(request)
    days = whole(request, "days", 7, LONGEST_LOOK)
    since = CallFilter(since=parts.clock.now() - days * DAY)
    clients, rows = visible(me, Action.TEACH), list[CallRow]()
    while len(rows) < MOST_CALLS:
        before = rows[-1].cursor if rows else None
        page = await parts.calls.list(clients, limit=PAGE, before=before, filters=since)
        rows += page
        if len(page) < PAGE:
            break
    return [row for row in rows if may(me, Action.SEE_CONTENT, row.client)]


async def _doubts(request: web.Request, row: CallRow) -> list[Doubt]:
    parts = parts_of(request)
    said = await content(parts, row, TRANSCRIPT)
    if not isinstance(said, Transcript):
        return []
    notes = await content(parts, row, NOTES)
    return doubts(row, said.lines, notes if isinstance(notes, Notes) else None)


async def _line(request: web.Request, row: CallRow, at: float) -> TranscriptLine | None:
    said = await content(parts_of(request), row, TRANSCRIPT)
    lines = said.lines if isinstance(said, Transcript) else ()
    return next((line for line in lines if line.at == at and line.who == "caller"), None)


def _example(doubt: Doubt) -> str:
    return example_of(doubt.text).lower()


def _json(doubt: Doubt, bot: str) -> Json:
    return {
        "call": doubt.call, "at": doubt.at, "offset": doubt.offset, "text": doubt.text,
        "example": _example(doubt), "intent": doubt.intent,
        "confidence": doubt.confidence, "misrouted": doubt.misrouted, "queue": doubt.queue,
        "bot": bot, "recording": f"/api/calls/{doubt.call}/recording.wav",
    }  # fmt: skip


FIGURES = ("accuracy", "macro_f1", "oos_recall", "ece", "sentences")


def _progress_json(progress: Progress) -> Json:
    """Figures side by side, and the sentences of which the judgement changed."""
    before, after = progress.before or {}, progress.after or {}
    was, now = before.get("wrong", {}), after.get("wrong", {})
    lesson = progress.lesson
    return {
        "bot": progress.bot, "what": progress.what, "busy": progress.busy,
        "problem": progress.problem,
        "lesson": None if lesson is None else {"intent": lesson.intent, "text": lesson.text},
        "before": {key: before.get(key) for key in FIGURES} if before else None,
        "after": {key: after.get(key) for key in FIGURES} if after else None,
        "mended": sorted(was.keys() - now.keys()) if before and after else [],
        "broken": sorted(now.keys() - was.keys()) if before and after else [],
    }  # fmt: skip
