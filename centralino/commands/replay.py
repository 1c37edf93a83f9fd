"""`centralino replay`: what was said in a call, what was decided, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.console import Console

from centralino.config.model import Config
from centralino.content.messages import Transcript
from centralino.content.store import TRANSCRIPT, ContentStore
from centralino.db.calls import CallHistory, CallRow
from centralino.db.engine import Database
from centralino.db.journal import JournalRow, read_journal
from centralino.errors import StartRefused
from kernel.packet import TranscriptLine

DIALOGUE = "dialogue"


@dataclass(frozen=True)
class Moment:
    """One thing that happened in a call."""

    at: float
    who: str
    """`bot`, `caller`, `decided`, or the room whose machine moved."""
    text: str


async def replay(config: Config, call: str) -> None:
    """Print the call in order. Raises StartRefused where there is no such call."""
    console = Console(highlight=False, soft_wrap=True)
    async with Database(config.database_url) as database:
        row = await CallHistory(database, config.centre).get(call, None)
        if row is None:
            raise StartRefused(f"there is no call {call!r} in {config.database_url}")
        kept = await ContentStore(database, config.centre).get(call, TRANSCRIPT, None)
        rows = await read_journal(database, config.centre, call=call)
    console.print(headline(row), markup=False)
    lines = kept.lines if isinstance(kept, Transcript) else ()
    if kept is None:
        console.print("what was said is not kept any longer", style="yellow")
    for moment in moments(lines, rows):
        style = "green" if moment.who == "decided" else None
        told = f"{moment.at - row.started:+8.2f}  {moment.who:<10} {moment.text}"
        console.print(told, markup=False, style=style)


def headline(row: CallRow) -> str:
    """The call in one line."""
    queue = f", queue {row.queue}" if row.queue else ""
    ended = f"{row.outcome} ({row.cause})" if row.outcome else "goes on"
    return f"{row.id}  line {row.line}, {ended}, about {row.intent or 'nothing'}{queue}"


def moments(lines: Iterable[TranscriptLine], rows: Iterable[JournalRow]) -> list[Moment]:
    """What was said and what moved, in the order in which it happened."""
    said = [Moment(line.at, line.who, _said(line)) for line in lines]
    return sorted([*said, *_moved(rows)], key=lambda moment: moment.at)


def _moved(rows: Iterable[JournalRow]) -> Iterator[Moment]:
    for row in rows:
        decided = row.room == DIALOGUE
        subject = "" if decided else f"{row.subject}: "
        why = f"   because {row.why}" if row.why else ""
        moved = f"{subject}{row.from_state or 'new'} → {row.to_state}{why}"
        yield Moment(row.at, "decided" if decided else row.room, moved)


def _said(line: TranscriptLine) -> str:
    heard = f" ({line.confidence:.2f})" if line.confidence is not None else ""
    meant = f" [{line.intent}]" if line.intent else ""
    return f"{line.text}{heard}{meant}"
