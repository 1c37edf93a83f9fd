"""Under which names people are found again: digests whose key is not in the database.

What is stored of a number is an HMAC-SHA-256 of it, again and again: first under the installation's
name, which is in the database, then under each key of a file beside it. So what was made before
there was a key, or under an older one, is brought to the newest without the numbers, which nobody
has any more of people who were erased: what stands there goes through the next key.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, bindparam, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from centralino.content.store import batched
from centralino.db.engine import Database
from centralino.db.errors import ContactKeyChanged, ContactKeyMissing
from centralino.db.meta import get_meta, instance, set_meta
from centralino.db.outbound_tables import recipients
from centralino.db.tables import calls, contact_numbers, contacts, do_not_call
from centralino.processes.kept import kept_secret
from kernel.ids import Chance, random_hex

CONTACTS_KEY = "contacts.key"
"""The file of the keys, in `state_dir`."""
KEYS = "contact keys"
"""In `meta`: what the digests of this database were made with."""
SIZE, SHORT = 32, 24
"""Hexadecimal digits of a digest, and of those that stand in calls and name people of lists."""
CHUNK = 5_000
"""Rows brought to a new key by one statement."""
LOCK = 0x636F6E74616374  # "contact": any number that nobody else takes
COLUMNS: tuple[tuple[Table, Column[Any], int], ...] = (
    (contacts, contacts.c.identity, SIZE),
    (contact_numbers, contact_numbers.c.digest, SIZE),
    (do_not_call, do_not_call.c.digest, SIZE),
    (calls, calls.c.caller_key, SHORT),
)
"""Where digests stand. A new column of them belongs here."""


@dataclass(frozen=True)
class Digests:
    """What makes digests. `name` is in the database, `keys` are not; the newest is the last."""

    name: str
    keys: tuple[str, ...] = ()
    listed_keys: int = 0
    """With how many of the keys the ids of people on lists are made: as many as there were when
    the first of them came. They are ids in campaigns, which cannot change."""

    @property
    def marks(self) -> list[str]:
        """By which it is known again under which keys these are."""
        return [_mark(key) for key in self.keys]

    def of(self, text: str, size: int = SIZE) -> str:
        """The name under which a number (E.164) or identity is found again."""
        return _through(self.keys, under(self.name, text, size), size)

    def listed(self, number: str) -> str:
        """The id of somebody who is no contact, by their first number. Other programs are told
        it, so it is none under which the number is found here, and cannot be found by trying."""
        made = under(self.name, f"listed {number}", SHORT)
        return _through(self.keys[: self.listed_keys], made, SHORT)


def under(key: str, text: str, size: int) -> str:
    """HMAC-SHA-256 in hex, cut to `size` digits."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:size]


def _through(keys: tuple[str, ...], digest: str, size: int) -> str:
    for key in keys:
        digest = under(key, digest, size)
    return digest


def _mark(key: str) -> str:
    """By which a key is known again and cannot be guessed."""
    return under(key, "a key of digests", SHORT)


async def open_digests(database: Database, centre: str, path: Path, now: float) -> Digests:
    """The digests of a centre, everything in the database brought to the file's newest key.

    `path`: a file with a key on each line, made where there is none. Raises ContactKeyMissing and
    OSError.
    """
    name = await instance(database, centre, now)
    async with database.write() as connection:
        # Two processes started at once: one does it, while nobody writes digests.
        await _lock(database, connection, "pg_advisory_xact_lock")
        known = await get_meta(connection, centre, KEYS) or {"marks": []}
        keys = await asyncio.to_thread(_keys, path, known["marks"])
        done = len(known["marks"])
        if "listed" not in known:
            known["listed"] = 0 if await _has_recipients(connection, centre) else len(keys)
        if keys[done:]:
            for column in COLUMNS:
                await _renew(connection, centre, column, keys[done:])
        known["marks"] = [_mark(key) for key in keys]
        await set_meta(database, connection, centre, KEYS, known)
    return Digests(name, keys, known["listed"])


async def still_of(connection: AsyncConnection, centre: str, digests: Digests) -> None:
    """That what is read here is what these digests find. Raises ContactKeyChanged where the
    database was brought to newer keys: nobody would be found, and a wish not to be called neither.
    """
    known = await get_meta(connection, centre, KEYS) or {"marks": []}
    if known["marks"] != digests.marks:
        raise ContactKeyChanged


async def writing(
    database: Database, connection: AsyncConnection, centre: str, digests: Digests
) -> None:
    """Before digests are written: no newer key comes until this transaction's end. Raises
    ContactKeyChanged where one has come."""
    await _lock(database, connection, "pg_advisory_xact_lock_shared")
    await still_of(connection, centre, digests)


async def _lock(database: Database, connection: AsyncConnection, kind: str) -> None:
    if not database.is_sqlite:  # which has one writer at a time
        await connection.execute(text(f"SELECT {kind}(:key)"), {"key": LOCK})


def _keys(path: Path, marks: list[str]) -> tuple[str, ...]:
    """The keys of the file, of which the database was made with those of these marks."""
    if marks and not path.exists():
        raise ContactKeyMissing(path)
    kept_secret(path)
    keys = tuple(path.read_text().split())
    if [_mark(key) for key in keys[: len(marks)]] != marks:
        raise ContactKeyMissing(path)
    return keys


def add_key(path: Path, chance: Chance = random_hex) -> None:
    """A newer key, for the next `open_digests`: when the file may have been seen by others."""
    kept_secret(path)
    ended = path.read_text().endswith("\n")  # one that was put back by hand may not be
    with path.open("a") as file:
        file.write(("" if ended else "\n") + chance(32) + "\n")


async def _has_recipients(connection: AsyncConnection, centre: str) -> bool:
    query = select(func.count()).select_from(recipients).where(recipients.c.centre == centre)
    return bool((await connection.execute(query)).scalar_one())


async def _renew(
    connection: AsyncConnection, centre: str, where: tuple[Table, Column[Any], int],
    keys: tuple[str, ...],
) -> None:  # fmt: skip
    """Put every digest of a column through these keys."""
    table, column, size = where
    query = select(column).distinct().where(table.c.centre == centre, column != "")
    old = list((await connection.execute(query)).scalars())
    statement = (
        update(table)
        .where(table.c.centre == centre, column == bindparam("old"))
        .values({column: bindparam("new")})
    )
    for some in batched(old, CHUNK):
        rows = [{"old": digest, "new": _through(keys, digest, size)} for digest in some]
        await connection.execute(statement, rows)
