"""Whoever calls the number back hears what is current, and can acknowledge."""

from __future__ import annotations

from dataclasses import replace

import structlog

from centralino.contacts.store import ContactStore
from centralino.outbound.books import SqlBooks
from centralino.outbound.notices import StoredMessages
from contacts.numbers import dialled
from outbound.errors import BadMessage
from outbound.notice_messages import Phrases, Script, Version
from outbound.records import CampaignRecord, CampaignState, RecipientRecord, recipient_id
from outbound.service import OutboundService

log = structlog.get_logger()

CURRENT = frozenset({CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.COMPLETED})
"""Also one that has called everybody: until it expires its message holds."""


class CallBack:
    """What is said to whom."""

    def __init__(
        self, service: OutboundService, books: SqlBooks, contacts: ContactStore,
        messages: StoredMessages,
    ) -> None:  # fmt: skip
        self._service = service
        self._books = books
        self._contacts = contacts
        self._messages = messages

    async def script_for(
        self, client: str, caller: str, region: str, language: str, now: float
    ) -> tuple[Script, str]:
        """What this caller hears, and the recipient whose acknowledgement counts, or empty."""
        current = self._current(client, now)
        for campaign in current:
            for recipient in await self._recipients(campaign, caller, region):
                script = await self._script(campaign, recipient)
                if script is not None:
                    return script, recipient.id
        for campaign in current:  # nobody we called; what holds for the town holds for them, too
            nobody = RecipientRecord("", campaign.id, client, "", language=language)
            script = await self._script(campaign, nobody)
            if script is not None:
                return script, ""
        return self._nothing(language), ""

    async def _script(self, campaign: CampaignRecord, recipient: RecipientRecord) -> Script | None:
        try:
            return await self._messages.script(campaign, recipient)
        except BadMessage as error:  # a language was taken out of the configuration
            log.error("notice.not_sayable", campaign=campaign.id, why=str(error))
            return None

    def _current(self, client: str, now: float) -> list[CampaignRecord]:
        """The notifications that hold now, the newest of the most urgent first."""
        views = [self._service.campaign(view.id) for view in self._service.campaigns()]
        mine = [
            one for one in views
            if one.client == client and one.state in CURRENT and not one.exercise
            and (not one.expires or now < one.expires)
        ]  # fmt: skip
        return sorted(mine, key=lambda one: (one.priority, -one.since))

    async def _recipients(
        self, campaign: CampaignRecord, caller: str, region: str
    ) -> list[RecipientRecord]:
        """Contacts with this number, and who stood in a list of numbers by it."""
        number = dialled(caller, region)
        people = await self._contacts.by_number(number, frozenset({campaign.client}))
        persons = [*(person.id for person in people), self._contacts.listed(number)]
        names = [recipient_id(campaign.id, person) for person in persons]
        return [due.recipient for due in await self._books.named(names)]

    def _nothing(self, language: str) -> Script:
        """There is no message."""
        phrases = self._messages.phrases()
        words: Phrases = phrases.get(language) or next(iter(phrases.values()))
        silent = replace(words, options="", options_by_key="", again="", who="")
        return Script({language: Version(words.nothing, "", "", silent)}, rounds=1)
