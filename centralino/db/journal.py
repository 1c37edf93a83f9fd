"""Reading the journal: what moved, when and why. Ids only."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from centralino.db.calls import Clients
from centralino.db.engine import Database
from centralino.db.tables import calls, journal, journal_heads, state
from kernel.codec import from_body


@dataclass(frozen=True)
class JournalRow:
    """One move of one state machine."""

    seq: int
    """1, 2, 3 … within the centre, without a gap."""
    at: float
    room: str
    call: str | None
    client: str
    subject: str
    from_state: str
    to_state: str
    why: str


_COLUMNS = [journal.c[name] for name in JournalRow.__dataclass_fields__]


async def read_journal(
    database: Database, centre: str, after: int = 0, limit: int = 1000, call: str | None = None
) -> list[JournalRow]:
    """Rows with a number above `after`, in order; of one call, where one is named."""
    query = select(*_COLUMNS).where(journal.c.centre == centre, journal.c.seq > after)
    if call is not None:
        query = query.where(journal.c.call == call)
    async with database.read() as connection:
        rows = (await connection.execute(query.order_by(journal.c.seq).limit(limit))).all()
    return [JournalRow(*row) for row in rows]


async def read_room(
    database: Database,
    centre: str,
    room: str,
    span: tuple[float, float],
    lines: Collection[str],
    clients: Clients,
    limit: int = 200_000,
) -> list[JournalRow]:
    """What a room's machines did in calls of these lines that began in a span of time.

    Each call's rows stand together, in order; the oldest calls first.
    """
    theirs = and_(calls.c.centre == journal.c.centre, calls.c.id == journal.c.call)
    query = (
        select(*_COLUMNS)
        .join_from(journal, calls, theirs)
        .where(
            journal.c.centre == centre,
            journal.c.room == room,
            calls.c.line.in_(sorted(lines)),
            calls.c.started >= span[0],
            calls.c.started < span[1],
        )
    )
    if clients is not None:
        query = query.where(calls.c.client.in_(sorted(clients)))
    ordered = query.order_by(calls.c.started, calls.c.id, journal.c.seq).limit(limit)
    async with database.read() as connection:
        return [JournalRow(*row) for row in (await connection.execute(ordered)).all()]


@dataclass(frozen=True)
class Page:
    """The next rows of one room that somebody may see."""

    rows: list[JournalRow]
    upto: int
    """All rows up to this number were looked at."""
    at: float
    """UTC seconds of that row; 0 before the first one."""
    head: int
    """The newest number."""


@dataclass(frozen=True)
class Rows:
    """The rows of a room's state tables, and the number of the journal's row that made them so."""

    seq: int
    at: float
    records: list[object]


class Followed:
    """One room's journal, for readers who follow it from a number on."""

    def __init__(self, database: Database, centre: str, room: str) -> None:
        self._database = database
        self._centre = centre
        self._room = room

    async def page(self, after: int, clients: Clients = None, most: int = 1000) -> Page:
        """What follows number `after`, looking at `most` numbers of the centre at most.

        A client is told nothing of another's calls: not the id of one that its agent serves.
        """
        async with self._database.read() as connection:
            head = await self._head(connection)
            upto = max(after, min(head, after + most))
            found = (await connection.execute(self._query(after, upto, clients))).all()
            at = await self._time_of(connection, upto)
        return Page([JournalRow(*row) for row in found], upto, at or 0.0, head)

    def _query(self, after: int, upto: int, clients: Clients) -> Select[Any]:
        columns: list[ColumnElement[Any]] = list(_COLUMNS)
        theirs = and_(calls.c.centre == journal.c.centre, calls.c.id == journal.c.call)
        query = select(*columns)
        if clients is not None:
            allowed = sorted(clients)
            hidden = and_(
                journal.c.subject.startswith("agent"),
                or_(calls.c.client.is_(None), calls.c.client.not_in(allowed)),
            )
            named = [case((hidden, None), else_=c) if c.name == "call" else c for c in columns]
            query = (
                select(*named)
                .join_from(journal, calls, theirs, isouter=True)
                .where(journal.c.client.in_(allowed))
            )
        return query.where(
            journal.c.centre == self._centre, journal.c.room == self._room,
            journal.c.seq > after, journal.c.seq <= upto,
        ).order_by(journal.c.seq)  # fmt: skip

    async def time_of(self, seq: int) -> float | None:
        """When the row with this number was written; None where there is none."""
        async with self._database.read() as connection:
            return await self._time_of(connection, seq)

    async def now(self) -> Rows:
        """Where everything is. Raises UnknownMessage, MalformedMessage."""
        of_room = and_(state.c.centre == journal_heads.c.centre, state.c.room == self._room)
        query = (  # one statement, so that number and rows are of one moment on any database
            select(journal_heads.c.last, state.c.type, state.c.v, state.c.body)
            .join_from(journal_heads, state, of_room, isouter=True)
            .where(journal_heads.c.centre == self._centre)
        )
        async with self._database.read() as connection:
            found = (await connection.execute(query)).all()
            seq = found[0].last if found else 0
            at = await self._time_of(connection, seq)
        # In a thread: the rows of a large centre are a second's work, and calls do not wait for it.
        records = await asyncio.to_thread(
            lambda: [from_body(row.type, row.v, row.body) for row in found if row.type]
        )
        return Rows(seq, at or 0.0, records)

    async def _head(self, connection: AsyncConnection) -> int:
        query = select(journal_heads.c.last).where(journal_heads.c.centre == self._centre)
        return int((await connection.execute(query)).scalar_one_or_none() or 0)

    async def _time_of(self, connection: AsyncConnection, seq: int) -> float | None:
        mine = and_(journal.c.centre == self._centre, journal.c.seq == seq)
        found = (await connection.execute(select(journal.c.at).where(mine))).scalar_one_or_none()
        return None if found is None else float(found)
