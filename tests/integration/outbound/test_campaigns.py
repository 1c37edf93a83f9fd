"""What people and programs ask of campaigns, on a running dialler with a store on disk."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from centralino.contacts.digests import Digests
from centralino.contacts.store import ContactStore
from centralino.content.errors import SealBroken
from centralino.content.store import ContentStore
from centralino.db.engine import Database
from centralino.db.migrate import upgrade
from centralino.db.outbound_tables import requests
from centralino.outbound.books import SqlBooks
from centralino.outbound.called_before import CalledBefore
from centralino.outbound.campaigns import Asker, Campaigns
from centralino.outbound.errors import BadAudience, CampaignError, KeyTaken
from centralino.outbound.lease import SqlOwnership
from centralino.outbound.stored import (
    MESSAGE,
    HouseRules,
    StoredMessage,
    StoredWords,
    house_classes,
)
from kernel.clock import SteadyClock
from kernel.journal import Outgoing
from outbound.config import DialerConfig
from outbound.messages import (
    AskAttempts,
    AttemptAcknowledged,
    AttemptAnswered,
    AttemptEnded,
    AttemptRefused,
    MediaThere,
    PlaceCall,
)
from outbound.pacing import Limits
from outbound.placing import Placing
from outbound.records import CampaignRecord, Outcome, RecipientRecord, Refusal
from outbound.service import OutboundService
from tests.waiting import until

OPS = Asker("ops", None)
WARNING = {"name": "Storm", "client": "town", "words": "Stay inside.", "legal_class": "emergency"}


@dataclass
class Words(StoredWords):
    """Words alone: no campaign here is a notification."""

    unreadable: set[str] = field(default_factory=set)
    """Campaigns whose content cannot be opened."""

    async def words(self, campaign: CampaignRecord, recipient: RecipientRecord) -> str:
        if campaign.id in self.unreadable:
            raise SealBroken(campaign.message)
        return await super().words(campaign, recipient)

    async def script(self, campaign: CampaignRecord, recipient: RecipientRecord) -> None:
        return None


@dataclass
class House:
    """The dialler, with everybody answering and pressing the key at once."""

    campaigns: Campaigns
    service: OutboundService
    contacts: ContactStore
    words: Words
    contents: ContentStore
    called: list[PlaceCall] = field(default_factory=list)

    async def drafted(self, *lines: str, **changes: Any) -> str:
        answer = await self.campaigns.ask("create", {**WARNING, **changes}, OPS)
        people = {"campaign": answer["campaign"], "lines": lines}
        assert (await self.campaigns.ask("people", people, OPS))["added"] == len(lines)
        return str(answer["campaign"])

    async def refused(self, name: str, number: str, why: Refusal) -> None:
        """The last look let the call not go out, which spends nothing and counts as a fault."""
        books = self.campaigns.books
        recipient = await books.by_number(name, number)
        async with asyncio.timeout(10):
            while not (row := (await books.named([recipient]))[0].recipient).faults:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert (row.why, row.spent) == (why, 0)

    async def ends(self, name: str) -> dict[str, Any]:
        await until(lambda: self.service.view(name).state == "completed")
        await until(lambda: not self.service.view(name).up)
        await self.service.submit(AttemptRefused("nobody's", Refusal.LATE))  # after their commits
        return await self.campaigns.ask("status", {"campaign": name}, OPS)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    clock, placing = SteadyClock(), Placing()
    async with Database(f"sqlite:///{tmp_path}/house.db") as database, asyncio.TaskGroup() as group:
        await upgrade(database)
        books = SqlBooks(database, "house", "secret")
        contents = ContentStore(database, "house")
        contacts = ContactStore(database, contents, Digests("secret"))
        rules = HouseRules(contacts, CalledBefore(database, "house"))
        called: list[PlaceCall] = []
        words = Words(contents)

        async def call(order: PlaceCall) -> None:
            for news in (
                AttemptAnswered(order.attempt), AttemptAcknowledged(order.attempt),
                AttemptEnded(order.attempt, Outcome.ANSWERED, 200),
            ):  # fmt: skip
                await service.submit(news)

        async def carry(outgoing: Outgoing, media: str) -> None:
            command = outgoing.command
            if isinstance(command, PlaceCall):
                called.append(command)
                group.create_task(call(command))
            elif isinstance(command, AskAttempts):
                told = placing.asked(command, "media-1", "life")
                group.create_task(service.submit(told))

        service = OutboundService(
            DialerConfig("house", (Limits("loop", 50.0), Limits("drill", 50.0, rehearsal=True))),
            books, SqlOwnership(database, "house", "a"), rules, words, carry, clock,
        )  # fmt: skip
        await service.open()
        running = group.create_task(service.run())
        await service.submit(MediaThere("media-1", "life", 10))
        campaigns = Campaigns(
            service, books, contents, clock, 3600.0, house_classes(), contacts.listed
        )
        yield House(campaigns, service, contacts, words, contents, called)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def test_a_campaign_from_draft_to_its_proof(house: House) -> None:
    name = await house.drafted("+390212345601,+390212345602", "+390212345603")
    await house.campaigns.ask("start", {"campaign": name}, OPS)
    status = await house.ends(name)
    assert status["buckets"]["acknowledged"] == 2
    assert [call.words for call in house.called] == ["Stay inside."] * 2
    results = [row async for page in house.campaigns.results(name) for row in page]
    assert [row[3] for row in results] == ["state", "acknowledged", "acknowledged"]
    assert "+39" not in str(results)
    reached = results[0].index("reached_at")
    for row in results[1:]:
        at = datetime.strptime(str(row[reached]), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        assert abs(at.timestamp() - time.time()) < 600
    audit = await house.campaigns.ask("audit", {"campaign": name}, OPS)
    assert audit["whole"] and "+39" not in str(audit)
    told = [row["what"] for row in audit["rows"]]
    assert told.count("understood") == 2 and told[0] == "running" and "completed" in told
    why = await house.campaigns.ask("why", {"campaign": name, "number": "+390212345602"}, OPS)
    assert why["why"].startswith("nothing more will be done: acknowledged")
    assert [one["outcome"] for one in why["attempts"]] == ["acknowledged"]


async def test_the_same_key_is_done_once(house: House) -> None:
    first = await house.campaigns.ask("create", WARNING, OPS, "k1")
    assert await house.campaigns.ask("create", WARNING, OPS, "k1") == first
    with pytest.raises(KeyTaken):
        await house.campaigns.ask("create", {**WARNING, "name": "Flood"}, OPS, "k1")
    assert len(house.service.campaigns()) == 1


async def test_what_was_begun_under_a_key_is_not_overwritten_when_its_answer_is_lost(
    house: House,
) -> None:
    first = (await house.campaigns.ask("create", WARNING, OPS, "k1"))["campaign"]

    async def lose_the_answer() -> None:
        async with house.contacts.database.write() as connection:
            await connection.execute(delete(requests))

    async def words(campaign: str) -> str:
        message = house.service.campaign(campaign).message
        stored = await house.contents.get(message, MESSAGE, None)
        assert isinstance(stored, StoredMessage)
        return stored.words

    await lose_the_answer()
    again = await house.campaigns.ask("create", WARNING, OPS, "k1")
    assert again["campaign"] == first
    await lose_the_answer()
    changed = {**WARNING, "words": "Go outside."}
    other = (await house.campaigns.ask("create", changed, OPS, "k1"))["campaign"]
    assert other != first and await words(first) == WARNING["words"]
    await lose_the_answer()
    record = house.service.campaign(first)
    await house.campaigns.say(replace(record, message_version=2), "Come back.")
    await house.campaigns.ask("start", {"campaign": first}, OPS)
    with pytest.raises(CampaignError, match="that cannot be done now"):
        await house.campaigns.ask("create", WARNING, OPS, "k1")
    assert await words(first) == "Come back."


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"words": ""}, "say what is to be said"),
        ({"legal_class": "sales", "attempts": 20}, "sales calls a person 3 times at most"),
        ({"bot": "utility"}, "is drafted with its audience"),
        ({"legal_class": "party"}, "there is no class 'party'"),
        ({"colour": "red"}, "colour: Extra inputs"),
        ({"ring_timeout": 5}, "ring_timeout"),
    ],
)
async def test_bad_input_gets_one_line(house: House, changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(CampaignError, match=problem) as told:
        await house.campaigns.ask("create", {**WARNING, **changes}, OPS)
    assert "\n" not in str(told.value)


async def test_of_others_nothing_is_seen(house: House) -> None:
    name = await house.drafted("+390212345601")
    stranger = Asker("stranger", frozenset({"harbour"}))
    for verb in ("status", "start", "cancel", "audit"):
        with pytest.raises(CampaignError, match="there is no campaign"):
            await house.campaigns.ask(verb, {"campaign": name}, stranger)
    with pytest.raises(CampaignError, match="not a client of yours"):
        await house.campaigns.ask("create", WARNING, stranger)
    assert house.campaigns.board(stranger)["campaigns"] == []


async def test_a_line_that_is_no_number_is_named(house: House) -> None:
    name = await house.drafted()
    with pytest.raises(BadAudience, match="line 2: 'Anna' is no number"):
        await house.campaigns.ask("people", {"campaign": name, "lines": ["+390212", "Anna"]}, OPS)


async def test_do_not_call_and_an_unknown_zone_are_obeyed_by_all_but_emergencies(
    house: House,
) -> None:
    await house.contacts.block(["+390212345601"], "town", "test", 1.0)
    reminder = await house.drafted("+390212345601", "+390212345602", legal_class="reminder")
    await house.campaigns.ask("start", {"campaign": reminder}, OPS)
    status = await house.ends(reminder)
    assert status["states"] == {"suppressed": 2} and house.called == []
    storm = await house.drafted("+390212345601")
    await house.campaigns.ask("start", {"campaign": storm}, OPS)
    assert (await house.ends(storm))["buckets"]["acknowledged"] == 1


async def test_an_exercise_goes_over_rehearsal_trunks_and_nothing_else_does(house: House) -> None:
    drill = await house.drafted("+390212345601", exercise=True)
    storm = await house.drafted("+390212345602")
    for name in (drill, storm):
        await house.campaigns.ask("start", {"campaign": name}, OPS)
        await house.ends(name)
    assert {call.campaign: call.trunk for call in house.called} == {drill: "drill", storm: "loop"}
    only_real = await house.drafted("+390212345603", exercise=True, trunks=["loop"])
    await house.campaigns.ask("start", {"campaign": only_real}, OPS)
    why = await house.campaigns.ask("why", {"campaign": only_real, "number": "+390212345603"}, OPS)
    assert why["state"] in ("pending", "active") and len(house.called) == 2


async def test_who_calls_back_is_not_called_again(house: House) -> None:
    name = await house.drafted("+390212345601")
    recipient = await house.campaigns.books.by_number(name, "+390212345601")
    assert await house.service.acknowledge(recipient, "call back")
    await house.campaigns.ask("start", {"campaign": name}, OPS)
    assert (await house.ends(name))["buckets"]["acknowledged"] == 1
    assert house.called == [] and not await house.service.acknowledge("nobody", "call back")


async def test_a_last_look_that_fails_refuses_one_call_and_ends_nothing(house: House) -> None:
    bad = await house.drafted("+390212345601")
    house.words.unreadable.add(bad)
    await house.campaigns.ask("start", {"campaign": bad}, OPS)
    await house.refused(bad, "+390212345601", Refusal.FAULT)
    good = await house.drafted("+390212345602")
    await house.campaigns.ask("start", {"campaign": good}, OPS)
    assert (await house.ends(good))["buckets"]["acknowledged"] == 1
    assert {call.campaign for call in house.called} == {good}


async def test_nobody_is_called_to_hear_nothing(house: House) -> None:
    name = await house.drafted("+390212345601")
    message = house.service.campaign(name).message
    await house.contents.erase(message, house.service.clock.now())  # as when its time is over
    await house.campaigns.ask("start", {"campaign": name}, OPS)
    await house.refused(name, "+390212345601", Refusal.NO_WORDS)
    assert house.called == []


async def test_an_erased_person_is_called_no_more_though_the_numbers_were_read(
    house: House,
) -> None:
    name = await house.drafted("+390212345601", "+390212345602", max_cps=0.1)
    await house.campaigns.ask("start", {"campaign": name}, OPS)
    core = house.service._core
    await until(lambda: len(house.called) == 1 and core is not None and core.desk.held(name) == 1)
    books = house.campaigns.books
    left = await books.named([await books.by_number(name, "+390212345602")])
    person = left[0].recipient.person
    assert await house.campaigns.ask("forget", {"person": person}, OPS) == {"dropped": 1}
    assert (await house.ends(name))["states"] == {"acknowledged": 1, "suppressed": 1}
    assert not await books.by_number(name, "+390212345602") and len(house.called) == 1
    with pytest.raises(CampaignError, match="only who sees every client"):
        await house.campaigns.ask("forget", {"person": person}, Asker("x", frozenset({"town"})))


async def test_a_key_asked_twice_at_once_is_done_once_and_is_its_askers_alone(
    house: House,
) -> None:
    asked = [house.campaigns.ask("create", WARNING, OPS, "k1") for _ in range(8)]
    assert len({answer["campaign"] for answer in await asyncio.gather(*asked)}) == 1
    assert len(house.service.campaigns()) == 1
    await house.campaigns.ask("create", WARNING, Asker("other", None), "k1")
    assert len(house.service.campaigns()) == 2
