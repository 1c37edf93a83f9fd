"""The review page in a real Chromium: hear, teach, see before and after, undo."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import expect

from centralino.content.messages import Notes, Transcript
from centralino.content.store import NOTES, TRANSCRIPT
from centralino.db.calls import CallUpdate, Outcome
from centralino.db.engine import Database
from centralino.review.apart import Figures
from centralino.review.desk import Lesson, ReviewDesk
from centralino.review.finding import MISROUTED
from centralino.review.measure import measure
from centralino.web.app import make_app
from centralino.web.server import WebServer
from kernel.packet import TranscriptLine
from tests.integration.centralino.web.browser import chromium, tab
from tests.integration.centralino.web.house import HARBOUR, PASSWORD, RIVER, House, make_house
from tests.integration.centralino.web.visitor import Visitor
from tests.small_bot import write_small_bot


async def here(folder: Path, cache: Path) -> Figures:
    """Measured in this process."""
    return await asyncio.to_thread(measure, folder, cache)


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> House:
    """Calls that were doubtful, on a line with a small bot."""
    write_small_bot(tmp_path / "bots" / "small")
    made = make_house(database, tmp_path / "sound", time.time())
    await made.meet()
    bots = {
        "1000": {"en": "small", "it": "others"},
        "1001": {"en": "small"},
        "1002": {"en": "others"},
    }
    lines = {"1000": RIVER, "1001": HARBOUR, "1002": RIVER}
    config = replace(made.parts.config, bots=bots, line_clients=lines)
    write_small_bot(tmp_path / "bots" / "others")
    desk = ReviewDesk(tmp_path / "bots", tmp_path / "var", here)
    made.parts = replace(made.parts, config=config, review=desk)
    await doubtful(made, "call-1", RIVER, "my flumbo grindle", "person", 0.41)
    await doubtful(made, "call-2", RIVER, "i am [name] and open late", "hours", 0.97, MISROUTED)
    await doubtful(made, "call-3", HARBOUR, "the berth is wet", "bill", 0.3)
    await doubtful(made, "call-4", RIVER, "when are you open", "hours", 0.99)
    return made


async def doubtful(
    house: House, id: str, client: str, text: str, intent: str, sure: float, disposition: str = "",
    language: str | None = None,
) -> None:  # fmt: skip
    began = house.clock.now() - 900
    await house.begin(id, client, began)
    await house.calls.update(id, CallUpdate(answered=began + 1, queue="billing", intent=intent))
    await house.calls.end(id, began + 60, Outcome.TRANSFERRED, "agent hung up")
    said = (
        TranscriptLine(began + 1, "bot", "How can I help you?"),
        TranscriptLine(began + 2, "caller", text, 0.9, intent, sure, language=language),
    )
    await house.keep(id, TRANSCRIPT, Transcript(said), client)
    if disposition:
        await house.keep(id, NOTES, Notes("user-1", began + 70, "", disposition), client)
    await house.record(id, client)


@pytest.fixture
async def pages(house: House) -> AsyncIterator[WebServer]:
    async with WebServer(make_app(house.parts), "127.0.0.1", 0) as running:
        yield running


async def test_whose_sentences_one_sees(house: House, visit: object) -> None:
    hugo: Visitor = await visit("hugo")  # type: ignore[operator]
    assert [d["call"] for d in (await hugo.get("/api/review"))["doubts"]] == ["call-3"]
    anna: Visitor = await visit("anna")  # type: ignore[operator]
    assert (await anna.ask("GET", "/api/review")).status == 403
    lesson = {"call": "call-1", "at": 1.0, "intent": "bill", "text": "x"}
    assert (await hugo.ask("POST", "/api/review/teach", lesson)).status == 404
    assert (await hugo.ask("GET", "/api/review?days=99")).status == 400
    assert (await hugo.ask("POST", "/api/review/undo", {"bot": "other"})).status == 404
    assert (await hugo.ask("POST", "/api/review/undo", {"bot": "small"})).status == 409


async def test_nobody_takes_back_what_was_learned_from_another_client(
    house: House, visit: object
) -> None:
    desk = unmeasured(house)
    hugo: Visitor = await visit("hugo")  # type: ignore[operator]
    assert list((await hugo.get("/api/review"))["bots"]) == ["small"]  # no line of his has others
    await desk.teach("small", Lesson(1.0, "somebody", "bill", "my flumbo grindle", "call-1"))
    await desk.settled()
    refused = await hugo.ask("POST", "/api/review/undo", {"bot": "small"})
    assert refused.status == 409 and "another client" in await refused.text()
    assert (await hugo.ask("POST", "/api/review/undo", {"bot": "others"})).status == 404
    await desk.teach("small", Lesson(2.0, "somebody", "bill", "the berth is wet", "call-3"))
    await desk.settled()
    assert (await hugo.ask("POST", "/api/review/undo", {"bot": "small"})).status == 200
    await desk.close()


async def test_the_bot_of_a_sentence_is_that_of_its_language(
    house: House, visit: object, tmp_path: Path
) -> None:
    desk = unmeasured(house)
    await doubtful(house, "call-5", RIVER, "la bolletta blu", "bill", 0.2, language="it")
    rosa: Visitor = await visit("rosa")  # type: ignore[operator]
    found = {d["call"]: d for d in (await rosa.get("/api/review"))["doubts"]}
    assert (found["call-1"]["bot"], found["call-5"]["bot"]) == ("small", "others")
    lesson = {"call": "call-5", "at": found["call-5"]["at"], "intent": "bill", "text": "blu"}
    assert (await rosa.ask("POST", "/api/review/teach", lesson)).status == 200
    await desk.settled()
    taught = [(tmp_path / "bots" / bot / "nlu.yml").read_text() for bot in ("small", "others")]
    assert ["- blu" in text for text in taught] == [False, True]
    await desk.close()


def unmeasured(house: House) -> ReviewDesk:
    """The desk, whose lessons are not learned here."""

    async def quickly(folder: Path, cache: Path) -> Figures:
        return {}

    desk = house.parts.review
    assert desk is not None
    desk.measure = quickly
    return desk


@pytest.mark.peer
async def test_a_bot_is_taught_on_the_page(house: House, pages: WebServer, tmp_path: Path) -> None:
    file = tmp_path / "bots" / "small" / "nlu.yml"
    before = file.read_text()
    async with chromium() as browser:
        rosa = await tab(browser, pages.url)
        page = rosa.page
        await rosa.sign_in("rosa", PASSWORD)
        await page.get_by_role("link", name="Review").click()
        rows = page.locator("#rows tr")
        await expect(rows).to_have_count(2)
        await expect(rows.nth(0)).to_contain_text("wrong department")
        await expect(rows.nth(0).locator("[name=text]")).to_have_value("i am and open late")
        await expect(rows.nth(1)).to_contain_text("41 %")
        await rows.nth(1).get_by_role("button", name="Play").click()
        await page.wait_for_function("() => document.querySelector('audio').currentTime > 0.6")
        await rows.nth(1).locator("[name=intent]").select_option("bill")
        await rows.nth(1).locator("[name=text]").fill("my grand flumbo grindle")
        await rosa.shot("review-1-doubtful")
        await rows.nth(1).get_by_role("button", name="Teach").click()
        await expect(page.locator("#progress h2")).to_have_text("Taught")
        await expect(page.locator("#progress")).to_contain_text("flumbo grindle")
        await expect(page.locator("#progress td").nth(1)).not_to_have_text("–")
        assert "      - my grand flumbo grindle\n" in file.read_text()
        await expect(rows).to_have_count(1)
        await rosa.shot("review-2-taught")
        await page.click("#undo")
        await expect(page.locator("#progress h2")).to_have_text("Undone")
        await expect(page.locator("#undo")).to_have_count(0)
        await expect(rows).to_have_count(2)
        assert file.read_text() == before
        await rosa.shot("review-3-undone")
        await rows.nth(1).get_by_role("button", name="Leave").click()
        await expect(rows).to_have_count(1)
        await page.reload()
        await expect(rows).to_have_count(1)
        assert rosa.complaints == []
