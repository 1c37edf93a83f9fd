"""What a ledger promises, for the one in memory and for the one on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from centralino.db.engine import Database
from centralino.db.facts import FactBook
from centralino.db.journal import Followed, Page, Rows, read_journal
from centralino.db.ledger import SqlLedger
from centralino.db.tables import outbox, state
from kernel.codec import message
from kernel.core import Change, Drop, Fact, Put, Transition
from kernel.errors import UnknownMessage
from kernel.journal import Batch, Ledger, MemoryLedger, Outgoing
from tests.integration.centralino.db.conftest import NewStore

ROOM = "acd"


@message("test.place")
@dataclass(frozen=True)
class Place:
    key: str
    client: str
    since: float
    skills: tuple[tuple[str, int], ...] = ()
    note: str = ""


@message("test.ring")
@dataclass(frozen=True)
class Ring:
    call: str
    times: int = 1


def put(key: str, since: float = 1.0, table: str = "places", **more: Any) -> Put:
    return Put(table, key, Place(key, "water", since, **more))


def moved(subject: str, why: str = "test") -> Transition:
    return Transition(ROOM, subject, "READY", "RESERVED", why, call="c-1", client="water")


def batch(*changes: Change, commands: tuple[Outgoing, ...] = (), room: str = ROOM) -> Batch:
    return Batch(room, "north", 1_700_000_000.123456, changes, commands)


def out(name: str, at: float = 5.0, room: str = ROOM) -> Outgoing:
    return Outgoing(name, room, at, Ring(f"call-of-{name}"))


@pytest.fixture
def sql(database: Database) -> SqlLedger:
    return SqlLedger(database, "north")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def any_ledger(request: pytest.FixtureRequest, new_store: NewStore) -> AsyncIterator[Ledger]:
    if request.param == "memory":
        yield MemoryLedger()
        return
    async with Database(await new_store(request.param)) as database:
        yield SqlLedger(database, "north")


async def test_an_empty_ledger_knows_nothing(any_ledger: Ledger) -> None:
    assert await any_ledger.records(ROOM, "places") == []
    assert await any_ledger.unconfirmed(ROOM) == []
    await any_ledger.confirm(ROOM, ["never-heard-of"])
    await any_ledger.confirm(ROOM, [])


async def test_a_record_comes_back_as_it_was_put(any_ledger: Ledger) -> None:
    first = put("a", since=1_700_000_000.1234567, skills=(("gas", 5), ("漏水", 1)), note="“é”\n\0")
    await any_ledger.commit(batch(first))
    assert await any_ledger.records(ROOM, "places") == [first.record]


async def test_records_keep_the_order_of_their_first_put(any_ledger: Ledger) -> None:
    await any_ledger.commit(batch(put("b"), put("a"), put("c")))
    await any_ledger.commit(batch(put("a", since=9.0), Drop("places", "b"), put("b", since=8.0)))
    found = await any_ledger.records(ROOM, "places")
    assert found == [put("a", since=9.0).record, put("c").record, put("b", since=8.0).record]


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ((put("a"), Drop("places", "a")), []),
        ((Drop("places", "a"), put("a", 2.0)), ["a"]),
        ((put("a"), put("a", 3.0), put("b")), ["a", "b"]),
        ((put("a"), Drop("places", "a"), put("b"), put("a")), ["b", "a"]),
        ((Drop("places", "unknown"),), []),
        ((put("a"), Drop("others", "a")), ["a"]),
    ],
)
async def test_changes_of_one_batch_take_effect_in_order(
    any_ledger: Ledger, changes: tuple[Change, ...], left: list[str]
) -> None:
    await any_ledger.commit(batch(*changes))
    records = await any_ledger.records(ROOM, "places")
    assert [record.key for record in records if isinstance(record, Place)] == left


async def test_tables_and_rooms_do_not_mix(any_ledger: Ledger) -> None:
    await any_ledger.commit(batch(put("a"), put("a", table="others", since=2.0)))
    await any_ledger.commit(
        batch(put("a", since=3.0), commands=(out("x", room="out"),), room="out")
    )
    assert await any_ledger.records(ROOM, "places") == [put("a").record]
    assert await any_ledger.records(ROOM, "others") == [put("a", since=2.0).record]
    assert await any_ledger.records("out", "places") == [put("a", since=3.0).record]
    assert await any_ledger.unconfirmed(ROOM) == []


async def test_commands_stay_until_confirmed_oldest_first(any_ledger: Ledger) -> None:
    await any_ledger.commit(batch(commands=(out("z"), out("y"))))
    await any_ledger.commit(batch(commands=(out("x", at=1.0),)))
    assert await any_ledger.unconfirmed(ROOM) == [out("z"), out("y"), out("x", at=1.0)]
    await any_ledger.confirm(ROOM, ["y", "never-heard-of"])
    await any_ledger.confirm(ROOM, ["y"])
    assert await any_ledger.unconfirmed(ROOM) == [out("z"), out("x", at=1.0)]


async def test_many_changes_fit_in_one_batch(any_ledger: Ledger) -> None:
    names = [f"k{n}" for n in range(600)]
    commands = tuple(out(name) for name in names)
    await any_ledger.commit(batch(*(put(name) for name in names), commands=commands))
    assert len(await any_ledger.records(ROOM, "places")) == 600
    assert [command.id for command in await any_ledger.unconfirmed(ROOM)] == names
    await any_ledger.confirm(ROOM, names[:599])
    assert [command.id for command in await any_ledger.unconfirmed(ROOM)] == names[599:]


async def test_the_journal_has_no_gap_whoever_writes(sql: SqlLedger) -> None:
    async def write(room: str, number: int) -> None:
        await sql.commit(batch(moved(f"agent:{number}"), moved("call:c-1"), room=room))

    await asyncio.gather(*(write(room, n) for n in range(10) for room in ("acd", "outbound")))
    rows = await read_journal(sql.database, "north")
    assert [row.seq for row in rows] == list(range(1, 41))
    assert await read_journal(sql.database, "south") == []


async def test_a_batch_that_fails_leaves_nothing_and_no_gap(sql: SqlLedger) -> None:
    @dataclass(frozen=True)
    class NeverRegistered:
        key: str = "n"

    await sql.commit(batch(moved("agent:1"), commands=(out("x"),)))
    with pytest.raises(UnknownMessage):
        await sql.commit(batch(put("a"), moved("agent:2"), Put("places", "n", NeverRegistered())))
    with pytest.raises(Exception, match="(?i)unique"):
        await sql.commit(batch(put("a"), moved("agent:2"), commands=(out("w"), out("x"))))
    await sql.commit(batch(moved("agent:3")))
    assert await sql.records(ROOM, "places") == []
    assert [command.id for command in await sql.unconfirmed(ROOM)] == ["x"]
    rows = await read_journal(sql.database, "north")
    assert [(row.seq, row.subject) for row in rows] == [(1, "agent:1"), (2, "agent:3")]


async def test_a_journal_row_says_who_moved_when_and_why(sql: SqlLedger) -> None:
    await sql.commit(batch(moved("agent:7", why="offered")))
    (row,) = await read_journal(sql.database, "north", call="c-1")
    assert (row.room, row.call, row.client, row.subject) == (ROOM, "c-1", "water", "agent:7")
    assert (row.from_state, row.to_state, row.why) == ("READY", "RESERVED", "offered")
    assert row.at == 1_700_000_000.123456
    assert await read_journal(sql.database, "north", after=1) == []


async def test_facts_are_read_by_type_time_and_client(sql: SqlLedger) -> None:
    at = batch().at
    facts = [Fact(Ring("c-1"), "water"), Fact(Ring("c-2"), "gas"), Fact(Place("p", "gas", 1.0), "")]
    await sql.commit(batch(*facts))
    book = FactBook(sql.database, "north")
    assert await book.read(Ring, at, at + 1) == [Ring("c-1"), Ring("c-2")]
    assert await book.read(Ring, at, at + 1, ["gas"]) == [Ring("c-2")]
    assert await book.read(Ring, at + 1, at + 2) == []
    assert await FactBook(sql.database, "south").read(Ring, at, at + 1) == []


async def test_moves_are_counted_by_subject_state_time_and_client(sql: SqlLedger) -> None:
    at = batch().at
    await sql.commit(batch(moved("agent:1"), moved("agent:2"), moved("agents:3"), moved("call:4")))
    book = FactBook(sql.database, "north")
    assert await book.moves(ROOM, "agent", "READY", "RESERVED", at, at + 1) == 2
    assert await book.moves(ROOM, "call", "READY", "RESERVED", at, at + 1) == 1
    assert await book.moves(ROOM, "agent", "READY", "RESERVED", at, at + 1, ["gas"]) == 0
    assert await book.moves(ROOM, "agent", "READY", "IDLE", at, at + 1) == 0
    assert await book.moves("other", "agent", "READY", "RESERVED", at, at + 1) == 0


async def test_every_row_carries_centre_and_client(sql: SqlLedger) -> None:
    await sql.commit(batch(put("a"), commands=(out("x"),)))
    async with sql.database.read() as connection:
        for table, client in ((state, "water"), (outbox, "")):
            row = (await connection.execute(select(table.c.centre, table.c.client))).one()
            assert tuple(row) == ("north", client)


async def test_centres_in_one_database_do_not_see_each_other(sql: SqlLedger) -> None:
    other = SqlLedger(sql.database, "south")
    await sql.commit(batch(put("a"), moved("agent:1"), commands=(out("x"),)))
    await other.commit(batch(put("a", since=2.0), moved("agent:1"), commands=(out("x"),)))
    await other.confirm(ROOM, ["x"])
    assert await sql.records(ROOM, "places") == [put("a").record]
    assert [command.id for command in await sql.unconfirmed(ROOM)] == ["x"]
    assert [row.seq for row in await read_journal(sql.database, "south")] == [1]


async def test_a_second_life_finds_what_the_first_wrote(sql: SqlLedger) -> None:
    await sql.commit(batch(put("a"), commands=(out("x"),)))
    url = sql.database.url.render_as_string(hide_password=False)
    await sql.database.close()
    async with Database(url) as again:
        ledger = SqlLedger(again, "north")
        assert await ledger.records(ROOM, "places") == [put("a").record]
        assert await ledger.unconfirmed(ROOM) == [out("x")]


async def test_a_room_is_followed_from_a_number_on(sql: SqlLedger, database: Database) -> None:
    followed = Followed(database, "north", ROOM)
    assert await followed.now() == Rows(0, 0.0, [])
    assert await followed.page(0) == Page([], 0, 0.0, 0)
    other = Transition("outbound", "campaign:x", "a", "b", "test")
    fire = Transition(ROOM, "call:f", "", "waiting", "test", call="f-1", client="fire")
    agent = Transition(ROOM, "agent:1", "idle", "reserved", "test", call="f-1", client="water")
    await sql.commit(batch(put("a"), moved("call:c-1"), other, fire, agent))
    await SqlLedger(database, "south").commit(batch(put("z"), moved("call:s")))
    page = await followed.page(0)
    assert [row.seq for row in page.rows] == [1, 3, 4] and (page.upto, page.head) == (4, 4)
    assert page.at == await followed.time_of(4) == batch().at
    assert [row.seq for row in (await followed.page(1, most=2)).rows] == [3]
    (one, theirs) = (await followed.page(0, frozenset({"water"}))).rows
    assert (one.subject, theirs.subject, theirs.call) == ("call:c-1", "agent:1", None)
    assert await followed.time_of(5) is None and (await followed.page(9)).rows == []
    await sql.commit(batch(put("b")))
    assert await followed.now() == Rows(4, batch().at, [put("a").record, put("b").record])
