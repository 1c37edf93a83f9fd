"""People on both databases: sealed, found by number, updated, erased; and a number not called."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from centralino.contacts import store as module
from centralino.contacts.digests import SHORT, Digests, add_key, open_digests
from centralino.contacts.store import ContactStore, Saved
from centralino.content.errors import Erased
from centralino.content.store import ContentStore
from centralino.db.calls import CallBegun, CallHistory
from centralino.db.engine import Database
from centralino.db.errors import ContactKeyChanged, ContactKeyMissing
from centralino.db.meta import instance
from centralino.db.tables import calls, contacts, contents, do_not_call
from contacts.numbers import Number
from contacts.people import Person, identity
from tests.integration.centralino.db.conftest import NewStore

NOW = 1_700_000_000.0
HOME, ADA_MOBILE = Number("+390646771234"), Number("+393351234567")
ADA = Person("", "town", (ADA_MOBILE, HOME), name="Ada Bell", groups=("north",))
BEN = Person("", "town", (HOME,), name="Ben Bell", do_not_call=True)
TOWN = frozenset({"town"})


@pytest.fixture
def store(database: Database) -> ContactStore:
    return ContactStore(database, ContentStore(database, "north"), Digests("secret"))


async def save(store: ContactStore, *people: Person, client: str = "town") -> Saved:
    return await store.save({identity(person): person for person in people}, client, NOW)


async def everybody(store: ContactStore, clients: frozenset[str] | None = None) -> list[str]:
    return sorted([person.name async for person in store.all(clients)])


async def test_people_are_kept_and_found(
    store: ContactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", 2)
    many = [Person("", "town", (HOME,), name=f"n{n}") for n in range(5)]
    assert await save(store, ADA, BEN, *many) == Saved(7, 0)
    assert await save(store, Person("", "gas", (HOME,)), client="gas") == Saved(1, 0)
    assert await store.count(TOWN) == 7 and await store.count(None) == 8
    assert await everybody(store, TOWN) == ["Ada Bell", "Ben Bell", "n0", "n1", "n2", "n3", "n4"]
    (ada,) = await store.by_number(ADA_MOBILE.e164, TOWN)
    assert ada.numbers == ADA.numbers and ada.id.startswith("person-")
    assert len(await store.by_number(HOME.e164, TOWN)) == 7
    assert len(await store.by_number(HOME.e164, frozenset({"gas"}))) == 1
    assert await store.by_number("+39061", None) == []
    assert await store.get([ada.id, "nobody"], TOWN) == {ada.id: ada}


async def test_the_same_file_again_updates(store: ContactStore) -> None:
    await save(store, ADA)
    (before,) = [person async for person in store.all(None)]
    later = Person("", "town", (ADA_MOBILE, Number("+393350000000")), name="ada bell",
                   language="it")  # fmt: skip
    assert await save(store, later, BEN) == Saved(1, 1)
    (after,) = await store.by_number("+393350000000", None)
    assert after.id == before.id and after.language == "it" and after.groups == ("north",)
    assert len(after.numbers) == 3
    found = await store.by_number(HOME.e164, None)
    assert sorted(person.name for person in found) == ["Ben Bell", "ada bell"]


async def test_erasing_leaves_a_do_not_call_alone(store: ContactStore) -> None:
    await save(store, ADA, BEN)
    (ben,) = [person async for person in store.all(None) if person.do_not_call]
    blocked = await store.blocked("town")
    assert blocked(HOME.e164) and not blocked(ADA_MOBILE.e164)
    assert not (await store.blocked("gas"))(HOME.e164)
    assert await store.erase(ben.id, NOW) and not await store.erase(ben.id, NOW)
    assert await everybody(store) == ["Ada Bell"] and await store.count(None) == 1
    assert [p.name for p in await store.by_number(HOME.e164, None)] == ["Ada Bell"]
    assert (await store.blocked("town"))(HOME.e164)
    assert await save(store, BEN) == Saved(1, 0)  # the next file has him again, under a new name
    assert await store.get([ben.id], None) == {}


async def test_a_number_may_be_blocked_for_all(store: ContactStore) -> None:
    await store.block([HOME.e164], "", "operator", NOW)
    await store.block([HOME.e164], "", "operator", NOW + 1)
    assert (await store.blocked("town"))(HOME.e164) and (await store.blocked("gas"))(HOME.e164)
    async with store.database.read() as connection:
        rows = (await connection.execute(select(do_not_call))).all()
    assert len(rows) == 1 and rows[0].since == NOW


async def test_content_of_an_erased_subject_is_refused(store: ContactStore) -> None:
    await save(store, ADA)
    (ada,) = [person async for person in store.all(None)]
    await store.contents.erase(ada.id, NOW)  # erased behind the store's back
    with pytest.raises(Erased):
        await save(store, ADA)
    async with store.database.write() as connection:
        await connection.execute(update(contacts).values(identity="another"))
    assert await save(store, ADA) == Saved(1, 0)


async def test_nothing_personal_lies_open(new_store: NewStore, tmp_path: Path) -> None:
    async with Database(await new_store("sqlite")) as database:
        store = ContactStore(database, ContentStore(database, "north"), Digests("secret"))
        await save(store, ADA, BEN)
        async with database.read() as connection:
            assert len((await connection.execute(select(contents))).all()) == 2
    data = b"".join(path.read_bytes() for path in tmp_path.glob("store.db*"))
    for open_ in (b"Ada", b"Bell", b"46771234", b"3351234567"):
        assert open_ not in data


async def test_digests_made_under_older_keys_are_brought_to_the_newest(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "contacts.key"
    name = await instance(database, "north", NOW)
    before, stranger = Digests(name), "+390650000000"
    old = ContactStore(database, ContentStore(database, "north"), before)
    await save(old, ADA, BEN)
    await old.block([stranger], "", "operator", NOW)
    history = CallHistory(database, "north")
    begun = CallBegun("call-1", "town", "main", "inbound", NOW, "media-1", "e1")
    await history.begin(replace(begun, caller_key=before.of(stranger, SHORT)))
    for lives in range(3):
        if lives == 2:
            add_key(file)
        now = await open_digests(database, "north", file, NOW)
        store = ContactStore(database, ContentStore(database, "north"), now)
        assert len(await store.by_number(HOME.e164, None)) == 2
        assert await save(store, ADA) == Saved(0, 1)
        blocked = await store.blocked("town")
        assert blocked(stranger) and blocked(HOME.e164) and not blocked(ADA_MOBILE.e164)
        async with database.read() as connection:
            key = (await connection.execute(select(calls.c.caller_key))).scalar_one()
        assert key == now.of(stranger, SHORT) != before.of(stranger, SHORT)
    assert len(now.keys) == 2 and file.stat().st_mode & 0o777 == 0o600
    # What is in the database alone finds nobody.
    assert not await old.by_number(HOME.e164, None)
    # People of lists keep the ids that they have in campaigns.
    assert now.listed(stranger) == Digests(name, now.keys[:1], 1).listed(stranger)
    file.unlink()
    with pytest.raises(ContactKeyMissing, match="put back the file"):
        await open_digests(database, "north", file, NOW)
    assert not file.exists()


async def test_who_has_an_older_key_neither_reads_nor_writes_the_do_not_call_list(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "contacts.key"

    async def opened() -> ContactStore:
        digests = await open_digests(database, "north", file, NOW)
        return ContactStore(database, ContentStore(database, "north"), digests)

    house = await opened()
    await house.block([HOME.e164], "town", "operator", NOW)
    file.write_text(file.read_text().strip())  # as an editor may leave it
    add_key(file)
    newer = await opened()
    assert (await newer.blocked("town"))(HOME.e164)
    for refused in (
        house.blocked("town"), house.block([ADA_MOBILE.e164], "town", "import", NOW),
        save(house, BEN),
    ):  # fmt: skip
        with pytest.raises(ContactKeyChanged, match="start this again"):
            await refused
    async with database.read() as connection:
        assert len((await connection.execute(select(do_not_call))).all()) == 1
    assert await newer.count(None) == 0
