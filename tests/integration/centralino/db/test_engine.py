"""Transactions on both databases: all or nothing, one view, nobody in another's way."""

from __future__ import annotations

import asyncio
import contextvars
import stat
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from centralino.db.engine import Database
from centralino.db.errors import StoreUnreachable
from centralino.db.meta import get_meta, set_meta, take_meta
from centralino.db.migrate import upgrade
from centralino.db.tables import meta


async def count(database: Database) -> int:
    async with database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(meta))).scalar_one())


async def put(database: Database, key: str, *, fail: bool = False) -> None:
    async with database.write() as connection:
        await set_meta(database, connection, "north", key, {"é": [1, None]})
        if fail:
            raise RuntimeError("on purpose")


async def test_a_transaction_is_all_or_nothing(database: Database) -> None:
    await put(database, "one")
    with pytest.raises(RuntimeError):
        await put(database, "two", fail=True)
    assert await count(database) == 1
    async with database.read() as connection:
        assert await get_meta(connection, "north", "one") == {"é": [1, None]}
        assert await get_meta(connection, "south", "one") is None


async def test_an_error_does_not_tell_what_was_to_be_written(database: Database) -> None:
    def plainly(connection: Connection) -> None:
        connection.execute(insert(meta), {"centre": "north", "key": "+39061234", "value": None})

    await put(database, "+39061234")
    with pytest.raises(IntegrityError) as caught:
        async with database.write() as connection:
            await connection.run_sync(plainly)
    assert "+39061234" not in str(caught.value).replace(str(caught.value.orig), "")
    with pytest.raises(IntegrityError) as caught:
        await database.transact(plainly)
    assert "+39061234" not in str(caught.value).replace(str(caught.value.orig), "")


async def test_a_reader_sees_only_what_was_committed(database: Database) -> None:
    async with database.write() as writer:
        await set_meta(database, writer, "north", "one", 1)
        assert await count(database) == 0
    assert await count(database) == 1


async def test_together_is_one_transaction_in_which_each_write_fails_alone(
    database: Database,
) -> None:
    async with database.together():
        await put(database, "one")
        with pytest.raises(RuntimeError):
            await put(database, "two", fail=True)
        await put(database, "three")
        assert await count(database) == 0, "nobody sees it yet"
    assert await count(database) == 2
    with pytest.raises(RuntimeError):
        async with database.together():
            await put(database, "four")
            raise RuntimeError("on purpose")
    assert await count(database) == 2


async def test_what_waits_for_the_commit_waits_for_the_outermost(database: Database) -> None:
    told: list[str] = []

    async def telling(key: str, fail: bool = False) -> None:
        async with database.write() as connection:
            await set_meta(database, connection, "north", key, 1)
            database.once_committed(lambda: told.append(key))
            if fail:
                raise RuntimeError("on purpose")

    await telling("one")
    assert told == ["one"]
    async with database.together():
        await telling("two")
        with pytest.raises(RuntimeError):
            await telling("rolled back alone", fail=True)
        assert told == ["one"], "nobody would see it yet"
    assert told == ["one", "two"]
    with pytest.raises(RuntimeError):
        await telling("three", fail=True)
    with pytest.raises(RuntimeError, match="no transaction"):
        database.once_committed(lambda: told.append("four"))
    assert told == ["one", "two"]


async def test_what_another_task_writes_meanwhile_is_its_own(database: Database) -> None:
    async with database.together():
        await put(database, "one")
        other = asyncio.create_task(put(database, "two"), context=contextvars.Context())
    await other
    assert await count(database) == 2


async def test_many_writers_at_once_all_get_their_turn(url: str) -> None:
    async with Database(url) as one, Database(url) as two:
        await asyncio.gather(*(put(each, f"{n}") for n in range(20) for each in (one, two)))
        assert await count(one) == 20


async def test_what_is_taken_is_taken_once(database: Database) -> None:
    await put(database, "once")

    async def take() -> object:
        async with database.write() as connection:
            return await take_meta(connection, "north", "once")

    taken = await asyncio.gather(*(take() for _ in range(5)))
    assert len([value for value in taken if value is not None]) == 1


async def test_a_cancelled_writer_leaves_no_lock_and_no_half(database: Database) -> None:
    await put(database, "before")
    for steps in range(0, 60, 3):
        task = asyncio.create_task(put(database, f"cancelled-{steps}"))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(5):
            await put(database, "after")
    assert 2 <= await count(database)


async def test_sqlite_is_set_up_as_decided(new_store: object, tmp_path: Path) -> None:
    async with Database(f"sqlite:///{tmp_path}/new/store.db") as database:
        await upgrade(database)
        settings = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "secure_delete": 1}
        async with database.read() as connection:
            for name, value in settings.items():
                found = (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
                assert found == value, name
        for file in (tmp_path / "new").iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


@pytest.mark.parametrize("where", ["missing", "refused"])
async def test_a_database_that_cannot_be_had_is_said_in_one_line(postgres: str, where: str) -> None:
    address = postgres.format("never_made")
    if where == "refused":
        address = address.replace("centralino@", "somebody:hush@")
    async with Database(address) as database:
        with pytest.raises(StoreUnreachable) as caught:
            await upgrade(database)
    message = str(caught.value)
    assert "\n" not in message and "hush" not in message and "exist" in message
