"""Where a durable core's steps are written: the ledger port.

State tables are the truth; the journal is written with them, one row per transition. Both hold ids,
never personal content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kernel.core import Change, Drop, Fact, Put


@dataclass(frozen=True)
class Outgoing:
    """A command on its way out, with the name under which it may be repeated harmlessly."""

    id: str
    room: str
    at: float
    command: object


@dataclass(frozen=True)
class Batch:
    """What one or more steps of a core write, in one transaction."""

    room: str
    centre: str
    at: float
    changes: tuple[Change, ...]
    commands: tuple[Outgoing, ...]


class Ledger(Protocol):
    """Durable memory of cores. One writer per room and centre."""

    async def commit(self, batch: Batch) -> None:
        """Write it all or nothing."""

    async def confirm(self, room: str, ids: Sequence[str]) -> None:
        """These commands had their effect; they are not sent again."""

    async def unconfirmed(self, room: str) -> list[Outgoing]:
        """Commands written and never confirmed, oldest first."""

    async def records(self, room: str, table: str) -> list[object]:
        """Every record of a state table, as it was put."""


class MemoryLedger:
    """A ledger that lives as long as its object: for tests, `talk` and the conformance suite."""

    def __init__(self) -> None:
        self.tables: dict[tuple[str, str], dict[str, object]] = {}
        self.journal: list[tuple[int, float, object]] = []
        self.facts: list[Fact] = []
        self.outbox: dict[str, Outgoing] = {}
        self.commits = 0

    async def commit(self, batch: Batch) -> None:
        """Write it all."""
        self.write(batch)

    def write(self, batch: Batch) -> None:
        """Write it all, without a loop: for simulations."""
        self.commits += 1
        for change in batch.changes:
            if isinstance(change, Put):
                self.tables.setdefault((batch.room, change.table), {})[change.key] = change.record
            elif isinstance(change, Drop):
                self.tables.get((batch.room, change.table), {}).pop(change.key, None)
            elif isinstance(change, Fact):
                self.facts.append(change)
            else:
                self.journal.append((len(self.journal) + 1, batch.at, change))
        self.outbox.update({command.id: command for command in batch.commands})

    async def confirm(self, room: str, ids: Sequence[str]) -> None:
        """Forget these commands."""
        for command in ids:
            self.outbox.pop(command, None)

    async def unconfirmed(self, room: str) -> list[Outgoing]:
        """Commands not confirmed, oldest first."""
        return [command for command in self.outbox.values() if command.room == room]

    async def records(self, room: str, table: str) -> list[object]:
        """Every record of a state table."""
        return list(self.tables.get((room, table), {}).values())
