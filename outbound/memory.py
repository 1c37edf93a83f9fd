"""`Books` and `Ownership` that live as long as their object: for tests and simulations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from kernel.core import Put
from kernel.journal import Batch, MemoryLedger
from outbound.desk import ROOM, Tally
from outbound.messages import DueRecipient
from outbound.ports import NewRecipient, Reading
from outbound.records import (
    ATTEMPTS,
    CAMPAIGNS,
    RECIPIENTS,
    AttemptRecord,
    AttemptState,
    CampaignRecord,
    CampaignState,
    Outcome,
    Path,
    RecipientRecord,
    RecipientState,
    recipient_id,
)


class MemoryBooks(MemoryLedger):
    """The dialler's memory."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch = 0
        self.paths: dict[str, tuple[Path, ...]] = {}

    def write(self, batch: Batch) -> None:
        """Write it all, and cancel whom an ended campaign leaves."""
        super().write(batch)
        for change in batch.changes:
            record = change.record if isinstance(change, Put) else None
            if isinstance(record, CampaignRecord) and record.state in (
                CampaignState.CANCELLED, CampaignState.EXPIRED,
            ):  # fmt: skip
                self._sweep(record.id)

    def _sweep(self, campaign: str) -> None:
        rows = self.tables.setdefault((ROOM, RECIPIENTS), {})
        for key, row in rows.items():
            recipient = cast(RecipientRecord, row)
            if recipient.campaign == campaign and recipient.state is RecipientState.PENDING:
                rows[key] = replace(recipient, state=RecipientState.CANCELLED)

    def rows(self, table: str) -> list[object]:
        """Every row of a table."""
        return list(self.tables.get((ROOM, table), {}).values())

    def recipients(self) -> list[RecipientRecord]:
        """Every recipient."""
        return cast(list[RecipientRecord], self.rows(RECIPIENTS))

    def attempts(self) -> list[AttemptRecord]:
        """Every attempt."""
        return cast(list[AttemptRecord], self.rows(ATTEMPTS))

    async def add(self, campaign: CampaignRecord, people: Iterable[NewRecipient]) -> int:
        """Write the audience, or more of it; how many were new."""
        return self.enter(campaign, people)

    def enter(self, campaign: CampaignRecord, people: Iterable[NewRecipient]) -> int:
        """Write the audience, or more of it; how many were new."""
        table = self.tables.setdefault((ROOM, RECIPIENTS), {})
        before = len(table)
        for seq, person in enumerate(people, before + 1):
            name = recipient_id(campaign.id, person.person)
            if name not in table:
                self.paths[name] = person.paths
                table[name] = RecipientRecord(
                    name, campaign.id, campaign.client, person.person, seq, person.language,
                    person.zone, next_at=person.not_before,
                )  # fmt: skip
        return len(table) - before

    async def campaigns(self) -> list[CampaignRecord]:
        """Every campaign."""
        return cast(list[CampaignRecord], self.rows(CAMPAIGNS))

    async def tallies(self) -> dict[str, Tally]:
        """How many recipients are where, by campaign."""
        return self.count()

    def count(self) -> dict[str, Tally]:
        """How many recipients are where, by campaign."""
        tallies: dict[str, Tally] = {}
        for recipient in self.recipients():
            tally = tallies.setdefault(recipient.campaign, Tally())
            tally.states[recipient.state] += 1
            tally.buckets[recipient.bucket] += 1
            tally.helps += recipient.help
        return tallies

    async def open_attempts(self) -> list[tuple[AttemptRecord, DueRecipient]]:
        """Attempts that are not over, with their people."""
        return self.still_open()

    def still_open(self) -> list[tuple[AttemptRecord, DueRecipient]]:
        """Attempts that are not over, with their people."""
        return [
            (attempt, self.due_one(attempt.recipient))
            for attempt in self.attempts()
            if attempt.state is not AttemptState.OVER
        ]

    def due_one(self, name: str) -> DueRecipient:
        """One recipient with the numbers."""
        recipient = self.tables[ROOM, RECIPIENTS][name]
        return DueRecipient(cast(RecipientRecord, recipient), self.paths[name])

    async def due(self, campaign: str, now: float, limit: int) -> Reading:
        """Pending recipients whose time has come, in order."""
        return self.read(campaign, now, limit)

    def read(self, campaign: str, now: float, limit: int) -> Reading:
        """Pending recipients whose time has come, in order."""
        pending = sorted(
            (one.next_at, one.seq, one.id)
            for one in self.recipients()
            if one.campaign == campaign and one.state is RecipientState.PENDING
        )
        ripe = [name for next_at, _, name in pending if next_at <= now][:limit]
        rest = [next_at for next_at, _, _ in pending[len(ripe) :]]
        return Reading(tuple(self.due_one(name) for name in ripe), min(rest, default=None))

    async def named(self, recipients: Sequence[str]) -> list[DueRecipient]:
        """These, in whatever state they are."""
        known = self.tables.get((ROOM, RECIPIENTS), {})
        return [self.due_one(name) for name in recipients if name in known]

    async def answered(
        self, campaigns: Sequence[str], since: float
    ) -> dict[str, list[tuple[float, bool]]]:
        """When somebody answered, and whether they were abandoned."""
        return self.answers(campaigns, since)

    def answers(
        self, campaigns: Sequence[str], since: float
    ) -> dict[str, list[tuple[float, bool]]]:
        """The same, at once."""
        found: dict[str, list[tuple[float, bool]]] = {}
        for one in sorted(self.attempts(), key=lambda attempt: attempt.made):
            abandoned = one.outcome is Outcome.ABANDONED
            live = one.campaign in campaigns and one.made >= since
            if live and (abandoned or one.acknowledged_by == "agent"):
                found.setdefault(one.campaign, []).append((one.made, abandoned))
        return found

    async def attempts_of(self, recipient: str) -> list[AttemptRecord]:
        """Every attempt, in order."""
        found = [attempt for attempt in self.attempts() if attempt.recipient == recipient]
        return sorted(found, key=lambda attempt: attempt.ordinal)


@dataclass
class MemoryOwnership:
    """A lease that nobody else wants."""

    epoch: int = 0

    async def acquire(self, now: float) -> int:
        """The next epoch."""
        self.epoch += 1
        return self.epoch

    async def renew(self, epoch: int, now: float) -> None:
        """Nothing to do: there is one process."""
