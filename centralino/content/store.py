"""The content store: packets, transcripts and notes, sealed; and every key.

A subject (a call, a person) has one key for its writing and, if it was recorded, one for its sound.
Deleting them erases it, in this database and, as far as they hold no keys, in copies of it. What
comes later about an erased subject is refused: its row stays, without the key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from centralino.content.errors import Erased, KeyConflict
from centralino.content.sealing import new_key, open_, seal
from centralino.db.calls import Clients
from centralino.db.engine import Database
from centralino.db.tables import content_keys, contents
from kernel.codec import decode, encode

PACKET = "packet"
TRANSCRIPT = "transcript"
NOTES = "notes"
CALLER = "caller"
"""The caller's number or URI as presented, as UTF-8 bytes."""

TEXT, SOUND = "text", "sound"
IN_LIMIT = 500
"""Subjects named in one query, below what the databases take."""
_BYTES, _MESSAGE = b"b", b"m"
_KEY = ("centre", "subject", "purpose")
_CONTENT = ("centre", "subject", "kind")


class ContentStore:
    """The content of one centre."""

    def __init__(self, database: Database, centre: str) -> None:
        self.database = database
        self.centre = centre

    async def put(
        self, subject: str, kind: str, value: object, *, client: str, expires: float, now: float
    ) -> None:
        """Keep a registered message, or bytes, until `expires`. Replaces what has this kind.

        Raises Erased, UnknownMessage.
        """
        clear = _pack(value)
        async with self.database.write() as connection:
            key = await self._key_for(connection, subject, TEXT, client, expires, new_key())
            row = {
                "centre": self.centre,
                "subject": subject,
                "kind": kind,
                "client": client,
                "created": now,
                "expires": expires,
                "sealed": seal(key, clear, self._name(subject, kind)),
            }
            newer = {c: text(f"excluded.{c}") for c in ("client", "created", "expires", "sealed")}
            await connection.execute(self.database.upsert(contents, _CONTENT, newer), row)

    async def put_many(
        self,
        connection: AsyncConnection,
        kind: str,
        values: Mapping[str, object],
        *,
        client: str,
        expires: float,
        now: float,
    ) -> None:
        """`put` for many subjects of a client, in the caller's transaction.

        Raises Erased, UnknownMessage.
        """
        subjects = list(values)
        keys = await self._text_keys(connection, subjects, client, expires)
        row = {
            "centre": self.centre,
            "kind": kind,
            "client": client,
            "created": now,
            "expires": expires,
        }
        rows = [
            {
                **row,
                "subject": subject,
                "sealed": seal(keys[subject], _pack(value), self._name(subject, kind)),
            }
            for subject, value in values.items()
        ]
        newer = {c: text(f"excluded.{c}") for c in ("client", "created", "expires", "sealed")}
        await connection.execute(self.database.upsert(contents, _CONTENT, newer), rows)

    async def _text_keys(
        self, connection: AsyncConnection, subjects: list[str], client: str, expires: float
    ) -> dict[str, bytes]:
        """The key of each subject's writing, made where there is none."""
        row = {"centre": self.centre, "purpose": TEXT, "client": client, "expires": expires}
        rows = [{**row, "subject": subject, "key": new_key()} for subject in subjects]
        await connection.execute(self.database.insert_new(content_keys, _KEY), rows)
        kept: dict[str, bytes] = {}
        for some in batched(subjects, IN_LIMIT):
            query = select(content_keys.c.subject, content_keys.c.key).where(
                content_keys.c.centre == self.centre,
                content_keys.c.purpose == TEXT,
                content_keys.c.subject.in_(some),
            )
            for found in await connection.execute(query):
                if found.key is None:
                    raise Erased(f"{found.subject} was erased: nothing more is kept about it")
                kept[found.subject] = found.key
        return kept

    async def page(
        self, kind: str, clients: Clients, after: str = "", limit: int = 1_000
    ) -> dict[str, object]:
        """The content of the next subjects behind `after`, in their order; empty at the end.

        Raises what `get` raises.
        """
        query = self._opened(kind, clients).where(contents.c.subject > after)
        return await self._read(query.order_by(contents.c.subject).limit(limit), kind)

    async def get_many(
        self, subjects: Sequence[str], kind: str, clients: Clients
    ) -> dict[str, object]:
        """The content of those subjects that have some, by subject. Raises what `get` raises."""
        found: dict[str, object] = {}
        for some in batched(subjects, IN_LIMIT):
            query = self._opened(kind, clients).where(contents.c.subject.in_(some))
            found.update(await self._read(query, kind))
        return found

    async def _read(self, query: Select[Any], kind: str) -> dict[str, object]:
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
        return {
            row.subject: _unpack(open_(row.key, row.sealed, self._name(row.subject, kind)))
            for row in rows
        }

    async def get(self, subject: str, kind: str, clients: Clients) -> object | None:
        """The message or bytes, if it is one of these clients' and still there.

        Raises SealBroken, and UnknownMessage or MalformedMessage for what a newer program wrote.
        """
        query = self._opened(kind, clients).where(contents.c.subject == subject)
        return (await self._read(query, kind)).get(subject)

    def _opened(self, kind: str, clients: Clients) -> Select[Any]:
        """Sealed content with its key."""
        theirs = and_(
            content_keys.c.centre == contents.c.centre,
            content_keys.c.subject == contents.c.subject,
            content_keys.c.purpose == TEXT,
        )
        query = (
            select(contents.c.subject, contents.c.sealed, content_keys.c.key)
            .join_from(contents, content_keys, theirs)
            .where(
                contents.c.centre == self.centre,
                contents.c.kind == kind,
                content_keys.c.key.is_not(None),
            )
        )
        return query if clients is None else query.where(contents.c.client.in_(sorted(clients)))

    async def adopt_sound_key(
        self, call: str, key: bytes, *, client: str, expires: float, now: float
    ) -> None:
        """Keep the key that a media process made for a recording. Twice is once.

        Raises Erased, and KeyConflict for another key than before.
        """
        async with self.database.write() as connection:
            kept = await self._key_for(connection, call, SOUND, client, expires, key)
        if kept != key:
            raise KeyConflict(f"the recording of {call} has another key already")

    async def sound_key(self, call: str, clients: Clients) -> bytes | None:
        """The key of a recording, if the call is one of these clients'."""
        query = select(content_keys.c.key).where(*self._row(call, SOUND))
        if clients is not None:
            query = query.where(content_keys.c.client.in_(sorted(clients)))
        async with self.database.read() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def erase(self, subject: str, now: float) -> bool:
        """Delete the subject's keys and content; False if there was none. The sound's file is to
        be discarded as well; without the key nobody can hear it."""
        keys = and_(content_keys.c.centre == self.centre, content_keys.c.subject == subject)
        gone = update(content_keys).where(keys, content_keys.c.key.is_not(None))
        mine = and_(contents.c.centre == self.centre, contents.c.subject == subject)
        async with self.database.write() as connection:
            result = await connection.execute(gone.values(key=None, erased=now))
            await connection.execute(delete(contents).where(mine))
        await self.database.forget_deleted()
        return result.rowcount > 0

    async def expire(self, now: float) -> list[str]:
        """Delete what has outlived its retention; the subjects whose sound is to be discarded."""
        over = and_(content_keys.c.centre == self.centre, content_keys.c.expires <= now)
        old = and_(contents.c.centre == self.centre, contents.c.expires <= now)
        gone = update(content_keys).where(over, content_keys.c.key.is_not(None))
        returned = gone.values(key=None, erased=now).returning(
            content_keys.c.subject, content_keys.c.purpose
        )
        async with self.database.write() as connection:
            await connection.execute(delete(contents).where(old))
            rows = (await connection.execute(returned)).all()
        if rows:
            await self.database.forget_deleted()
        return sorted(row.subject for row in rows if row.purpose == SOUND)

    async def _key_for(
        self,
        connection: AsyncConnection,
        subject: str,
        purpose: str,
        client: str,
        expires: float,
        key: bytes,
    ) -> bytes:
        """The subject's key, `key` if it has none yet; kept as long as anything sealed with it."""
        row = {
            "centre": self.centre,
            "subject": subject,
            "purpose": purpose,
            "client": client,
            "key": key,
            "expires": expires,
        }
        await connection.execute(self.database.insert_new(content_keys, _KEY), row)
        later = update(content_keys).where(*self._row(subject, purpose))
        await connection.execute(
            later.where(content_keys.c.expires < expires).values(expires=expires)
        )
        query = select(content_keys.c.key).where(*self._row(subject, purpose))
        kept: bytes | None = (await connection.execute(query)).scalar_one()
        if kept is None:
            raise Erased(f"{subject} was erased: nothing more is kept about it")
        return kept

    def _row(self, subject: str, purpose: str) -> tuple[ColumnElement[bool], ...]:
        return (
            content_keys.c.centre == self.centre,
            content_keys.c.subject == subject,
            content_keys.c.purpose == purpose,
        )

    def _name(self, subject: str, kind: str) -> bytes:
        return json.dumps([self.centre, subject, kind]).encode()


def batched(subjects: Sequence[str], size: int) -> Iterator[list[str]]:
    """The subjects, at most `size` at a time."""
    for start in range(0, len(subjects), size):
        yield list(subjects[start : start + size])


def _pack(value: object) -> bytes:
    if isinstance(value, bytes):
        return _BYTES + value
    return _MESSAGE + json.dumps(encode(value)).encode()


def _unpack(clear: bytes) -> object:
    content = clear[1:]
    return content if clear[:1] == _BYTES else decode(json.loads(content))
