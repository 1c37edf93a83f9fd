"""Reading the journal: what moved, when and why. Ids only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, select

from centralino.db.calls import Clients
from centralino.db.engine import Database
from centralino.db.tables import calls, journal


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
