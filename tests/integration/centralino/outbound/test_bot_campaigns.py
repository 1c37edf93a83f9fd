"""Campaigns whose calls a bot holds, on a real dialler and database: drafted, told of, counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from centralino.config.dialling import Outbound, Webhook
from centralino.contacts.store import ContactStore
from centralino.db.outbound_tables import deliveries
from centralino.outbound.errors import CampaignError
from contacts.numbers import Number
from contacts.people import Consent, Person
from kernel.clock import ManualClock
from kernel.core import Change, Put
from outbound.messages import MediaThere, PlaceCall
from outbound.records import RecipientRecord, Refusal
from outbound.results import CallResult
from tests.integration.centralino.outbound.test_notifications import House, opened
from tests.waiting import until

BOTS = Outbound(bots=("survey", "collections", "qualification"))
DEBT = {"amount": "120 euros", "due": "2026-11-01", "account_end": "1903"}
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


async def test_agents_behind_a_campaign_see_what_is_known_of_contacts_who_agreed(
    house: House,
) -> None:
    agreed = Person("", "town", (Number("+393353333333"),), name="Eva", fields=(("plan", "B"),),
                    consents=(Consent("sales", "2026-01-01", "form 7"),))  # fmt: skip
    await import_people(house.contacts, agreed, UNTOLD)
    sales = await house.ask(
        "create", name="Solar", client="town", legal_class="sales", mode="preview",
        queue="emergency", words="This is the town.", caller_id="+390212000",
    )  # fmt: skip
    dry = await house.ask("contacts", campaign=sales["campaign"], dry_run=True)
    assert dry["people"] == 1 and dry["left_out"] == {"no consent recorded": 4}
    assert (await house.ask("contacts", campaign=sales["campaign"]))["added"] == 1
    assert (await house.ask("contacts", campaign=sales["campaign"]))["added"] == 0
    record = house.desk.campaigns.service.campaign(sales["campaign"])
    (due,) = await house.desk.campaigns.books.everybody(record.id)
    known = await house.desk.service.messages.given(record, due.recipient)
    assert (known["name"], known["plan"]) == ("Eva", "B")
    notice = await house.ask("bot.draft", **SURVEY)
    with pytest.raises(CampaignError, match="draft it anew"):
        await house.ask("contacts", campaign=notice["campaign"])


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
    said = await house.ask("words", campaign=name, question="comment")
    assert [(one["said"], one["result"]) for one in said["words"]] == [
        ("very friendly", "complete")
    ]
    assert (await house.ask("words", campaign=name, question="satisfaction"))["words"] == []
    await house.ask("forget", person=person)
    assert (await house.ask("statistics", campaign=name))["calls"] == 0
    assert await house.desk.results.contents.get("att-1", "answers", None) is None
    await house.desk.results.take(told)
    assert await house.desk.results.contents.get("att-1", "answers", None) is None


def _why(change: Change) -> str:
    record = change.record if isinstance(change, Put) else None
    return record.why if isinstance(record, RecipientRecord) else ""


async def test_an_erased_person_is_told_to_no_other_program(tmp_path: Path) -> None:
    (tmp_path / "hook.secret").write_text("a secret of our own\n")
    hook = Webhook(name="crm", url="http://127.0.0.1:9/", secret_file=tmp_path / "hook.secret")
    async with opened(tmp_path, outbound=BOTS, webhooks=(hook,)) as house:
        for person in ("p-1", "p-2"):
            told = CallResult(f"att-{person}", "r", "cam", "town", person, "call", "complete")
            await house.desk.results.take(told)
        await house.ask("forget", person="p-1")
        async with house.desk.results.database.read() as connection:
            waiting = (await connection.execute(select(deliveries.c.id))).scalars().all()
        assert waiting == ["call.result:att-p-2.crm"]


async def test_results_are_kept_no_longer_than_anything_else(house: House) -> None:
    book, clock = house.desk.results, ManualClock(1_000.0)
    book = replace(book, clock=clock)
    await book.take(CallResult("att-1", "r-1", "cam", "town", "p-1", "call-1", "complete"))
    clock.advance(book.keep_seconds - 1.0)
    await book.take(CallResult("att-2", "r-2", "cam", "town", "p-2", "call-2", "complete"))
    await book.forget_old()
    assert len(await book.rows("cam")) == 2
    clock.advance(1.0)
    await book.forget_old()
    assert [row.recipient for row in await book.rows("cam")] == ["r-2"]


async def _first(house: House, campaign: str) -> tuple[str, str]:
    page = await house.desk.campaigns.books.page(campaign, 0, 1)
    return page[0].id, page[0].person
