"""The contacts of a client, read once while somebody composes a campaign, not at each change.

Reading opens a sealed row a person. What was read is dropped a minute after it was looked at last,
and read again as soon as the store says that it has changed. Whoever calls people reads anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from centralino.contacts.store import ContactStore
from contacts.people import Person

KEPT_SECONDS = 60.0
"""After the last look."""


@dataclass
class _Read:
    people: Sequence[Person]
    as_of: tuple[int, float]
    drop: asyncio.TimerHandle


@dataclass
class PeopleKept:
    """Of one house."""

    contacts: ContactStore
    _read: dict[str, _Read] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One reads, the others wait for what it read."""

    async def of(self, client: str) -> Sequence[Person]:
        """Everybody, as of now or a moment ago."""
        async with self._turn:
            as_of = await self.contacts.as_of(client)
            kept = self._read.pop(client, None)  # nothing stays whose drop is no longer to come
            if kept is not None:
                kept.drop.cancel()
            people = kept.people if kept and kept.as_of == as_of else await self.anew(client)
            drop = asyncio.get_running_loop().call_later(KEPT_SECONDS, self._drop, client)
            self._read[client] = _Read(people, as_of, drop)
            return people

    async def anew(self, client: str) -> Sequence[Person]:
        """Everybody, as of now."""
        return [one async for one in self.contacts.all(frozenset({client}))]

    def _drop(self, client: str) -> None:
        self._read.pop(client, None)
