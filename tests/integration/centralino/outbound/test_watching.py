"""Alarms of a real dialler: from calls that ended to the page's board and the webhooks' outbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from centralino.config.dialling import AlarmLimits, Outbound, Webhook
from centralino.db.outbound_tables import deliveries
from centralino.outbound.watching import Watching, thresholds
from kernel.clock import ManualClock
from outbound.alarms import SETTLES, Alarms
from outbound.messages import AttemptEnded, AttemptRinging, MediaThere, PlaceCall
from outbound.records import Outcome
from tests.integration.centralino.outbound.test_notifications import WATER, House, opened
from tests.waiting import until

LIMITS = AlarmLimits(calls=3, blocked_share=0.5)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    secret = tmp_path / "hook.secret"
    secret.write_text("a secret of our own\n")
    hook = Webhook(name="crm", url="http://127.0.0.1:9/", secret_file=secret)
    async with opened(tmp_path, outbound=Outbound(alarms=LIMITS), webhooks=(hook,)) as made:
        yield made


async def test_refused_as_unwanted_is_an_alarm_that_says_what_to_do(house: House) -> None:
    watching = house.desk.watching
    house.desk.service.observers.append(watching.written)
    drafted = await house.ask("notice.draft", name="Water", client="town", texts=WATER)
    await house.ask("notice.launch", campaign=drafted["campaign"])
    await house.desk.service.submit(MediaThere("media-1", "life", 10))
    await until(lambda: len(_orders(house)) == 3)
    await watching.look()
    assert (await house.ask("list"))["alarms"] == []
    for order in _orders(house):
        await house.desk.service.submit(AttemptRinging(order.attempt))
        await house.desk.service.submit(AttemptEnded(order.attempt, Outcome.BLOCKED, 608))
    await watching.look()
    alarms = (await house.ask("list"))["alarms"]
    assert [one["key"] for one in alarms] == ["answers:sip", "blocked:trunk:sip"]
    assert all(one["do"] for one in alarms)
    await watching.look()
    assert await _told(house) == {("alarm.raised", one["key"]) for one in alarms}


def _orders(house: House) -> list[PlaceCall]:
    return [one for one in house.wire.sent if isinstance(one, PlaceCall)]


async def test_an_alarm_that_held_is_told_to_be_over_after_a_restart(
    house: House, tmp_path: Path
) -> None:
    watching, books = house.desk.watching, house.desk.campaigns.books
    house.desk.service.observers.append(watching.written)
    drafted = await house.ask("notice.draft", name="Water", client="town", texts=WATER)
    await house.ask("notice.launch", campaign=drafted["campaign"])
    await house.desk.service.submit(MediaThere("media-1", "life", 10))
    await until(lambda: len(_orders(house)) == 3)
    for order in _orders(house):
        await house.desk.service.submit(AttemptRinging(order.attempt))
        await house.desk.service.submit(AttemptEnded(order.attempt, Outcome.BLOCKED, 608))
    await watching.look()
    held = watching.alarms.holding
    assert len(held) == 2
    clock = ManualClock(house.desk.clock.now())
    again = Watching(watching.service, Alarms(thresholds(LIMITS)), watching.outbox, books, clock)
    await again.remember()
    await again.look()
    assert again.alarms.holding == held, "the calls that it was seen from are known"
    assert await _told(house) == {("alarm.raised", one.key) for one in held}
    clock.advance(LIMITS.window + 1.0)  # nobody is called any more: its reason is gone
    await again.look()
    clock.advance(SETTLES)
    await again.look()
    assert again.alarms.holding == []
    over = {("alarm.cleared", one.key) for one in held}
    assert over < await _told(house)
    last = Watching(watching.service, Alarms(thresholds(LIMITS)), watching.outbox, books, clock)
    await last.remember()
    assert last.alarms.holding == []


async def _told(house: House) -> set[tuple[str, str]]:
    async with house.desk.campaigns.books.database.read() as connection:
        rows = (await connection.execute(select(deliveries.c.event, deliveries.c.body))).all()
    found = [(row.event, row.body["key"]) for row in rows if row.event.startswith("alarm.")]
    assert len(found) == len(set(found)), "each is told once"
    return set(found)


async def test_the_end_of_a_campaign_is_told_to_other_programs(house: House) -> None:
    drafted = await house.ask("notice.draft", name="Water", client="town", texts=WATER)
    await house.ask("notice.launch", campaign=drafted["campaign"])
    await house.ask("cancel", campaign=drafted["campaign"])
    query = select(deliveries.c.event, deliveries.c.body, deliveries.c.client)
    async with asyncio.timeout(10):
        rows: list[object] = []
        while not rows:
            await asyncio.sleep(0.02)
            async with house.desk.campaigns.books.database.read() as connection:
                rows = [tuple(row) for row in (await connection.execute(query)).all()]
    state = {"campaign": drafted["campaign"], "state": "cancelled"}
    assert rows == [("campaign.over", state, "town")]
