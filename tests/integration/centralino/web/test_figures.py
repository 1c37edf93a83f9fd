"""Figures of a day, from the facts that the distributor wrote to a real store."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect
from structlog.testing import capture_logs

from acd.config import CentreConfig
from acd.messages import (
    AgentLoggedIn,
    AgentNotReady,
    AgentReady,
    Bridged,
    CallerLeft,
    CallQueued,
    ContactEnded,
    OfferAnswered,
    OfferRinging,
    PlaceOffer,
    WrapUpEnded,
)
from acd.service import AcdService
from acd.visits import Visit as Stay
from centralino.db.engine import Database
from centralino.db.ledger import SqlLedger
from centralino.web.app import make_app
from centralino.web.server import WebServer
from centralino.web.span import add_up
from kernel.journal import Outgoing
from tests.integration.centralino.web.browser import chromium, tab
from tests.integration.centralino.web.conftest import Visit
from tests.integration.centralino.web.house import HARBOUR, HOUSE, PASSWORD, QUEUES, RIVER, House


class Day:
    """A day of two clients, walked by hand."""

    def __init__(self, house: House, service: AcdService) -> None:
        self.house, self.service = house, service
        self.offers: dict[str, str] = {}

    async def say(self, *events: object, after: float = 0.0) -> None:
        self.house.clock.advance(after)
        for event in events:
            await self.service.submit(event)

    async def call(self, name: str, client: str, queue: str, **more: Any) -> None:
        await self.say(CallQueued(name, client, queue, name, "media-1", "e1", **more))

    async def answered(self, name: str, wait: float, talk: float, wrap_up: float) -> None:
        offer = self.offers[name]
        await self.say(OfferRinging(offer))
        await self.say(OfferAnswered(offer), Bridged(offer), after=wait)
        await self.say(ContactEnded(offer, "caller"), after=talk)
        await self.say(WrapUpEnded(self.house.users["anna"]), after=wrap_up)


@pytest.fixture
async def day(house: House, database: Database) -> AsyncIterator[Day]:
    made: list[Day] = []

    async def take(outgoing: Outgoing) -> None:
        if isinstance(outgoing.command, PlaceOffer):
            made[0].offers[outgoing.command.call] = outgoing.command.offer

    ledger = SqlLedger(database, HOUSE)
    service = AcdService(CentreConfig(HOUSE, QUEUES), ledger, take, house.clock)
    await service.open()
    house.parts = dataclasses.replace(house.parts, desk=service)
    made.append(Day(house, service))
    running = asyncio.create_task(service.run())
    yield made[0]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def lived(day: Day) -> None:
    """Two answered, two who gave up, one at once; one of the other client; one waits."""
    anna = day.house.users["anna"]
    await day.say(AgentLoggedIn(anna, RIVER, "sip:anna@x", ("billing",)), AgentReady(anna))
    day.house.clock.advance(60.0)
    await day.call("c-1", RIVER, "billing", intent="bill_too_high")
    await day.answered("c-1", wait=10.0, talk=100.0, wrap_up=20.0)
    await day.call("c-2", RIVER, "billing", intent="move_out")
    await day.answered("c-2", wait=30.0, talk=50.0, wrap_up=0.5)
    await day.say(AgentNotReady(anna, "lunch"))
    await day.call("c-3", RIVER, "billing")
    await day.say(CallerLeft("c-3"), after=45.0)
    await day.call("c-4", RIVER, "billing")
    await day.say(CallerLeft("c-4"), after=2.0)
    await day.call("h-1", HARBOUR, "berths")
    await day.call("c-5", RIVER, "billing")
    day.house.clock.advance(7.0)


async def no_callers(day: Day) -> None:
    """An agent is asked about a call, and another time wants somebody dialled."""
    anna = day.house.users["anna"]
    await day.say(AgentReady(anna))
    for call, more in (("c-5+1", {"consult": "c-5"}), ("o-1", {"dial_seconds": 40.0})):
        await day.call(call, RIVER, "billing", agent=anna, **more)
        await day.say(CallerLeft(call))


async def test_a_supervisor_sees_what_was_and_what_is(day: Day, visit: Visit) -> None:
    await lived(day)
    rosa = await visit("rosa")
    found = await rosa.get("/api/figures?by=intent")
    total = found["total"]
    assert total["exits"] == {"answered": 2, "abandoned": 2, "waiting": 1}
    assert total["offered"] == 5 and found["problems"] == []
    assert total["asa"] == pytest.approx(20.0) and total["short_abandons"] == 1
    assert total["service_level"] == pytest.approx(1 / 3)
    assert found["first_contact"] == 1.0 and total["transfer_rate"] == 0.0
    assert found["callbacks"]["asked"] == 0
    assert total["aht"] == pytest.approx((100 + 20 + 50 + 0.5) / 2)
    rows = {row["key"]: row["offered"] for row in found["rows"]}
    assert rows == {"bill_too_high": 1, "move_out": 1, "": 3}
    (anna,) = found["agents"]
    assert anna["name"] == "Anna Keller" and anna["times"]["talking"] == pytest.approx(150.0)
    assert anna["times"]["available"] == pytest.approx(60.0)
    assert anna["reasons"]["lunch"] == pytest.approx(54.0)
    assert anna["occupancy"] == pytest.approx(170.5 / 230.5)


async def test_each_client_is_blind_to_the_other(day: Day, visit: Visit) -> None:
    await lived(day)
    hugo, admin = await visit("hugo"), await visit("admin")
    found = await hugo.get("/api/figures?by=queue")
    assert [(row["key"], row["offered"]) for row in found["rows"]] == [("berths", 1)]
    assert found["agents"] == [] and found["problems"] == []
    everything = await admin.get("/api/figures?by=client")
    assert {row["key"]: row["offered"] for row in everything["rows"]} == {RIVER: 5, HARBOUR: 1}


async def test_what_does_not_add_up_is_said_in_the_log_at_run_time(day: Day) -> None:
    await lived(day)
    await no_callers(day)
    facts, going_on = day.house.parts.facts, list(day.service.going_on())
    now = day.house.clock.advance(120.0)
    with capture_logs() as logs:
        await add_up(facts, going_on, now)
        assert logs == []
        await add_up(facts, [one for one in going_on if not isinstance(one, Stay)], now)
    assert [line["event"] for line in logs] == ["acd.does_not_add_up"]


async def test_a_restart_changes_no_figure(day: Day, visit: Visit, database: Database) -> None:
    await lived(day)
    rosa = await visit("rosa")
    before = await rosa.get("/api/figures")
    again = AcdService(
        CentreConfig(HOUSE, QUEUES), SqlLedger(database, HOUSE), day.service.send, day.house.clock
    )
    await again.open()
    day.house.parts = dataclasses.replace(day.house.parts, desk=again)
    assert again.going_on() == day.service.going_on()
    assert await rosa.get("/api/figures") == before


async def test_the_day_decided_again_by_another_process_comes_out_the_same(
    day: Day, database: Database, tmp_path: Path
) -> None:
    await lived(day)
    file = tmp_path / "house.toml"
    file.write_text(f'centre = "{HOUSE}"\n[database]\nurl = "sqlite:///{tmp_path}/house.db"\n')
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "centralino.cli", "replay", "--hours", "1000000", "-c", str(file),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode == 0 and b"all the same" in output
    assert b"1 lives of the ACD" in output and b" 2 offers" in output


async def test_as_a_table_for_a_spreadsheet(day: Day, visit: Visit) -> None:
    await lived(day)
    answer = await (await visit("rosa")).ask("GET", "/api/figures?by=queue&format=csv")
    lines = (await answer.text()).splitlines()
    assert lines[0].startswith("key,name,offered,service_level")
    assert lines[1].startswith("billing,Billing,5,0.333")


@pytest.mark.parametrize(
    "query",
    ["by=moon", "minutes=7", "since=5&until=1", "threshold=soon", "variant=best", "short=-1"],
)
async def test_a_question_that_makes_no_sense(day: Day, visit: Visit, query: str) -> None:
    answer = await (await visit("rosa")).ask("GET", f"/api/figures?{query}")
    assert answer.status == 400


@pytest.mark.peer
async def test_the_page(day: Day, house: House, tmp_path: Path) -> None:
    await lived(day)
    async with (
        WebServer(make_app(house.parts), "127.0.0.1", 0) as server,
        chromium() as browser,
    ):
        rosa = await tab(browser, server.url)
        await rosa.sign_in("rosa", PASSWORD)
        await expect(rosa.page.locator("nav")).to_contain_text("Figures")
        await rosa.page.goto(f"{server.url}/figures?day=2023-11-14&days=7")
        await expect(rosa.page.locator("#rows tr")).to_have_count(1)
        await expect(rosa.page.locator("#totals")).to_contain_text("answered within 20 s")
        await rosa.page.select_option("select[name=by]", "intent")
        await expect(rosa.page.locator("#rows tr")).to_have_count(3)
        await expect(rosa.page.locator("#agents")).to_contain_text("Lunch")
        await rosa.shot("figures")
