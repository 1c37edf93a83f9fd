"""Reading the facts: what is over, by time (`kernel.core.Fact`). Ids only."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from sqlalchemy import select

from centralino.db.engine import Database
from centralino.db.tables import facts
from kernel.codec import from_body, name_of

F = TypeVar("F")


async def read_facts(
    database: Database,
    centre: str,
    kind: type[F],
    since: float,
    until: float,
    clients: Collection[str] | None = None,
) -> list[F]:
    """The facts of one message type written from `since` until before `until` (UTC seconds), in
    order; of these clients, or of all. Raises UnknownMessage, MalformedMessage."""
    query = select(facts.c.type, facts.c.v, facts.c.body).where(
        facts.c.centre == centre,
        facts.c.type == name_of(kind)[0],
        facts.c.at >= since,
        facts.c.at < until,
    )
    if clients is not None:
        query = query.where(facts.c.client.in_(clients))
    async with database.read() as connection:
        rows = (await connection.execute(query.order_by(facts.c.id))).all()
    found = (from_body(row.type, row.v, row.body) for row in rows)
    return [fact for fact in found if isinstance(fact, kind)]
