"""The content store on both databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from centralino.content.errors import Erased, KeyConflict
from centralino.content.messages import Notes, Transcript
from centralino.content.sealing import new_key
from centralino.content.store import NOTES, PACKET, TRANSCRIPT, ContentStore
from centralino.db.engine import Database
from centralino.db.tables import content_keys, contents
from kernel.errors import UnknownMessage
from kernel.packet import Packet, PacketSlot, TranscriptLine

NOW = 1_700_000_000.0
DAY = 86_400.0
SECRET = "Rosalind Franklin"
PACKET_1 = Packet(
    call="call-1", centre="north", client="water", line="main", caller="+441632960961",
    language="en", queue="billing", reason="asked",
    slots=(PacketSlot("name", SECRET, 0.9, True, "speech"),),
)  # fmt: skip
SAID = Transcript((TranscriptLine(NOW, "caller", f"my name is {SECRET}", 0.8, "bill"),))


@pytest.fixture
def store(database: Database) -> ContentStore:
    return ContentStore(database, "north")


async def keep(store: ContentStore, value: object = PACKET_1, **more: object) -> None:
    kinds = {Packet: PACKET, Transcript: TRANSCRIPT, Notes: NOTES}
    wanted = {
        "subject": "call-1", "kind": kinds.get(type(value), "other"), "client": "water",
        "expires": NOW + DAY, "now": NOW, **more,
    }  # fmt: skip
    await store.put(value=value, **wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "value"),
    [(PACKET, PACKET_1), (TRANSCRIPT, SAID), (NOTES, Notes("user-7", NOW, "“é”\0")), ("x", b"\0a")],
)
async def test_content_comes_back_as_it_was(store: ContentStore, kind: str, value: object) -> None:
    await keep(store, value, kind=kind)
    assert await store.get("call-1", kind, None) == value
    assert await store.get("call-1", kind, frozenset({"water"})) == value


async def test_content_belongs_to_a_client_and_a_centre(store: ContentStore) -> None:
    await keep(store)
    assert await store.get("call-1", PACKET, frozenset({"gas"})) is None
    assert await store.get("call-1", PACKET, frozenset()) is None
    assert await ContentStore(store.database, "south").get("call-1", PACKET, None) is None
    assert await store.get("call-1", "nothing", None) is None


async def test_a_kind_is_replaced(store: ContentStore) -> None:
    await keep(store)
    later = PACKET_1.with_waited(12.0)
    await keep(store, later, now=NOW + 12)
    assert await store.get("call-1", PACKET, None) == later


async def test_what_is_no_message_is_refused(store: ContentStore) -> None:
    with pytest.raises(UnknownMessage):
        await keep(store, object())


async def test_erasing_is_for_good(store: ContentStore) -> None:
    await keep(store)
    await store.adopt_sound_key("call-1", new_key(), client="water", expires=NOW + DAY, now=NOW)
    await keep(store, subject="call-2")
    assert await store.erase("call-1", NOW + 1) is True
    assert await store.erase("call-1", NOW + 2) is False
    assert await store.get("call-1", PACKET, None) is None
    assert await store.sound_key("call-1", None) is None
    assert await store.get("call-2", PACKET, None) == PACKET_1
    with pytest.raises(Erased):
        await keep(store, SAID)
    assert await store.get("call-1", TRANSCRIPT, None) is None
    assert await store.erase("never-heard-of", NOW) is False


async def test_without_its_key_content_from_a_copy_cannot_be_read(store: ContentStore) -> None:
    await keep(store)
    async with store.database.read() as connection:
        copy = dict((await connection.execute(select(contents))).one()._mapping)
    await store.erase("call-1", NOW + 1)
    async with store.database.write() as connection:
        await connection.execute(contents.insert(), copy)
        assert (await connection.execute(select(content_keys.c.key))).scalar_one() is None
    assert await store.get("call-1", PACKET, None) is None


async def test_sound_keys_are_adopted_once(store: ContentStore) -> None:
    key, terms = new_key(), {"client": "water", "expires": NOW + DAY, "now": NOW}
    await store.adopt_sound_key("call-1", key, **terms)  # type: ignore[arg-type]
    await store.adopt_sound_key("call-1", key, **terms)  # type: ignore[arg-type]
    with pytest.raises(KeyConflict):
        await store.adopt_sound_key("call-1", new_key(), **terms)  # type: ignore[arg-type]
    assert await store.sound_key("call-1", frozenset({"water"})) == key
    assert await store.sound_key("call-1", frozenset({"gas"})) is None
    assert await store.sound_key("call-2", None) is None


async def test_what_outlives_its_retention_goes_with_its_key(store: ContentStore) -> None:
    await keep(store, expires=NOW + 10)
    await keep(store, SAID, expires=NOW + 30)
    await store.adopt_sound_key("call-1", new_key(), client="water", expires=NOW + 20, now=NOW)
    assert await store.expire(NOW + 10) == []
    assert await store.get("call-1", PACKET, None) is None
    assert await store.get("call-1", TRANSCRIPT, None) == SAID
    assert await store.expire(NOW + 20) == ["call-1"]
    assert await store.sound_key("call-1", None) is None
    assert await store.expire(NOW + 30) == []
    assert await store.expire(NOW + 40) == []
    async with store.database.read() as connection:
        assert (await connection.execute(select(contents))).first() is None
        keys = (await connection.execute(select(content_keys.c.key))).scalars().all()
    assert keys == [None, None]


async def test_files_hold_no_clear_text_and_no_deleted_key(
    new_store: Callable[[str], object], tmp_path: Path
) -> None:
    url = await new_store("sqlite")  # type: ignore[misc]
    async with Database(url) as database:
        store = ContentStore(database, "north")
        await keep(store)
        await keep(store, SAID)
        async with database.read() as connection:
            key = (await connection.execute(select(content_keys.c.key))).scalar_one()
        assert key in _bytes(tmp_path)
        assert SECRET.encode() not in _bytes(tmp_path) and b"960961" not in _bytes(tmp_path)
        await store.erase("call-1", NOW)
        assert key not in _bytes(tmp_path)


def _bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("store.db*"))
