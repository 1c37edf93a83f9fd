"""Reading the journal: what moved, when and why. Ids only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from centralino.db.engine import Database
from centralino.db.tables import journal


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
