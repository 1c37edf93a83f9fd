"""The ledger on a database: one transaction a batch, and the journal numbered without a gap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, text

from centralino.db.engine import Database
from centralino.db.tables import facts, journal, journal_heads, outbox, state
from kernel.codec import encode, from_body
from kernel.core import Change, Drop, Fact, Put, Transition
from kernel.journal import Batch, Outgoing

_STATE_KEY = ("centre", "room", "tbl", "key")
_NEWER = {column: text(f"excluded.{column}") for column in ("client", "type", "v", "body")}


class SqlLedger:
    """`kernel.journal.Ledger` for one centre. Raises SQLAlchemy's errors: a ledger that cannot
    write stops its driver, because nothing may be sent then."""

    def __init__(self, database: Database, centre: str) -> None:
        self.database = database
        self.centre = centre

    async def commit(self, batch: Batch) -> None:
        """Write it all or nothing."""
        await self.database.transact(lambda connection: self.write_in(connection, batch))

    def write_in(self, connection: Connection, batch: Batch) -> None:
        """Write it in a transaction that may have more to write."""
        dropped, put = net(batch.changes)
        moves = [change for change in batch.changes if isinstance(change, Transition)]
        told = [change for change in batch.changes if isinstance(change, Fact)]
        if dropped:
            self._drop(connection, batch.room, dropped)
        if put:
            rows = [self._state_row(batch.room, change) for change in put]
            connection.execute(self.database.upsert(state, _STATE_KEY, {**_NEWER}), rows)
        self._append(connection, batch, moves)
        if told:
            connection.execute(insert(facts), [self._fact_row(batch, fact) for fact in told])

    async def confirm(self, room: str, ids: Sequence[str]) -> None:
        """Forget these commands."""
        if not ids:
            return
        mine = (outbox.c.centre == self.centre, outbox.c.room == room, outbox.c.id.in_(ids))
        async with self.database.write() as connection:
            await connection.execute(delete(outbox).where(*mine))

    async def unconfirmed(self, room: str) -> list[Outgoing]:
        """Commands not confirmed, oldest first. Raises UnknownMessage, MalformedMessage."""
        query = (
            select(outbox.c.id, outbox.c.at, outbox.c.type, outbox.c.v, outbox.c.body)
            .where(outbox.c.centre == self.centre, outbox.c.room == room)
            .order_by(outbox.c.position)
        )
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [
            Outgoing(row.id, room, row.at, from_body(row.type, row.v, row.body)) for row in rows
        ]

    async def records(self, room: str, table: str) -> list[object]:
        """Every record of a state table, in the order of their first put. Raises UnknownMessage,
        MalformedMessage."""
        query = (
            select(state.c.type, state.c.v, state.c.body)
            .where(state.c.centre == self.centre, state.c.room == room, state.c.tbl == table)
            .order_by(state.c.id)
        )
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [from_body(row.type, row.v, row.body) for row in rows]

    def _drop(self, connection: Connection, room: str, dropped: set[tuple[str, str]]) -> None:
        statement = delete(state).where(
            state.c.centre == self.centre,
            state.c.room == room,
            state.c.tbl == bindparam("of_table"),
            state.c.key == bindparam("of_key"),
        )
        rows = [{"of_table": table, "of_key": key} for table, key in sorted(dropped)]
        connection.execute(statement, rows)

    def _append(self, connection: Connection, batch: Batch, moves: list[Transition]) -> None:
        if moves:
            first = self._numbers(connection, len(moves))
            rows = [self._journal_row(first + n, batch.at, move) for n, move in enumerate(moves)]
            connection.execute(insert(journal), rows)
        if batch.commands:
            commands = [self._command_row(command) for command in batch.commands]
            connection.execute(insert(outbox), commands)

    def _numbers(self, connection: Connection, count: int) -> int:
        """Take `count` journal numbers; the first of them."""
        later = {"last": journal_heads.c.last + count}
        statement = self.database.upsert(journal_heads, ("centre",), later)
        row = {"centre": self.centre, "last": count}
        result = connection.execute(statement.returning(journal_heads.c.last), row)
        return int(result.scalar_one()) - count + 1

    def _state_row(self, room: str, change: Put) -> dict[str, Any]:
        where = {"centre": self.centre, "room": room, "tbl": change.table, "key": change.key}
        return {**where, "client": client_of(change.record), **encode(change.record)}

    def _command_row(self, command: Outgoing) -> dict[str, Any]:
        return {
            "id": command.id,
            "centre": self.centre,
            "client": client_of(command.command),
            "room": command.room,
            "at": command.at,
            **encode(command.command),
        }

    def _fact_row(self, batch: Batch, fact: Fact) -> dict[str, Any]:
        where = {"centre": self.centre, "client": fact.client, "room": batch.room}
        return {**where, "at": batch.at, **encode(fact.record)}

    def _journal_row(self, seq: int, at: float, move: Transition) -> dict[str, Any]:
        return {
            "centre": self.centre,
            "seq": seq,
            "client": move.client or "",
            "at": at,
            "room": move.room,
            "call": move.call,
            "subject": move.subject,
            "from_state": move.from_state,
            "to_state": move.to_state,
            "why": move.why,
        }


def client_of(record: object) -> str:
    """The client that a record is about, if it has one."""
    return str(getattr(record, "client", None) or "")


def net(changes: Sequence[Change]) -> tuple[set[tuple[str, str]], list[Put]]:
    """What a sequence of puts and drops comes to: rows to delete, then rows to put, in order.

    A row dropped and put again is both, so it goes to the end, as in a dict.
    """
    dropped: set[tuple[str, str]] = set()
    put: dict[tuple[str, str], Put] = {}
    for change in changes:
        if isinstance(change, Put):
            put[change.table, change.key] = change
        elif isinstance(change, Drop):
            put.pop((change.table, change.key), None)
            dropped.add((change.table, change.key))
    return dropped, list(put.values())
