"""Contacts as the audience of a campaign: of words, or with agents, who then see what is known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from centralino.outbound.audiences import Audiences, as_recipient
from centralino.outbound.campaigns import Asker, Campaigns, Json, is_notice, law_for
from centralino.outbound.drafting import Wish
from centralino.outbound.errors import CampaignError
from centralino.outbound.notice_wishes import WantedAudience
from outbound.compliance import LegalClass


class NewContacts(Wish):
    """More of an audience: contacts of the campaign's client."""

    campaign: str
    audience: WantedAudience = WantedAudience()
    dry_run: bool = False


class FromContacts:
    """Adds contacts to campaigns."""

    def __init__(
        self, campaigns: Campaigns, audiences: Audiences, classes: Mapping[str, LegalClass]
    ) -> None:
        self._campaigns = campaigns
        self._audiences = audiences
        self._classes = classes
        self.verbs: dict[str, Callable[[Mapping[str, Any], Asker], Awaitable[Json]]] = {
            "contacts": self._add,
        }

    async def _add(self, values: Mapping[str, Any], asker: Asker) -> Json:
        """Those who are meant and may be called; who was in it already is not there twice."""
        new = NewContacts.model_validate(values)
        record = self._campaigns.seen(new.campaign, asker)
        if is_notice(record) or record.bot:
            raise CampaignError("it goes to those whom it was drafted for: draft it anew")
        law = law_for(record.client, record.legal_class, self._classes, asker)
        found = await self._audiences.choose(
            record.client, new.audience.filter(), law, look=new.dry_run
        )
        told = {"campaign": record.id, "people": found.size, "left_out": dict(found.left_out)}
        if new.dry_run:
            return told
        people = [as_recipient(one) for one in found.people]
        return {**told, "added": await self._campaigns.service.add(record.id, people)}
