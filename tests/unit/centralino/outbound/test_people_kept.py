"""Contacts are read once while somebody composes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from centralino.outbound import people_kept
from centralino.outbound.people_kept import PeopleKept
from contacts.people import Person
from tests.waiting import until


@dataclass
class Store:
    """Counts how often it is read."""

    people: list[Person] = field(default_factory=lambda: [Person("p-1", "town", ())])
    read: int = 0
    fails: bool = False

    async def as_of(self, client: str) -> tuple[int, float]:
        return len(self.people), 0.0

    async def all(self, clients: frozenset[str]) -> AsyncIterator[Person]:
        self.read += 1
        if self.fails:
            raise OSError("away")
        for person in list(self.people):
            await asyncio.sleep(0)
            yield person


async def test_they_are_read_once_until_they_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_kept, "KEPT_SECONDS", 0.01)
    store = Store()
    kept = PeopleKept(cast(Any, store))
    first, again = await asyncio.gather(kept.of("town"), kept.of("town"))
    assert first is again and store.read == 1
    store.people.append(Person("p-2", "town", ()))
    assert len(await kept.of("town")) == 2 and store.read == 2
    assert len(await kept.anew("town")) == 2 and store.read == 3
    await until(lambda: not kept._read)


async def test_nobody_stays_in_memory_when_they_cannot_be_read_again() -> None:
    store = Store()
    kept = PeopleKept(cast(Any, store))
    await kept.of("town")
    store.people.append(Person("p-2", "town", ()))
    store.fails = True
    with pytest.raises(OSError, match="away"):
        await kept.of("town")
    assert not kept._read
    store.fails = False
    assert len(await kept.of("town")) == 2
