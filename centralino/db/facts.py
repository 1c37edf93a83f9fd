"""Reading the facts: what is over, by time (`kernel.core.Fact`). Ids only."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, delete, func, select

from centralino.db.engine import Database
from centralino.db.tables import facts, journal
from kernel.codec import from_body, name_of

F = TypeVar("F")


class FactBook:
    """The facts of one centre. Times are UTC seconds; `clients` None is every client."""

    def __init__(self, database: Database, centre: str) -> None:
        self._database = database
        self._centre = centre

    async def read(
        self, kind: type[F], since: float, until: float, clients: Collection[str] | None = None
    ) -> list[F]:
        """The facts of one message type written from `since` until before `until`, in order.

        Raises UnknownMessage, MalformedMessage.
        """
        where = [facts.c.type == name_of(kind)[0]]
        if clients is not None:
            where.append(facts.c.client.in_(clients))
        found = await self._read(where, since, until)
        return [fact for fact in found if isinstance(fact, kind)]

    async def read_all(self, kinds: tuple[type, ...], since: float, until: float) -> list[object]:
        """The facts of several message types, of all clients, in the order of their writing."""
        names = [name_of(kind)[0] for kind in kinds]
        return await self._read([facts.c.type.in_(names)], since, until)

    async def _read(
        self, where: Sequence[ColumnElement[bool]], since: float, until: float
    ) -> list[object]:
        query = select(facts.c.type, facts.c.v, facts.c.body).where(
            facts.c.centre == self._centre, facts.c.at >= since, facts.c.at < until, *where
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query.order_by(facts.c.id))).all()
        # In a thread: a month of a large centre is a second's work, and calls do not wait for it.
        return await asyncio.to_thread(
            lambda: [from_body(row.type, row.v, row.body) for row in rows]
        )

    async def last(self, kind: type, before: float) -> float | None:
        """When the last one of a message type before this time was written; None: never."""
        query = select(func.max(facts.c.at)).where(
            facts.c.centre == self._centre, facts.c.type == name_of(kind)[0], facts.c.at < before
        )
        async with self._database.read() as connection:
            found = (await connection.execute(query)).scalar_one()
        return None if found is None else float(found)

    async def forget(self, kinds: tuple[type, ...], before: float) -> None:
        """Delete facts of these message types that were written before this time."""
        names = [name_of(kind)[0] for kind in kinds]
        old = delete(facts).where(
            facts.c.centre == self._centre, facts.c.type.in_(names), facts.c.at < before
        )
        async with self._database.write() as connection:
            await connection.execute(old)

    async def moves(
        self,
        room: str,
        subject: str,
        before: str,
        after: str,
        since: float,
        until: float,
        clients: Collection[str] | None = None,
    ) -> int:
        """How often a kind of subject of a room (`call`, of `call:c-1`) moved from one state to
        another: to check facts by."""
        query = select(func.count()).where(
            journal.c.centre == self._centre,
            journal.c.room == room,
            journal.c.subject.startswith(f"{subject}:", autoescape=True),
            journal.c.from_state == before,
            journal.c.to_state == after,
            journal.c.at >= since,
            journal.c.at < until,
        )
        if clients is not None:
            query = query.where(journal.c.client.in_(clients))
        async with self._database.read() as connection:
            return int((await connection.execute(query)).scalar_one())
