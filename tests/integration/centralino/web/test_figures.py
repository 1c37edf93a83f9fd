"""Figures of a day, from the facts that the distributor wrote to a real store."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from pathlib import Path

import pytest
from playwright.async_api import expect
from structlog.testing import capture_logs

from acd.config import CentreConfig
from acd.messages import (
    AgentReady,
    CallerLeft,
)
from acd.service import AcdService
from acd.visits import Visit as Stay
from centralino.db.engine import Database
from centralino.db.ledger import SqlLedger
from centralino.web.app import make_app
from centralino.web.server import WebServer
from centralino.web.span import add_up
from centralino.web.today import LASTS
from tests.integration.centralino.web.browser import chromium, tab
from tests.integration.centralino.web.conftest import Visit
from tests.integration.centralino.web.day import Day, lived
from tests.integration.centralino.web.house import HARBOUR, HOUSE, PASSWORD, QUEUES, RIVER, House


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


async def test_the_wallboard_has_the_service_level_of_today_by_the_chosen_count(
    day: Day, visit: Visit
) -> None:
    await lived(day)
    rosa, hugo = await visit("rosa"), await visit("hugo")
    found = await rosa.get("/api/queues/today")
    assert found["terms"] == {"threshold": 20.0, "short": 5.0, "variant": "short_neutral"}
    row = {"answered": 2, "abandoned": 2, "service_level": pytest.approx(1 / 3)}
    assert found["queues"] == {"billing": row}
    found = await rosa.get("/api/queues/today?variant=answered_only&threshold=40")
    assert found["queues"]["billing"]["service_level"] == 1.0
    assert (await hugo.get("/api/queues/today"))["queues"] == {}  # the other client's
    assert (await rosa.ask("GET", "/api/queues/today?since=5")).status == 400
    asked = f"/api/queues/today?since={found['since']}"
    await day.say(CallerLeft("c-5"))
    for seconds, abandoned in ((0.0, 2), (LASTS, 3)):  # an answer serves for a moment only
        day.house.clock.advance(seconds)
        assert (await rosa.get(asked))["queues"]["billing"]["abandoned"] == abandoned


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
