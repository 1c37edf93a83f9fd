"""The flow with yesterday's calls on it, from a real journal, in a real Chromium."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from centralino.db.calls import CallBegun, Clients
from centralino.db.engine import Database
from centralino.db.journal import JournalRow, read_room
from centralino.db.ledger import SqlLedger
from centralino.web.app import make_app
from centralino.web.parts import DAY, Flows
from centralino.web.server import WebServer
from kernel.core import Transition
from kernel.journal import Batch
from tests.integration.centralino.web.browser import chromium, tab
from tests.integration.centralino.web.house import (
    HARBOUR,
    HOUSE,
    PASSWORD,
    RIVER,
    House,
    make_house,
)
from tests.small_bot import write_small_bot

BILL = (
    ("open", "slot:name@bill", "bill 0.93"),
    ("slot:name@bill", "slot:name@bill", "no-match 1"),
    ("slot:name@bill", "slot:account@bill", "name 0.9"),
    ("slot:account@bill", "to:bills@bill", "to bills: policy"),
)
HOURS = (("open", "open", "hours 0.98; answered hours"), ("open", "end", "goodbye 0.99"))
LEFT = BILL[:1]
IN_ITALIAN = (*BILL[:3], ("slot:account@bill", "slot:account@bill", "speaks it"), BILL[3])


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> House:
    """Yesterday's calls on a line with a small bot, and one of today and one of another client."""
    write_small_bot(tmp_path / "bots" / "small")
    write_small_bot(tmp_path / "bots" / "piccolo")
    made = make_house(database, tmp_path / "sound", time.time())
    await made.meet()

    async def decisions(
        span: tuple[float, float], lines: Collection[str], clients: Clients
    ) -> list[JournalRow]:
        return await read_room(database, HOUSE, "dialogue", span, lines, clients)

    config = replace(made.parts.config, bots={"1000": {"en": "small", "it": "piccolo"}})
    made.parts = replace(made.parts, config=config, flows=Flows(tmp_path / "bots", decisions))
    ledger = SqlLedger(database, HOUSE)
    now = made.clock.now()
    for number, (moves, client, ago) in enumerate(
        [(BILL, RIVER, DAY), (BILL, RIVER, DAY), (LEFT, RIVER, DAY), (HOURS, RIVER, DAY),
         (BILL, HARBOUR, DAY), (BILL, RIVER, 0.0), (IN_ITALIAN, RIVER, DAY)]
    ):  # fmt: skip
        id = f"call-{number}"
        began = CallBegun(id, client, "1000", "inbound", now - ago, "media-1", "e")
        await made.calls.begin(began)
        rows = tuple(
            Transition("dialogue", f"dialogue:{id}", *move, call=id, client=client)
            for move in moves
        )
        await ledger.commit(Batch("telephony", HOUSE, now, rows, ()))
    return made


@pytest.fixture
async def pages(house: House) -> AsyncIterator[WebServer]:
    async with WebServer(make_app(house.parts), "127.0.0.1", 0) as running:
        yield running


async def test_what_is_drawn_for_whom(house: House, visit: Any) -> None:
    now = house.clock.now()
    path = f"/api/picture/small.svg?since={now - DAY - 60}&until={now - 60}"
    rosa, hugo = await visit("rosa"), await visit("hugo")
    drawn = await (await rosa.ask("GET", path)).text()
    assert ">3</text>" in drawn and "2 not understood" in drawn and "1 hung up" in drawn
    theirs = await (await hugo.ask("GET", path)).text()
    assert ">3</text>" not in theirs and "1 not understood" in theirs
    assert (await rosa.get("/api/picture"))["bots"] == ["piccolo", "small"]
    other = await (await rosa.ask("GET", path.replace("small", "piccolo"))).text()
    assert ">3</text>" not in other and "1 not understood" in other and "hung up" not in other
    assert (await rosa.ask("GET", "/api/picture/other.svg")).status == 404
    assert (await rosa.ask("GET", "/api/picture/small.svg?since=x")).status == 400
    assert (await rosa.ask("GET", "/api/picture/small.svg?since=0&until=999999")).status == 400
    assert (await rosa.ask("GET", "/api/picture/small.svg")).status == 200


@pytest.mark.peer
async def test_the_picture_on_its_page(house: House, pages: WebServer) -> None:
    async with chromium() as browser:
        rosa = await tab(browser, pages.url)
        page = rosa.page
        await rosa.sign_in("rosa", PASSWORD)
        await page.get_by_role("link", name="Flow").click()
        await page.select_option("#bot", "small")
        await expect(page.locator("#picture svg")).to_be_visible()
        bill = page.locator("[data-place='slot:name@bill']")
        await expect(bill).to_contain_text("2 not understood, 1 hung up")
        await expect(page.locator(".count").filter(has_text="3").first).to_be_visible()
        await expect(page.locator("[data-place='answer@hours'].none")).to_have_count(0)
        await rosa.shot("flow-1-yesterday")
        await page.fill("#day", "2020-01-01")
        await expect(page.locator(".count")).to_have_count(0)
        assert rosa.complaints == []
