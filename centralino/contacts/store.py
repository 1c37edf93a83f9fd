"""People in the store: each sealed with a key of their own, found again by keyed digests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from centralino.contacts.digests import Digests, still_of, writing
from centralino.content.store import ContentStore, batched
from centralino.db.calls import Clients
from centralino.db.engine import Database
from centralino.db.tables import contact_numbers, contacts, do_not_call
from contacts.people import Person, merged
from kernel.ids import Chance, new_id, random_hex

PERSON = "person"
"""The kind of content."""
FOR_EVER = 253_402_300_799.0
"""UTC seconds, the end of 9999: people are kept until they are erased."""
CHUNK = 5_000
"""People written in one transaction: calls in progress get their turn between them."""


@dataclass(frozen=True)
class Saved:
    """What an import came to."""

    new: int
    updated: int


class ContactStore:
    """The people of one centre."""

    def __init__(
        self,
        database: Database,
        contents: ContentStore,
        digests: Digests,
        chance: Chance = random_hex,
    ) -> None:
        self.database = database
        self.contents = contents
        self.centre = contents.centre
        self.digests = digests
        self.digest, self.listed = digests.of, digests.listed
        self._chance = chance

    async def save(self, people: Mapping[str, Person], client: str, now: float) -> Saved:
        """Keep people by their identity; who is known already is updated (`contacts.merged`).
        Raises ContactKeyChanged; what is kept until then stays."""
        known = await self._known(client)
        new = updated = 0
        for some in batched(list(people), CHUNK):
            drafts = {who: people[who] for who in some}
            ids = {who: known.get(self.digest(who), "") for who in some}
            old = await self.contents.get_many([i for i in ids.values() if i], PERSON, None)
            ready: dict[str, Person] = {}
            for who, draft in drafts.items():
                before = old.get(ids[who])
                ids[who] = ids[who] or new_id("person", self._chance)
                ready[who] = (
                    merged(before, draft)
                    if isinstance(before, Person)
                    else replace(draft, id=ids[who])
                )
            async with self.database.write() as connection:
                await writing(self.database, connection, self.centre, self.digests)
                await self._write(connection, ready, client, now)
            updated += len(old)
            new += len(some) - len(old)
        return Saved(new, updated)

    async def _known(self, client: str) -> dict[str, str]:
        query = select(contacts.c.identity, contacts.c.id).where(
            contacts.c.centre == self.centre, contacts.c.client == client
        )
        async with self.database.read() as connection:
            return {row.identity: row.id for row in await connection.execute(query)}

    async def _write(
        self, connection: AsyncConnection, ready: Mapping[str, Person], client: str, now: float
    ) -> None:
        base = {"centre": self.centre, "client": client}
        rows = [
            {**base, "id": p.id, "identity": self.digest(who), "created": now, "updated": now}
            for who, p in ready.items()
        ]
        seen = {"updated": text("excluded.updated")}
        await connection.execute(self.database.upsert(contacts, ("centre", "id"), seen), rows)
        people = {person.id: person for person in ready.values()}
        await self._write_numbers(connection, people.values(), client)
        silent = [n.e164 for p in people.values() if p.do_not_call for n in p.numbers]
        await self._block(connection, silent, client, "import", now)
        await self.contents.put_many(
            connection, PERSON, people, client=client, expires=FOR_EVER, now=now
        )

    async def _write_numbers(
        self, connection: AsyncConnection, people: Iterable[Person], client: str
    ) -> None:
        rows = [
            {
                "centre": self.centre,
                "contact": person.id,
                "ordinal": ordinal,
                "client": client,
                "digest": self.digest(number.e164),
            }
            for person in people
            for ordinal, number in enumerate(person.numbers)
        ]
        # Numbers are added and reordered, never fewer (`merged`): what was there is overwritten.
        newer = {"digest": text("excluded.digest")}
        key = ("centre", "contact", "ordinal")
        await connection.execute(self.database.upsert(contact_numbers, key, newer), rows)

    async def all(self, clients: Clients) -> AsyncIterator[Person]:
        """Everybody of these clients, by id. Nothing stays open between two of them."""
        last = ""
        while found := await self.contents.page(PERSON, clients, last):
            last = max(found)
            for person in found.values():
                if isinstance(person, Person):
                    yield person

    async def get(self, ids: Iterable[str], clients: Clients) -> dict[str, Person]:
        """Those who are there, by id."""
        found = await self.contents.get_many(list(ids), PERSON, clients)
        return {id: person for id, person in found.items() if isinstance(person, Person)}

    async def by_number(self, e164: str, clients: Clients) -> list[Person]:
        """Who has this number: a household may share one."""
        query = select(contact_numbers.c.contact).where(
            contact_numbers.c.centre == self.centre,
            contact_numbers.c.digest == self.digest(e164),
        )
        async with self.database.read() as connection:
            ids = list((await connection.execute(query)).scalars())
        people = await self.get(sorted(set(ids)), clients)
        return list(people.values())

    async def count(self, clients: Clients) -> int:
        """How many people there are."""
        query = select(func.count()).select_from(contacts).where(contacts.c.centre == self.centre)
        if clients is not None:
            query = query.where(contacts.c.client.in_(sorted(clients)))
        async with self.database.read() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def as_of(self, client: str) -> tuple[int, float]:
        """Changes as the people of a client do: how many they are, and the newest import (UTC
        seconds). While an import runs it may stand still."""
        query = select(func.count(), func.max(contacts.c.updated)).where(
            contacts.c.centre == self.centre, contacts.c.client == client
        )
        async with self.database.read() as connection:
            row = (await connection.execute(query)).one()
        return int(row[0]), float(row[1] or 0.0)

    async def erase(self, person: str, now: float) -> bool:
        """Forget a person for good; False if there is none. A do-not-call of the numbers stays, as
        a digest."""
        async with self.database.write() as connection:
            for table, column in ((contact_numbers, contact_numbers.c.contact),
                                  (contacts, contacts.c.id)):  # fmt: skip
                where = (table.c.centre == self.centre, column == person)
                await connection.execute(delete(table).where(*where))
        return await self.contents.erase(person, now)

    async def block(self, numbers: Iterable[str], client: str, source: str, now: float) -> None:
        """Put numbers (E.164) on a client's do-not-call list; client "" is the whole centre's.
        Raises ContactKeyChanged."""
        async with self.database.write() as connection:
            await writing(self.database, connection, self.centre, self.digests)
            await self._block(connection, list(numbers), client, source, now)

    async def _block(
        self,
        connection: AsyncConnection,
        numbers: list[str],
        client: str,
        source: str,
        now: float,
    ) -> None:
        if not numbers:
            return
        base = {"centre": self.centre, "client": client, "since": now, "source": source}
        rows = [{**base, "digest": self.digest(number)} for number in numbers]
        statement = self.database.insert_new(do_not_call, ("centre", "client", "digest"))
        await connection.execute(statement, rows)

    async def blocked(self, client: str) -> Callable[[str], bool]:
        """Whether a number is on the client's or the centre's do-not-call list, as of now. Raises
        ContactKeyChanged."""
        query = select(do_not_call.c.digest).where(
            do_not_call.c.centre == self.centre, do_not_call.c.client.in_(["", client])
        )
        async with self.database.read() as connection:
            digests = frozenset((await connection.execute(query)).scalars())
            # Last: a key that came between the two is seen.
            await still_of(connection, self.centre, self.digests)
        return lambda number: self.digest(number) in digests
