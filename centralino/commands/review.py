"""`centralino nlu review`: doubtful sentences of the last days, and teaching in the terminal."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from centralino.config.model import Config
from centralino.content.messages import Notes, Transcript
from centralino.content.store import NOTES, TRANSCRIPT, ContentStore
from centralino.db.calls import CallFilter, CallHistory, CallRow
from centralino.db.engine import Database
from centralino.review.apart import Figures, measure_apart
from centralino.review.desk import Lesson, Progress, ReviewDesk
from centralino.review.finding import Doubt, doubts, in_order

DAY = 86_400.0
MOST_CALLS = 1000
FIGURES = ("accuracy", "macro_f1", "oos_recall", "ece")


async def show_doubtful(config: Config, bot: str, days: int, limit: int) -> None:
    """Print what to look at, the most doubtful first."""
    lines = {line.number: line for line in config.lines if bot in line.bots.values()}
    async with Database(config.database_url) as database:
        history = CallHistory(database, config.centre)
        contents = ContentStore(database, config.centre)
        since = CallFilter(since=time.time() - days * DAY)
        rows = await history.list(None, limit=MOST_CALLS, filters=since)
        theirs = [(lines[row.line], row) for row in rows if row.line in lines]
        found = [
            doubt for line, row in theirs for doubt in await _doubts(contents, row)
            if line.bots.get(doubt.language or "", line.bot) == bot
        ]  # fmt: skip
    console = Console(highlight=False)
    table = Table("sure", "taken as", "heard", "call")
    for doubt in in_order(found)[:limit]:
        sure = "misrouted" if doubt.misrouted else f"{doubt.confidence:.2f}"
        table.add_row(sure, doubt.intent, doubt.text, doubt.call)
    console.print(table if found else f"nothing doubtful in the last {days} days")
    if found:
        console.print("teach: centralino nlu review --teach 'the sentence' --intent NAME")


async def _doubts(contents: ContentStore, row: CallRow) -> list[Doubt]:
    said = await contents.get(row.id, TRANSCRIPT, None)
    notes = await contents.get(row.id, NOTES, None)
    lines = said.lines if isinstance(said, Transcript) else ()
    return doubts(row, lines, notes if isinstance(notes, Notes) else None)


async def teach(config: Config, bot: str, text: str, intent: str) -> None:
    """Write the sentence into nlu.yml; show what it changed. Raises StartRefused, BotError."""
    desk = _desk(config)
    await desk.teach(bot, Lesson(time.time(), "terminal", intent, text))
    _show(await desk.settled())


async def undo(config: Config, bot: str) -> None:
    """Take the newest lesson back. Raises StartRefused, BotError."""
    desk = _desk(config)
    lesson = await desk.undo(bot)
    Console().print(f"undone: {lesson.text!r} as {lesson.intent}", highlight=False)
    _show(await desk.settled())


def _desk(config: Config) -> ReviewDesk:
    measure = partial(measure_apart, models_dir=config.speech.models_dir)
    return ReviewDesk(Path(config.bots_folder), config.state_dir, measure)


def _show(progress: Progress) -> None:
    console = Console(highlight=False)
    if progress.problem:
        console.print(progress.problem, style="red")
    table = Table("on the evaluation set", "before", "after")
    for name in FIGURES:
        table.add_row(name, _figure(progress.before, name), _figure(progress.after, name))
    console.print(table)


def _figure(figures: Figures | None, name: str) -> str:
    value = figures.get(name) if figures else None
    return "–" if value is None else f"{value:.3f}"
