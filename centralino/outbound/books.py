"""`outbound.ports.Books` on a database: one transaction a batch, fenced by the dialler's epoch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from centralino.db import outbound_tables as tables
from centralino.db.engine import Database
from centralino.db.ledger import SqlLedger
from centralino.outbound import rows
from centralino.outbound.audit import START, AuditRow, mac_of
from kernel.codec import to_body
from kernel.core import Change, Put
from kernel.journal import Batch
from outbound.desk import Tally
from outbound.errors import LeaseLost
from outbound.messages import DueRecipient
from outbound.ports import NewRecipient, Reading
from outbound.records import (
    ATTEMPTS,
    AUDIT,
    CAMPAIGNS,
    RECIPIENTS,
    AttemptRecord,
    AttemptState,
    AuditEntry,
    Bucket,
    CampaignRecord,
    CampaignState,
    Outcome,
    Path,
    RecipientRecord,
    RecipientState,
    recipient_id,
)

CHUNK = 5_000
"""Recipients of one transaction of an import: the dialler's commits find their way between."""
HOUR = 3600.0
CHUNK_NAMED = 500
"""Recipients named in one query."""
HEARD = frozenset({Bucket.ACKNOWLEDGED, Bucket.HEARD, Bucket.VOICEMAIL, Bucket.UNKNOWN})
"""Of people who heard something of a campaign, or may have."""
ENDED = (CampaignState.CANCELLED, CampaignState.EXPIRED)
OWN_TABLES = frozenset({CAMPAIGNS, RECIPIENTS, ATTEMPTS, AUDIT})


@dataclass
class _Written:
    """What a batch puts into our own tables, and what is left for the ledger."""

    campaigns: list[CampaignRecord] = field(default_factory=list)
    recipients: list[RecipientRecord] = field(default_factory=list)
    attempts: list[AttemptRecord] = field(default_factory=list)
    audit: list[AuditEntry] = field(default_factory=list)
    rest: list[Change] = field(default_factory=list)

    @classmethod
    def of(cls, changes: Sequence[Change]) -> _Written:
        written = cls()
        lists: dict[str, list[Any]] = {
            CAMPAIGNS: written.campaigns, RECIPIENTS: written.recipients,
            ATTEMPTS: written.attempts, AUDIT: written.audit,
        }  # fmt: skip
        for change in changes:
            own = isinstance(change, Put) and change.table in OWN_TABLES
            if own and isinstance(change, Put):
                lists[change.table].append(change.record)
            else:
                written.rest.append(change)
        return written


class SqlBooks(SqlLedger):
    """The dialler's durable memory in one centre. Raises SQLAlchemy's errors, and LeaseLost."""

    def __init__(self, database: Database, centre: str, secret: str) -> None:
        super().__init__(database, centre)
        self.epoch = 0
        """Of the lease that this life holds; 0: not fenced (an import beside the dialler)."""
        self.secret = secret.encode()
        self._heads: dict[str, tuple[int, str]] = {}

    # --- writing

    async def commit(self, batch: Batch) -> None:
        """Write it all or nothing; nothing once another life holds the lease."""
        written = _Written.of(batch.changes)
        heads = dict(self._heads)
        async with self.database.write() as connection:
            await self._hold(connection)
            await self._put(connection, written)
            await self._chain(connection, batch.at, written.audit, heads)
            rest = Batch(batch.room, batch.centre, batch.at, tuple(written.rest), batch.commands)
            await connection.run_sync(self.write_in, rest)
        self._heads = heads

    async def _hold(self, connection: AsyncConnection) -> None:
        """The fence: this row is locked until the commit, so no other life can slip between."""
        if not self.epoch:
            return
        mine = (tables.lease.c.centre == self.centre, tables.lease.c.epoch == self.epoch)
        same = {"epoch": tables.lease.c.epoch}
        result = await connection.execute(update(tables.lease).where(*mine).values(same))
        if not result.rowcount:
            raise LeaseLost(self.centre, self.epoch)

    async def _put(self, connection: AsyncConnection, written: _Written) -> None:
        key = ("centre", "id")
        upsert, centre = self.database.upsert, self.centre
        if written.campaigns:
            statement = upsert(tables.campaigns, key, rows.CAMPAIGN_CHANGE)
            put = [rows.campaign_row(centre, one) for one in written.campaigns]
            await connection.execute(statement, put)
        if written.recipients:
            # Recipients exist since the import: only their changing columns are sent.
            changed = [_changed(centre, one) for one in written.recipients]
            await connection.execute(_UPDATE_RECIPIENT, changed)
        if written.attempts:
            statement = upsert(tables.attempts, key, rows.ATTEMPT_CHANGE)
            put = [rows.attempt_row(centre, one) for one in written.attempts]
            await connection.execute(statement, put)
        for campaign in written.campaigns:
            if campaign.state in ENDED:
                await self._sweep(connection, campaign.id)

    async def _sweep(self, connection: AsyncConnection, campaign: str) -> None:
        where = (
            tables.recipients.c.centre == self.centre,
            tables.recipients.c.campaign == campaign,
            tables.recipients.c.state == RecipientState.PENDING,
        )
        cancelled = {"state": RecipientState.CANCELLED}
        await connection.execute(update(tables.recipients).where(*where).values(cancelled))

    async def _chain(
        self,
        connection: AsyncConnection,
        at: float,
        entries: list[AuditEntry],
        heads: dict[str, tuple[int, str]],
    ) -> None:
        put = []
        for entry in entries:
            name = entry.campaign
            seq, before = heads.get(name) or await self._head(connection, name)
            body = to_body(entry)
            mac = mac_of(self.secret, before, name, seq + 1, at, body)
            heads[name] = (seq + 1, mac)
            put.append(
                {"centre": self.centre, "campaign": name, "seq": seq + 1, "client": entry.client,
                 "at": at, "entry": body, "mac": mac}
            )  # fmt: skip
        if put:
            await connection.execute(insert(tables.audit), put)

    async def _head(self, connection: AsyncConnection, campaign: str) -> tuple[int, str]:
        query = (
            select(tables.audit.c.seq, tables.audit.c.mac)
            .where(tables.audit.c.centre == self.centre, tables.audit.c.campaign == campaign)
            .order_by(tables.audit.c.seq.desc())
            .limit(1)
        )
        row = (await connection.execute(query)).first()
        return (row.seq, row.mac) if row else (0, START)

    async def add(self, campaign: CampaignRecord, people: Iterable[NewRecipient]) -> int:
        """Write the audience, or more of it, in chunks; how many were new."""
        added, source = 0, iter(people)
        seq = await self._size(campaign.id)
        while chunk := list(islice(source, CHUNK)):
            async with self.database.write() as connection:
                added += await self._add(connection, campaign, chunk, seq)
            seq += len(chunk)
        return added

    async def _size(self, campaign: str) -> int:
        query = select(func.coalesce(func.max(tables.recipients.c.seq), 0)).where(
            tables.recipients.c.centre == self.centre, tables.recipients.c.campaign == campaign
        )
        async with self.database.read() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def _add(
        self, connection: AsyncConnection, campaign: CampaignRecord, people: list[NewRecipient],
        seq: int,
    ) -> int:  # fmt: skip
        before = await self._count(connection, campaign.id)
        whom, numbers = [], []
        for at, new in enumerate(people, seq + 1):
            name = recipient_id(campaign.id, new.person)
            record = RecipientRecord(
                name, campaign.id, campaign.client, new.person, at, new.language, new.zone,
                next_at=new.not_before,
            )  # fmt: skip
            whom.append(rows.recipient_row(self.centre, record))
            numbers += [
                {"centre": self.centre, "recipient": name, "ordinal": n, "client": campaign.client,
                 "person": new.person, "number": path.number, "label": path.label}
                for n, path in enumerate(new.paths)
            ]  # fmt: skip
        key = ("centre", "recipient", "ordinal")
        await connection.execute(self.database.insert_new(tables.paths, key), numbers)
        await connection.execute(
            self.database.insert_new(tables.recipients, ("centre", "id")), whom
        )
        return await self._count(connection, campaign.id) - before

    async def _count(self, connection: AsyncConnection, campaign: str) -> int:
        query = select(func.count()).where(
            tables.recipients.c.centre == self.centre, tables.recipients.c.campaign == campaign
        )
        return int((await connection.execute(query)).scalar_one())

    async def forget_person(self, person: str) -> int:
        """Erase a person's numbers from every campaign; how many there were."""
        mine = (tables.paths.c.centre == self.centre, tables.paths.c.person == person)
        async with self.database.write() as connection:
            return (await connection.execute(tables.paths.delete().where(*mine))).rowcount

    # --- reading

    async def open_of_person(self, person: str) -> list[str]:
        """Ids of the recipients that this person still is, in whatever campaign."""
        c = tables.recipients.c
        still = (RecipientState.PENDING, RecipientState.ACTIVE)
        query = select(c.id).where(c.centre == self.centre, c.person == person, c.state.in_(still))
        return [str(row.id) for row in await self._all(query)]

    async def campaigns(self) -> list[CampaignRecord]:
        """Every campaign, in the order of their making."""
        query = (
            select(tables.campaigns.c.v, tables.campaigns.c.body)
            .where(tables.campaigns.c.centre == self.centre)
            .order_by(tables.campaigns.c.created, tables.campaigns.c.id)
        )
        return [rows.campaign_of(row) for row in await self._all(query)]

    async def tallies(self) -> dict[str, Tally]:
        """How many recipients are where, by campaign."""
        c = tables.recipients.c
        query = (
            select(c.campaign, c.state, c.bucket, c.help, func.count().label("n"))
            .where(c.centre == self.centre)
            .group_by(c.campaign, c.state, c.bucket, c.help)
        )
        tallies: dict[str, Tally] = {}
        for row in await self._all(query):
            tally = tallies.setdefault(row.campaign, Tally())
            tally.states[row.state] += row.n
            tally.buckets[row.bucket] += row.n
            tally.helps += row.n if row.help else 0
        return tallies

    async def open_attempts(self) -> list[tuple[AttemptRecord, DueRecipient]]:
        """Attempts that are not over, with their people."""
        c = tables.attempts.c
        living = [state for state in AttemptState if state is not AttemptState.OVER]
        query = select(*(c[name] for name in rows.ATTEMPT)).where(
            c.centre == self.centre, c.state.in_(living)
        )
        opened = [rows.attempt_of(row) for row in await self._all(query)]
        people = {due.recipient.id: due for due in await self.named([a.recipient for a in opened])}
        return [(attempt, people[attempt.recipient]) for attempt in opened]

    async def answered(
        self, campaigns: Sequence[str], since: float
    ) -> dict[str, list[tuple[float, bool]]]:
        """When somebody answered, and whether they were abandoned."""
        c = tables.attempts.c
        live = or_(c.outcome == Outcome.ABANDONED, c.acknowledged_by == "agent")
        query = (
            select(c.campaign, c.made, c.outcome)
            .where(c.centre == self.centre, c.campaign.in_(campaigns), c.made >= since, live)
            .order_by(c.made)
        )
        found: dict[str, list[tuple[float, bool]]] = {}
        for row in await self._all(query):
            answer = (row.made, row.outcome == Outcome.ABANDONED)
            found.setdefault(row.campaign, []).append(answer)
        return found

    async def due(self, campaign: str, now: float, limit: int) -> Reading:
        """Pending recipients whose time has come, in order."""
        c = tables.recipients.c
        pending = (
            c.centre == self.centre, c.campaign == campaign, c.state == RecipientState.PENDING,
        )  # fmt: skip
        query = (
            select(*(c[name] for name in rows.RECIPIENT))
            .where(*pending, c.next_at <= now)
            .order_by(c.next_at, c.seq)
            .limit(limit + 1)
        )
        found = [rows.recipient_of(row) for row in await self._all(query)]
        due = tuple(await self._with_paths(found[:limit]))
        if len(found) > limit:
            return Reading(due, found[limit].next_at)
        later = select(func.min(c.next_at)).where(*pending, c.next_at > now)
        return Reading(due, (await self._all(later))[0][0])

    async def named(self, recipients: Sequence[str]) -> list[DueRecipient]:
        """These, in whatever state they are."""
        c = tables.recipients.c
        query = select(*(c[name] for name in rows.RECIPIENT)).where(
            c.centre == self.centre, c.id.in_(recipients)
        )
        return await self._with_paths([rows.recipient_of(row) for row in await self._all(query)])

    async def reached(self, campaign: str) -> list[DueRecipient]:
        """Everybody who heard something of this campaign, with their numbers: whom a retraction
        has to reach."""
        heard = tables.recipients.c.bucket.in_([str(bucket) for bucket in HEARD])
        return await self._audience(campaign, heard)

    async def everybody(self, campaign: str) -> list[DueRecipient]:
        """The whole audience, with its numbers."""
        return await self._audience(campaign)

    async def _audience(self, campaign: str, *more: ColumnElement[bool]) -> list[DueRecipient]:
        c = tables.recipients.c
        query = (
            select(*(c[name] for name in rows.RECIPIENT))
            .where(c.centre == self.centre, c.campaign == campaign, *more)
            .order_by(c.seq)
        )
        found = [rows.recipient_of(row) for row in await self._all(query)]
        return [
            due
            for at in range(0, len(found), CHUNK_NAMED)
            for due in await self._with_paths(found[at : at + CHUNK_NAMED])
        ]

    async def attempt(self, name: str) -> AttemptRecord | None:
        """One attempt."""
        c = tables.attempts.c
        query = select(*(c[name] for name in rows.ATTEMPT)).where(
            c.centre == self.centre, c.id == name
        )
        found = await self._all(query)
        return rows.attempt_of(found[0]) if found else None

    async def attempts_of(self, recipient: str) -> list[AttemptRecord]:
        """Every attempt, in order."""
        c = tables.attempts.c
        query = (
            select(*(c[name] for name in rows.ATTEMPT))
            .where(c.centre == self.centre, c.recipient == recipient)
            .order_by(c.ordinal)
        )
        return [rows.attempt_of(row) for row in await self._all(query)]

    async def ended_since(self, campaigns: Sequence[str], at: float) -> list[AttemptRecord]:
        """The attempts of these campaigns that ended after `at`, of calls of an hour at most."""
        c = tables.attempts.c
        query = (
            select(*(c[name] for name in rows.ATTEMPT))
            .where(c.centre == self.centre, c.campaign.in_(campaigns), c.made > at - HOUR)
            .where(c.outcome.is_not(None), c.since > at)
            .order_by(c.since)
        )
        return [rows.attempt_of(row) for row in await self._all(query)]

    async def by_number(self, campaign: str, number: str) -> str:
        """The id of the recipient with this number; empty for nobody."""
        c, r = tables.paths.c, tables.recipients.c
        query = (
            select(r.id)
            .join(tables.paths, (c.centre == r.centre) & (c.recipient == r.id))
            .where(r.centre == self.centre, r.campaign == campaign, c.number == number)
            .limit(1)
        )
        found = await self._all(query)
        return str(found[0][0]) if found else ""

    async def page(self, campaign: str, after: int, limit: int) -> list[RecipientRecord]:
        """Recipients in the order of the audience, behind the one numbered `after`."""
        c = tables.recipients.c
        query = (
            select(*(c[name] for name in rows.RECIPIENT))
            .where(c.centre == self.centre, c.campaign == campaign, c.seq > after)
            .order_by(c.seq)
            .limit(limit)
        )
        return [rows.recipient_of(row) for row in await self._all(query)]

    async def audit_of(self, campaign: str) -> list[AuditRow]:
        """A campaign's chain, from its first row."""
        c = tables.audit.c
        query = (
            select(c.seq, c.at, c.entry, c.mac)
            .where(c.centre == self.centre, c.campaign == campaign)
            .order_by(c.seq)
        )
        return [AuditRow(row.seq, row.at, row.entry, row.mac) for row in await self._all(query)]

    async def _with_paths(self, recipients: list[RecipientRecord]) -> list[DueRecipient]:
        c = tables.paths.c
        query = (
            select(c.recipient, c.number, c.label)
            .where(c.centre == self.centre, c.recipient.in_([one.id for one in recipients]))
            .order_by(c.recipient, c.ordinal)
        )
        paths: dict[str, list[Path]] = {}
        for row in await self._all(query) if recipients else ():
            paths.setdefault(row.recipient, []).append(Path(row.number, row.label))
        return rows.with_paths(recipients, paths)

    async def _all(self, query: Select[Any]) -> Sequence[Row[Any]]:
        async with self.database.read() as connection:
            return list(await connection.execute(query))


_UPDATE_RECIPIENT = (
    update(tables.recipients)
    .where(
        tables.recipients.c.centre == bindparam("of_centre"),
        tables.recipients.c.id == bindparam("of_id"),
    )
    .values({name: bindparam(name) for name in rows.RECIPIENT if name not in rows.FIXED})
)


def _changed(centre: str, record: RecipientRecord) -> dict[str, Any]:
    row = rows.recipient_row(centre, record)
    values = {name: row[name] for name in rows.RECIPIENT if name not in rows.FIXED}
    return {**values, "of_centre": centre, "of_id": record.id}
