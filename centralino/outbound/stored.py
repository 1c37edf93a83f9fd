"""What the dialler needs of the house: words of messages, and the rules before each call."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

from centralino.contacts.store import ContactStore
from centralino.content.store import ContentStore
from centralino.outbound.called_before import CalledBefore
from contacts.numbers import dialled
from kernel.codec import message
from outbound.compliance import DAY, Asked, Denial, LegalClass, may_call, read_classes
from outbound.gate import ALLOWED, Allowed
from outbound.records import CampaignRecord, RecipientRecord, Refusal

MESSAGE = "message"
FRESH = 2.0
"""Seconds for which the do-not-call list is believed."""


@message("outbound.message")
@dataclass(frozen=True)
class StoredMessage:
    """The words of a message, as one version has them."""

    version: int
    words: str
    texts: dict[str, str] = field(default_factory=dict)
    """Language → the words in it; another language hears `words`."""


@dataclass
class StoredWords:
    """`outbound.ports.Messages`: words from the content store, read once a version."""

    contents: ContentStore
    _known: dict[tuple[str, int], StoredMessage] = field(default_factory=dict)

    async def given(self, campaign: CampaignRecord, recipient: RecipientRecord) -> dict[str, str]:
        """Nothing is known of people who are no contacts."""
        return {}

    async def known(self, persons: Sequence[str]) -> Mapping[str, dict[str, str]]:
        """Nothing, as above."""
        return {}

    async def words(self, campaign: CampaignRecord, recipient: RecipientRecord) -> str:
        """The message; empty where there is none, or its time is over."""
        key = (campaign.message, campaign.message_version)
        if key not in self._known:
            found = await self.contents.get(campaign.message, MESSAGE, None)
            if not isinstance(found, StoredMessage):
                return ""
            self._known[key] = found
        return self._known[key].texts.get(recipient.language, self._known[key].words)


REFUSALS = {
    Denial.DO_NOT_CALL: Refusal.DO_NOT_CALL,
    Denial.NO_CONSENT: Refusal.NOT_ALLOWED,
    Denial.UNKNOWN_ZONE: Refusal.NOT_ALLOWED,
    Denial.HOURS: Refusal.HOURS,
    Denial.FREQUENCY: Refusal.FREQUENCY,
}


def house_classes(region: str = "") -> dict[str, LegalClass]:
    """The legal classes that come with the program, as they are in this country."""
    text = files("outbound").joinpath("legal_classes.toml").read_text(encoding="utf-8")
    return read_classes(tomllib.loads(text), region)


@dataclass
class HouseRules:
    """`outbound.ports.Rules`: the campaign's legal class as it is where its client is, with the
    house's do-not-call lists, recorded consents and what was called before.

    A class that is not there lets nobody be called.
    """

    contacts: ContactStore
    before: CalledBefore
    regions: Mapping[str, str] = field(default_factory=dict)
    """Client → country (ISO 3166-1 alpha-2); one not named: the plain classes."""
    _classes: dict[str, dict[str, LegalClass]] = field(default_factory=dict)
    _blocked: dict[str, tuple[float, Callable[[str], bool]]] = field(default_factory=dict)

    async def ask(
        self, campaign: CampaignRecord, recipient: RecipientRecord, number: str, now: float
    ) -> Allowed:
        """Whether this number may be called now."""
        region = self.regions.get(campaign.client, "")
        law = self._of(region).get(campaign.legal_class)
        if campaign.exercise:
            return ALLOWED
        if law is None:
            return Allowed(Refusal.NOT_ALLOWED)
        number = dialled(number, region)
        asked = Asked(
            zones=tuple(name for name in recipient.zone.split(",") if name),
            blocked=law.do_not_call and (await self._list(campaign.client, now))(number),
            consented=law.consent and await self._consented(campaign, recipient, number),
            called=await self._called(law, campaign, recipient, now),
        )
        ruling = may_call(law, asked, now)
        if ruling.denial is None:
            return ALLOWED
        return Allowed(REFUSALS[ruling.denial], ruling.again_at or 0.0)

    def _of(self, region: str) -> Mapping[str, LegalClass]:
        if region not in self._classes:
            self._classes[region] = house_classes(region)
        return self._classes[region]

    async def _called(
        self, law: LegalClass, campaign: CampaignRecord, recipient: RecipientRecord, now: float
    ) -> tuple[float, ...]:
        if not law.frequency:
            return ()
        since = now - max(rule.days for rule in law.frequency) * DAY
        return await self.before.times(campaign, recipient, since)

    async def _consented(
        self, campaign: CampaignRecord, recipient: RecipientRecord, number: str
    ) -> bool:
        """Whether the person, or one with this number who is no contact by name, agreed."""
        clients = frozenset({campaign.client})
        known = list((await self.contacts.get([recipient.person], clients)).values())
        people = known or await self.contacts.by_number(number, clients)
        return any(one.may_be_asked(campaign.legal_class) for one in people)

    async def _list(self, client: str, now: float) -> Callable[[str], bool]:
        read, blocked = self._blocked.get(client, (0.0, None))
        if blocked is None or now - read > FRESH:
            blocked = await self.contacts.blocked(client)
            self._blocked[client] = (now, blocked)
        return blocked
