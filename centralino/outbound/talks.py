"""What agents say that their talks with people of a campaign came to."""

from __future__ import annotations

from dataclasses import dataclass

from centralino.contacts.store import ContactStore
from centralino.outbound.books import SqlBooks
from outbound.dispositions import DISPOSITIONS, Follows
from outbound.records import AttemptRecord, attempt_of_call
from outbound.service import OutboundService


@dataclass(frozen=True)
class Choices:
    """What may be said of one talk."""

    campaign: str
    dispositions: dict[str, str]
    """Disposition → what follows (`outbound.dispositions.Follows`)."""


@dataclass
class Talks:
    """Between the agents' page and the dialler."""

    service: OutboundService
    books: SqlBooks
    contacts: ContactStore

    async def choices(self, call: str) -> Choices | None:
        """What may be said of a call; None for one that no campaign placed."""
        attempt = await self._attempt(call)
        if attempt is None:
            return None
        campaign = self.service.campaign(attempt.campaign)
        return Choices(campaign.name, dict(campaign.dispositions or DISPOSITIONS))

    async def dispose(self, call: str, disposition: str, by: str, again_at: float) -> None:
        """The talk came to this."""
        attempt, choices = await self._attempt(call), await self.choices(call)
        if attempt is None or choices is None:
            return
        await self.service.dispose(attempt.recipient, disposition, by, again_at)
        if choices.dispositions.get(disposition) == Follows.DO_NOT_CALL:
            (due,) = await self.books.named([attempt.recipient])
            numbers = [path.number for path in due.paths]
            now = self.service.clock.now()
            await self.contacts.block(numbers, attempt.client, "asked an agent", now)

    async def _attempt(self, call: str) -> AttemptRecord | None:
        return await self.books.attempt(attempt_of_call(call))
