"""Campaigns whose calls a bot holds, on a real dialler and database: drafted, told of, counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from centralino.config.dialling import Outbound
from centralino.contacts.store import ContactStore
from centralino.outbound.errors import CampaignError
from contacts.numbers import Number
from contacts.people import Consent, Person
from kernel.core import Change, Put
from outbound.messages import MediaThere, PlaceCall
from outbound.records import RecipientRecord, Refusal
from outbound.results import CallResult
from tests.integration.centralino.outbound.test_notifications import House, opened
from tests.waiting import until

BOTS = Outbound(bots=("survey", "collections", "qualification"))
DEBT = {"amount": "120 euros", "due": "2026-11-01"}
OWES = Person("", "town", (Number("+393351111111"),), name="Carla", groups=("owes",),
              fields=tuple(DEBT.items()))  # fmt: skip
UNTOLD = Person("", "town", (Number("+393352222222"),), name="Dario", groups=("owes",))
SOLAR = {"name": "Solar", "client": "town", "bot": "qualification", "legal_class": "lead"}
SURVEY = {"name": "How we did", "client": "town", "bot": "survey", "legal_class": "survey"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path, outbound=BOTS) as made:
        yield made


async def import_people(contacts: ContactStore, *people: Person) -> None:
    await contacts.save({f"new-{n}": one for n, one in enumerate(people)}, "town", 1.0)


async def test_a_dry_run_tells_whom_a_bot_would_call_and_what_it_does_not_know(
    house: House,
) -> None:
    await import_people(house.contacts, OWES, UNTOLD)
    told = await house.ask(
        "bot.draft", name="Bills", client="town", bot="collections", legal_class="collections",
        audience={"groups": ["owes"]}, dry_run=True, expires=1.0,
    )  # fmt: skip
    assert told["people"] == 1 and "promised for" in told["questions"]
    assert told["left_out"]["no amount"] == 1, "nobody is told of a bill of nothing"
    assert told["warnings"] == ["it expires before everybody was called once"]
    assert house.desk.service.campaigns() == []


async def test_who_has_not_agreed_is_asked_nothing(house: House) -> None:
    agreed = Person("", "town", (Number("+393353333333"),), name="Eva",
                    consents=(Consent("lead", "2026-01-01", "form 7"),))  # fmt: skip
    await import_people(house.contacts, agreed)
    told = await house.ask("bot.draft", **SOLAR, dry_run=True)
    assert told["people"] == 1 and told["left_out"]["no consent recorded"] >= 2


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({**SURVEY, "bot": "utility"}, "name it under outbound.bots"),
        ({**SURVEY, "legal_class": "emergency"}, "an emergency is told by a notification"),
        ({**SURVEY, "legal_class": "fishing"}, "no legal class"),
        ({**SURVEY, "attempts": 20}, "3 times at most"),
        ({**SOLAR, "lines": ["+393351"]}, "import them as contacts"),
        ({**SURVEY, "client": ""}, "client"),
    ],
)
async def test_what_cannot_be_is_told(house: House, values: dict[str, Any], problem: str) -> None:
    with pytest.raises(CampaignError, match=problem):
        await house.ask("bot.draft", **values)


async def test_the_call_carries_the_bot_and_what_it_may_say(house: House) -> None:
    await import_people(house.contacts, OWES)
    drafted = await house.ask(
        "bot.draft", name="Bills", client="town", bot="collections", legal_class="collections",
        audience={"groups": ["owes"]}, exercise=True,
    )  # fmt: skip
    await house.ask("start", campaign=drafted["campaign"])
    await house.desk.service.submit(MediaThere("media-1", "life", 10))
    await until(lambda: any(isinstance(one, PlaceCall) for one in house.wire.sent))
    (order,) = [one for one in house.wire.sent if isinstance(one, PlaceCall)]
    assert (order.bot, order.words, order.script) == ("collections", "", None)
    assert order.given == {"name": "Carla", **DEBT}


async def test_nobody_is_called_of_whom_the_bot_does_not_know_what_it_says(house: House) -> None:
    await import_people(house.contacts, OWES)
    name = (await house.ask(
        "bot.draft", name="Bills", client="town", bot="collections", legal_class="collections",
        audience={"groups": ["owes"]}, exercise=True,
    ))["campaign"]  # fmt: skip
    with pytest.raises(CampaignError, match="import them as contacts"):
        await house.ask("people", campaign=name, lines=["+393354444444"])
    (_, person) = await _first(house, name)
    await house.contacts.contents.erase(person, house.desk.clock.now())  # between draft and call
    told: list[Change] = []
    house.desk.service.observers.append(told.extend)
    await house.ask("start", campaign=name)
    await house.desk.service.submit(MediaThere("media-1", "life", 10))
    await until(lambda: any(_why(change) == Refusal.NO_WORDS for change in told))
    assert not any(isinstance(one, PlaceCall) for one in house.wire.sent)


async def test_results_are_kept_once_counted_exported_and_forgotten(house: House) -> None:
    drafted = await house.ask("bot.draft", **SURVEY)
    name = drafted["campaign"]
    record = house.desk.campaigns.service.campaign(name)
    (recipient, person) = await _first(house, name)
    told = CallResult(
        "att-1", recipient, name, "town", person, "call-1", "complete",
        ("satisfaction", "comment"), {"satisfaction": "4"}, {"comment": "very friendly"},
    )  # fmt: skip
    for _ in range(2):  # the bus may bring it twice
        await house.desk.results.take(told)
    counted = await house.ask("statistics", campaign=name)
    assert counted["results"] == {"complete": 1} and counted["completion"] == 1.0
    asked = {one["name"]: one["asked"] for one in counted["questions"]}
    assert asked["satisfaction"] == asked["comment"] == 1 and asked["channel"] == 0
    table = await house.desk.by_bot.table(record)
    assert "satisfaction,4,1,1,1,0,4.00" in table and "result,complete,1,1" in table
    rows = [row async for page in house.desk.by_bot.results(record) for row in page]
    mine = next(row for row in rows if row[1] == recipient)
    assert mine[-6:] == ("", "4", "", "", "", "very friendly") and "complete" in mine
    await house.ask("forget", person=person)
    assert (await house.ask("statistics", campaign=name))["calls"] == 0
    assert await house.desk.results.contents.get("att-1", "answers", None) is None
    await house.desk.results.take(told)
    assert await house.desk.results.contents.get("att-1", "answers", None) is None


def _why(change: Change) -> str:
    record = change.record if isinstance(change, Put) else None
    return record.why if isinstance(record, RecipientRecord) else ""


async def _first(house: House, campaign: str) -> tuple[str, str]:
    page = await house.desk.campaigns.books.page(campaign, 0, 1)
    return page[0].id, page[0].person
