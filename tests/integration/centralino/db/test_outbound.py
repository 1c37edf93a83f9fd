"""The dialler's books on both databases: window, fence, sweep, unique ordinals, audit chain."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from centralino.db import outbound_tables as tables
from centralino.db.engine import Database
from centralino.outbound.audit import first_break
from centralino.outbound.books import SqlBooks
from centralino.outbound.lease import LEASE_SECONDS, SqlOwnership
from kernel.core import Change, Put
from kernel.journal import Batch
from outbound.errors import LeaseLost, LeaseTaken
from outbound.ports import NewRecipient
from outbound.records import (
    AttemptRecord,
    AttemptState,
    AuditEntry,
    Bucket,
    CampaignRecord,
    CampaignState,
    Path,
    RecipientState,
    attempt_id,
    recipient_id,
)

STORM = CampaignRecord("storm", "town", "Storm", "emergency", created=1.0)


@pytest.fixture
def books(database: Database) -> SqlBooks:
    return SqlBooks(database, "house", "secret")


def put(table: str, *records: object) -> tuple[Change, ...]:
    return tuple(Put(table, record.key, record) for record in records)  # type: ignore[attr-defined]


async def commit(books: SqlBooks, changes: Sequence[Change]) -> None:
    await books.commit(Batch("outbound", "house", 5.0, tuple(changes), ()))


def people(count: int) -> list[NewRecipient]:
    return [
        NewRecipient(f"p{n}", (Path(f"+39{n}1", "home"), Path(f"+39{n}2"))) for n in range(count)
    ]


def attempt(person: str, ordinal: int, name: str = "") -> AttemptRecord:
    recipient = recipient_id("storm", person)
    return AttemptRecord(
        name or attempt_id("storm", recipient, ordinal), "storm", recipient, "town", ordinal, 0,
        "", "one", "media-1", "life", 1, AttemptState.INTENT, 5.0, 5.0, 30.0,
    )  # fmt: skip


async def test_the_window_is_read_in_order_and_an_import_repeats_nobody(books: SqlBooks) -> None:
    await commit(books, put("campaigns", STORM))
    assert await books.add(STORM, people(5)) == 5
    assert await books.add(STORM, people(7)) == 2
    reading = await books.due("storm", 10.0, 3)
    assert [due.recipient.person for due in reading.due] == ["p0", "p1", "p2"]
    assert [path.number for path in reading.due[0].paths] == ["+3901", "+3902"]
    assert reading.next_due == 0.0
    later = dataclasses.replace(reading.due[0].recipient, next_at=50.0, bucket=Bucket.VOICEMAIL)
    await commit(books, put("recipients", later))
    rest = await books.due("storm", 10.0, 10)
    assert len(rest.due) == 6 and rest.next_due == 50.0
    assert (await books.tallies())["storm"].buckets == {"not_reached": 6, "voicemail": 1}
    assert await books.campaigns() == [STORM]
    assert await books.by_number("storm", "+3932") == recipient_id("storm", "p3")
    assert await books.forget_person("p3") == 2
    assert (await books.named([recipient_id("storm", "p3")]))[0].paths == ()


async def test_one_ordinal_is_never_two_calls(books: SqlBooks) -> None:
    await books.add(STORM, people(1))
    await commit(books, put("attempts", attempt("p0", 1)))
    assert [one.ordinal for one in await books.attempts_of(recipient_id("storm", "p0"))] == [1]
    assert [open_.id for open_, _ in await books.open_attempts()] == [attempt("p0", 1).id]
    with pytest.raises(IntegrityError):
        await commit(books, put("attempts", attempt("p0", 1, "att-other")))


async def test_an_ended_campaign_cancels_who_waits_and_nobody_else(books: SqlBooks) -> None:
    await books.add(STORM, people(3))
    (first, *_) = (await books.due("storm", 10.0, 1)).due
    active = dataclasses.replace(first.recipient, state=RecipientState.ACTIVE)
    await commit(books, put("recipients", active))
    ended = dataclasses.replace(STORM, state=CampaignState.CANCELLED)
    await commit(books, put("campaigns", ended))
    assert (await books.tallies())["storm"].states == {"active": 1, "cancelled": 2}


async def test_a_life_that_was_taken_over_writes_nothing(
    books: SqlBooks, database: Database
) -> None:
    mine, other = SqlOwnership(database, "house", "a"), SqlOwnership(database, "house", "b")
    books.epoch = await mine.acquire(100.0)
    await commit(books, put("campaigns", STORM))
    with pytest.raises(LeaseTaken, match="a dials"):
        await other.acquire(101.0)
    await mine.renew(books.epoch, 105.0)
    assert await mine.acquire(106.0) == 2, "the same house's next life need not wait"
    assert await other.acquire(107.0 + LEASE_SECONDS) == 3
    with pytest.raises(LeaseLost):
        await commit(books, put("campaigns", dataclasses.replace(STORM, name="late")))
    with pytest.raises(LeaseLost):
        await mine.renew(2, 120.0)
    assert await books.campaigns() == [STORM]


async def test_the_audit_tells_what_was_changed(books: SqlBooks, database: Database) -> None:
    entries = [AuditEntry(f"e{n}", "storm", "town", "invited", f"r{n}") for n in range(3)]
    await commit(books, put("audit", *entries[:2]))
    reopened = SqlBooks(database, "house", "secret")
    await commit(reopened, put("audit", entries[2]))
    chain = await books.audit_of("storm")
    assert [row.seq for row in chain] == [1, 2, 3]
    assert first_break(books.secret, "storm", chain) is None
    assert first_break(b"another", "storm", chain) == 1
    assert first_break(books.secret, "storm", [chain[0], chain[2]]) == 2
    async with database.write() as connection:
        forged = {**chain[1].entry, "recipient": "somebody else"}
        where = (tables.audit.c.seq == 2, tables.audit.c.campaign == "storm")
        await connection.execute(update(tables.audit).where(*where).values(entry=forged))
    assert first_break(books.secret, "storm", await books.audit_of("storm")) == 2
