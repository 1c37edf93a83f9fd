"""What agents say that their talks with people of a campaign came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from centralino.contacts.store import ContactStore
from centralino.outbound.books import SqlBooks
from centralino.outbound.campaigns import in_one_line
from contacts.numbers import dialled
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
    regions: Mapping[str, str] = field(default_factory=dict)
    """Client → country of numbers without one."""

    async def choices(self, call: str) -> Choices | None:
        """What may be said of a call; None for one that no campaign placed."""
        attempt = await self._attempt(call)
        return None if attempt is None else self._of(attempt)

    def _of(self, attempt: AttemptRecord) -> Choices:
        campaign = self.service.campaign(attempt.campaign)
        return Choices(campaign.name, dict(campaign.dispositions or DISPOSITIONS))

    async def dispose(self, call: str, disposition: str, by: str, again_at: float) -> None:
        """The talk came to this. Raises CampaignError where another house dials: then no campaign
        here knows of it, and who is not to be called stands on the list all the same."""
        attempt = await self._attempt(call)
        if attempt is None:
            return
        follows = self._of(attempt).dispositions.get(disposition)
        if follows == Follows.DO_NOT_CALL:
            await self.block(attempt.recipient, attempt.client, "asked an agent")
        elif follows == Follows.WRONG_NUMBER:
            (due,) = await self.books.named([attempt.recipient])
            number = due.paths[attempt.path].number
            await self.block("", attempt.client, "wrong number", number)
        with in_one_line():
            await self.service.dispose(attempt.recipient, disposition, by, again_at)

    async def block(self, recipient: str, client: str, source: str, *numbers: str) -> None:
        """Onto the client's do-not-call list: these numbers, and every one of a recipient."""
        region = self.regions.get(client, "")
        found = await self.books.named([recipient] if recipient else [])
        known = [path.number for due in found for path in due.paths]
        now = self.service.clock.now()
        blocked = {dialled(number, region) for number in (*numbers, *known)}
        await self.contacts.block(blocked, client, source, now)

    async def _attempt(self, call: str) -> AttemptRecord | None:
        return await self.books.attempt(attempt_of_call(call))
