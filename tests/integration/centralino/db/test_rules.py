"""What law, lists, consents and earlier calls say of one number, on both databases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from centralino.contacts.digests import Digests
from centralino.contacts.store import ContactStore
from centralino.content.store import ContentStore
from centralino.db.engine import Database
from centralino.outbound.books import SqlBooks
from centralino.outbound.called_before import CalledBefore
from centralino.outbound.stored import HouseRules
from contacts.numbers import Number
from contacts.people import Consent, Person
from kernel.core import Put
from kernel.journal import Batch
from outbound.compliance import DAY
from outbound.gate import ALLOWED, Allowed
from outbound.records import (
    AttemptRecord,
    AttemptState,
    CampaignRecord,
    Outcome,
    RecipientRecord,
    Refusal,
    attempt_id,
    recipient_id,
)

NOON = datetime(2026, 11, 25, 12, 30, tzinfo=UTC).timestamp()  # a Wednesday; 13:30 in Rome, Paris
ADA, BEN = "+393351234567", "+390646771234"
REMIND = CampaignRecord("teeth", "town", "Dentist", "reminder")
SELL = CampaignRecord("sale", "town", "Sale", "sales")


@dataclass
class Desk:
    rules: HouseRules
    contacts: ContactStore
    books: SqlBooks

    async def ask(
        self, campaign: CampaignRecord, person: str = "p1", number: str = ADA, ordinal: int = 0
    ) -> Allowed:
        return await self.rules.ask(campaign, whom(campaign, person, ordinal), number, NOON)

    async def called(
        self, campaign: CampaignRecord, ordinal: int, days: float, outcome: Outcome | None
    ) -> None:
        recipient, made = recipient_id(campaign.id, "p1"), NOON - days * DAY
        state = AttemptState.OVER if outcome else AttemptState.INTENT
        attempt = AttemptRecord(
            attempt_id(campaign.id, recipient, ordinal), campaign.id, recipient, "town", ordinal,
            0, "", "one", "media-1", "life", 1, state, made, made, made + 30.0, outcome=outcome,
        )  # fmt: skip
        rows = (
            Put("campaigns", campaign.id, campaign), Put("attempts", attempt.id, attempt),
        )  # fmt: skip
        await self.books.commit(Batch("outbound", "house", NOON, rows, ()))


def whom(campaign: CampaignRecord, person: str, ordinal: int) -> RecipientRecord:
    name = recipient_id(campaign.id, person)
    return RecipientRecord(
        name, campaign.id, "town", person, zone="Europe/Rome", ordinal=ordinal
    )  # fmt: skip


@pytest.fixture
def desk(database: Database) -> Desk:
    contacts = ContactStore(database, ContentStore(database, "house"), Digests("secret"))
    rules = HouseRules(contacts, CalledBefore(database, "house"), {"shop": "FR"})
    return Desk(rules, contacts, SqlBooks(database, "house", "key"))


async def test_calls_of_all_campaigns_of_a_class_count_and_what_never_rang_does_not(
    desk: Desk,
) -> None:
    again = replace(REMIND, id="eyes", name="Optician")
    await desk.called(REMIND, 1, 8.0, Outcome.NO_ANSWER)  # longer ago than the law looks
    await desk.called(REMIND, 2, 6.0, Outcome.NO_ANSWER)
    await desk.called(again, 1, 3.0, Outcome.ACKNOWLEDGED)
    await desk.called(again, 2, 2.0, Outcome.CONGESTION)
    await desk.called(again, 3, 1.0, Outcome.REFUSED)
    await desk.called(replace(REMIND, id="quiz", legal_class="survey"), 1, 1.0, Outcome.HEARD)
    await desk.called(replace(REMIND, id="drill", exercise=True), 1, 1.0, Outcome.HEARD)
    await desk.called(REMIND, 3, 0.0, None)  # the one that is looked at
    assert await desk.ask(REMIND, ordinal=3) == ALLOWED
    await desk.called(again, 4, 1.0, Outcome.BUSY)
    told = await desk.ask(REMIND, ordinal=3)
    assert told == Allowed(Refusal.FREQUENCY, NOON + 1.0 * DAY)  # a week after the first of three
    assert await desk.ask(REMIND, person="p2") == ALLOWED


async def test_a_sale_calls_who_consented_to_sales_and_nobody_else(desk: Desk) -> None:
    agreed = (Consent("sales", "2026-01-01", "form 7"),)
    surveyed = (Consent("survey", "2026-01-01", "form 8"),)
    people = {
        "ada": Person("", "town", (Number(ADA),), name="Ada", consents=agreed),
        "ben": Person("", "town", (Number(BEN),), name="Ben", consents=surveyed),
    }
    await desk.contacts.save(people, "town", NOON)
    (ada,) = await desk.contacts.by_number(ADA, None)
    (ben,) = await desk.contacts.by_number(BEN, None)
    shop = replace(SELL, id="late")
    evening = NOON + 2 * 3600.0
    for person, number, refusal in (
        (ada.id, ADA, None), (ben.id, BEN, Refusal.NOT_ALLOWED),
        ("a number on a list", f"sip:{ADA}@carrier.example", None),
        ("a number on a list", "+390299999999", Refusal.NOT_ALLOWED),
    ):  # fmt: skip
        told = await desk.rules.ask(shop, whom(shop, person, 0), number, evening)
        assert told.refusal == refusal, (person, number)


async def test_a_number_to_be_left_alone_is_known_in_every_spelling(desk: Desk) -> None:
    await desk.contacts.block([ADA], "town", "test", NOON)
    for number in (ADA, f"sip:{ADA}@carrier.example:5060", "+39 335 1234567"):
        assert (await desk.ask(REMIND, number=number)).refusal is Refusal.DO_NOT_CALL
    assert await desk.ask(REMIND, number=BEN) == ALLOWED


async def test_the_law_is_that_of_the_clients_country(desk: Desk) -> None:
    agreed = (Consent("sales", "2026-01-01", "form 7"),)
    for client in ("town", "shop"):
        person = Person("", client, (Number(ADA),), name="Ada", consents=agreed)
        await desk.contacts.save({"ada": person}, client, NOON)
    assert await desk.ask(SELL) == ALLOWED
    french = replace(SELL, client="shop")  # nobody sells by telephone at lunch there
    assert (await desk.ask(french)).refusal is Refusal.HOURS
