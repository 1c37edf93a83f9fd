"""The call history: who was served by whom, when and how it ended. Ids only.

What is told comes over the bus at least once, so telling it twice changes nothing. Reading for
somebody always names the clients that he may see.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, and_, or_, select, update

from centralino.db.engine import Database
from centralino.db.tables import calls

Clients = frozenset[str] | None
"""The clients whose rows may be seen; None is every client of the centre."""
Cursor = tuple[float, str]
Direction = Literal["inbound", "outbound"]
LOST = "lost"


class Outcome(StrEnum):
    """How a call ended, from the caller's side."""

    ANSWERED = "answered"
    TRANSFERRED = "transferred"
    ABANDONED = "abandoned"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    OVERFLOWED = "overflowed"
    REFUSED = "refused"
    FAILED = "failed"
    ACKNOWLEDGED = "acknowledged"
    HEARD = "heard"
    NOT_REACHED = "not_reached"
    INVALID = "invalid"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CallBegun:
    """What is known when a call begins."""

    id: str
    client: str
    line: str
    """The dialled line's name, not the caller's number."""
    direction: Direction
    started: float
    media: str
    epoch: str
    sip_call_id: str = ""
    caller_key: str = ""
    """By which a caller who comes again is known; empty: not known."""


@dataclass(frozen=True)
class CallUpdate:
    """What became known; None says nothing."""

    answered: float | None = None
    queue: str | None = None
    agent: str | None = None
    intent: str | None = None
    waited: float | None = None
    """Seconds in queues, all told."""
    sip_call_id: str | None = None
    turns: int | None = None
    latency_p50_ms: float | None = None
    latency_p95_ms: float | None = None


@dataclass(frozen=True)
class CallRow:
    """One call of the history."""

    id: str
    client: str
    line: str
    direction: Direction
    started: float
    answered: float | None
    ended: float | None
    outcome: Outcome | None
    cause: str | None
    queue: str | None
    agent: str | None
    intent: str | None
    waited: float | None
    media: str
    epoch: str
    sip_call_id: str
    turns: int | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None

    @property
    def cursor(self) -> Cursor:
        """Where the next page begins when this row ends one."""
        return (self.started, self.id)


@dataclass(frozen=True)
class CallFilter:
    """Which calls; None is any."""

    line: str | None = None
    queue: str | None = None
    agent: str | None = None
    outcome: Outcome | None = None
    direction: Direction | None = None
    since: float | None = None
    """Begun at or after."""
    until: float | None = None
    """Begun before."""


_COLUMNS = [calls.c[field.name] for field in fields(CallRow)]


Rows = list[CallRow]
Conditions = list[ColumnElement[bool]]


class CallHistory:
    """The calls of one centre."""

    def __init__(self, database: Database, centre: str) -> None:
        self.database = database
        self.centre = centre

    async def begin(self, begun: CallBegun) -> bool:
        """A call began; False if it was known already."""
        row = {"centre": self.centre, **{f.name: getattr(begun, f.name) for f in fields(begun)}}
        statement = self.database.insert_new(calls, ("centre", "id")).returning(calls.c.id)
        async with self.database.write() as connection:
            return (await connection.execute(statement, row)).first() is not None

    async def update(self, call: str, change: CallUpdate) -> bool:
        """Something became known; False if the call is not. Also after its end."""
        values = {f.name: getattr(change, f.name) for f in fields(change)}
        return await self._set(call, {k: v for k, v in values.items() if v is not None})

    async def end(self, call: str, ended: float, outcome: Outcome, cause: str) -> bool:
        """The call is over. The first end stands: False if there was one, or no such call."""
        values = {"ended": ended, "outcome": outcome.value, "cause": cause}
        return await self._set(call, values, calls.c.ended.is_(None))

    async def get(self, call: str, clients: Clients) -> CallRow | None:
        """The call, if it is one of these clients'."""
        found = await self._select(1, calls.c.id == call, *_of(clients))
        return found[0] if found else None

    async def list(
        self,
        clients: Clients,
        *,
        limit: int = 50,
        before: Cursor | None = None,
        filters: CallFilter = CallFilter(),
    ) -> Rows:
        """Calls, newest first. The page after it is `before=` the last row's cursor."""
        return await self._select(limit, *_of(clients), *_conditions(filters), *_older(before))

    async def earlier(self, call: str, clients: Clients, limit: int = 5) -> Rows:
        """Earlier calls of the same caller to the same client, newest first."""
        mine = (calls.c.centre == self.centre, calls.c.id == call, *_of(clients))
        query = select(calls.c.client, calls.c.caller_key, calls.c.started).where(*mine)
        async with self.database.read() as connection:
            this = (await connection.execute(query)).first()
        if this is None or not this.caller_key:
            return []
        return await self._select(
            limit, calls.c.client == this.client, calls.c.caller_key == this.caller_key,
            calls.c.started < this.started, calls.c.id != call,
        )  # fmt: skip

    async def open_calls(self, media: str | None = None, epoch: str | None = None) -> Rows:
        """Calls begun and not ended, of this media process and this life of it where named."""
        conditions: Conditions = [calls.c.ended.is_(None)]
        if media is not None:
            conditions.append(calls.c.media == media)
        if epoch is not None:
            conditions.append(calls.c.epoch == epoch)
        return await self._select(None, *conditions)

    async def mark_lost(self, media: str, living: str | None, now: float) -> Rows:
        """Calls that died with an earlier life of `media`: failed, cause "lost".

        `living` is the epoch whose calls still go on, None if none does. Returns the lost calls.
        """
        conditions: Conditions = [
            calls.c.centre == self.centre,
            calls.c.media == media,
            calls.c.ended.is_(None),
        ]
        if living is not None:
            conditions.append(calls.c.epoch != living)
        values = {"ended": now, "outcome": Outcome.FAILED.value, "cause": LOST}
        statement = update(calls).where(*conditions).values(values).returning(*_COLUMNS)
        async with self.database.write() as connection:
            lost = [_row(row) for row in await connection.execute(statement)]
        return sorted(lost, key=lambda row: row.cursor)

    async def _set(
        self, call: str, values: dict[str, Any], *conditions: ColumnElement[bool]
    ) -> bool:
        if not values:
            return False
        mine = (calls.c.centre == self.centre, calls.c.id == call, *conditions)
        async with self.database.write() as connection:
            result = await connection.execute(update(calls).where(*mine).values(values))
        return result.rowcount > 0

    async def _select(self, limit: int | None, *conditions: ColumnElement[bool]) -> Rows:
        query = (
            select(*_COLUMNS)
            .where(calls.c.centre == self.centre, *conditions)
            .order_by(calls.c.started.desc(), calls.c.id.desc())
            .limit(limit)
        )
        async with self.database.read() as connection:
            return [_row(row) for row in await connection.execute(query)]


def _row(row: Row[Any]) -> CallRow:
    values = dict(row._mapping)
    outcome = values["outcome"]
    return CallRow(**{**values, "outcome": None if outcome is None else Outcome(outcome)})


def _of(clients: Clients) -> Conditions:
    return [] if clients is None else [calls.c.client.in_(sorted(clients))]


def _older(before: Cursor | None) -> Conditions:
    if before is None:
        return []
    started, call = before
    same = and_(calls.c.started == started, calls.c.id < call)
    return [or_(calls.c.started < started, same)]


def _conditions(filters: CallFilter) -> Conditions:
    equal = ("line", "queue", "agent", "outcome", "direction")
    wanted = {name: getattr(filters, name) for name in equal}
    conditions = [calls.c[name] == value for name, value in wanted.items() if value is not None]
    if filters.since is not None:
        conditions.append(calls.c.started >= filters.since)
    if filters.until is not None:
        conditions.append(calls.c.started < filters.until)
    return conditions
