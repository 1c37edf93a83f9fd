"""What people see and do, in a real Chromium."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from acd.messages import ContactMoved
from acd.staff import Profile, StaffKnown
from centralino.content.packets import KNOWN, Known
from centralino.content.store import NOTES
from centralino.db.calls import Outcome
from centralino.db.engine import Database
from centralino.messages import ConsultOrder, ContactWish
from centralino.users.types import AgentSettings, NewUser, Role
from centralino.web.app import make_app
from centralino.web.server import WebServer
from centralino.web.suggesting import FEWEST
from kernel.packet import KnownCaller
from tests.integration.centralino.web.browser import Tab, chromium, tab
from tests.integration.centralino.web.house import HARBOUR, PASSWORD, RIVER, House, make_house
from tests.waiting import until

pytestmark = pytest.mark.peer

LOOKS_ELSEWHERE = """() => {
  document.hasFocus = () => false;
  window.alerts = [];
  window.Notification = class extends Notification {
    constructor(...given) {
      super(...given);
      alerts.push(this);
    }
    close() {
      super.close();
      this.closed = true;
    }
  };
}"""
"""The tests' pages always have the focus. Keeps the notifications, which are the browser's own."""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    async with chromium() as running:
        yield running


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> House:
    """As elsewhere, but today: a browser has its own clock."""
    made = make_house(database, tmp_path / "sound", time.time())
    await made.meet()
    await made.past_call("call-a", RIVER, "anna", "billing", ago=1500)
    await made.past_call("call-h", HARBOUR, "otto", "berths", ago=1200)
    for n, (outcome, cause) in enumerate(
        [(Outcome.ANSWERED, "goodbye"), (Outcome.ABANDONED, "hang up"), (Outcome.FAILED, "lost")]
    ):
        await made.begin(f"call-{n}", RIVER, made.clock.now() - 900 + 90 * n)
        await made.calls.end(f"call-{n}", made.clock.now() - 850 + 90 * n, outcome, cause)
    return made


@pytest.fixture
async def server(house: House) -> AsyncIterator[WebServer]:
    """On a free port."""
    async with WebServer(make_app(house.parts), "127.0.0.1", 0) as running:
        yield running


async def at_work(browser: Browser, server: WebServer) -> Tab:
    """Anna, signed in, logged in and ready."""
    anna = await tab(browser, server.url)
    await anna.sign_in("anna", PASSWORD)
    await expect(anna.page.locator("#state")).not_to_contain_text("NaN")
    await expect(anna.page.locator("#queues")).to_contain_text("Log in")
    await anna.page.click("#login")
    await anna.page.click("#ready")
    await expect(anna.page.locator("#mode")).to_have_text("Ready")
    return anna


async def test_an_agents_call(house: House, server: WebServer, browser: Browser) -> None:
    anna = await at_work(browser, server)
    page = anna.page
    await expect(page.locator("#recent tbody tr")).to_have_count(1)
    await anna.shot("agent-1-ready")

    crm = (("open orders", "2"), ("tariff", "green"))
    await page.context.grant_permissions(["notifications"])
    await page.evaluate(LOOKS_ELSEWHERE)
    await page.click("#ask-alerts")
    contact = KnownCaller("contacts", "John A. Smith", "it", "C-77")
    late = KnownCaller("billing", problem="no answer within 1 s")
    known = Known((contact, KnownCaller("crm", fields=crm), late))
    await house.keep("call-1", KNOWN, known, RIVER)
    offer = await house.ring("call-1")
    await expect(page.locator("#packet .known")).to_contain_text("John A. Smith")
    await expect(page.locator("#packet .known")).to_contain_text("Italian")
    await expect(page.locator("#packet .known")).to_contain_text("no answer within 1 s")
    await expect(page.locator("#band h1")).to_have_text("John Smith")
    await expect(page.locator("#packet .summary")).to_contain_text("October bill is twice")
    await expect(page.locator("#packet .slots tr")).to_have_count(3)
    await expect(page.locator("#packet .slots tr").nth(1)).to_contain_text("✓ confirmed")
    await expect(page.locator("#packet .slots tr").nth(2)).to_contain_text("unsure 61 %")
    await expect(page.locator("#said li")).to_have_count(9)
    await expect(page.locator("#announce")).to_contain_text("John Smith")
    assert "John Smith" in await page.title()
    await anna.shot("agent-2-ringing")
    await page.wait_for_function("() => alerts.some(({ title }) => title === 'John Smith')")
    assert await page.evaluate("() => alerts.every(({ closed }) => !closed)")

    await house.talk(offer, "call-1", "anna")
    await page.wait_for_function("() => alerts.at(-1).closed")
    await page.click("#take-summary")
    await expect(page.locator("#notes")).to_have_value(re.compile("October bill is twice"))
    await expect(page.locator("#take-summary")).to_be_hidden()
    await page.fill("#notes", "Wants a new reading on Tuesday.")
    await expect(page.locator(".saved")).to_contain_text("Saved")
    await anna.shot("agent-3-talking")

    house.hang_up(offer)
    await expect(page.locator("#mode")).to_have_text("Wrap-up")
    assert await page.input_value("#notes") == "Wants a new reading on Tuesday."
    await page.click("#done")
    await expect(page.locator("#toasts")).to_contain_text("Choose how the call ended")
    await page.locator("#work").get_by_text("Solved").click()
    await anna.shot("agent-4-wrap-up")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#mode")).to_have_text("Ready")
    kept = await house.contents.get("call-1", NOTES, None)
    assert getattr(kept, "disposition", "") == "solved"
    assert anna.complaints == []


async def test_an_agents_contact_with_hold_and_a_colleague(
    house: House, server: WebServer, browser: Browser
) -> None:
    new = NewUser(
        "cleo", RIVER, "Cleo Frey", PASSWORD, {RIVER: (Role.AGENT,)},
        AgentSettings("2002", queues=("technical",)),
    )  # fmt: skip
    house.users["cleo"] = await house.people.create(new, house.clock.now())
    house.work("cleo", RIVER, "technical")
    for number in range(FEWEST):
        await house.past_call(f"past-{number}", RIVER, "anna", "billing")
    anna = await at_work(browser, server)
    page = anna.page
    offer = await house.ring("call-1")
    await house.talk(offer, "call-1", "anna")
    await page.click("#hold")
    house.desk.tell(ContactMoved(offer, "hold"))
    await expect(page.locator("#mode")).to_have_text("Caller on hold")
    await page.keyboard.press("Alt+Shift+KeyH")
    house.desk.tell(ContactMoved(offer, "talking", paused=True))
    await expect(page.locator("#paused")).to_have_text("Nothing is recorded now.")
    await page.click("#resume")
    await page.click("#consult")
    await expect(page.locator("#tasks button")).to_have_text("a meter reading")
    await page.fill("#number", "02 1234 5678")
    await page.click("#call-out")
    await page.get_by_role("button", name="Cleo Frey 2002").click()
    house.desk.tell(ContactMoved(offer, "consult"))
    await expect(page.locator("#stands")).to_contain_text("you talk with your colleague")
    await anna.shot("agent-3b-consult")
    await page.click("#join")
    house.desk.tell(ContactMoved(offer, "conference"))
    await page.get_by_role("button", name="Leave the two").click()
    await until(lambda: len(house.orders) == 7)
    assert house.orders == [
        ContactWish("call-1", "media-1", offer, "hold"),
        ContactWish("call-1", "media-1", offer, "retrieve"),
        ContactWish("call-1", "media-1", offer, "resume"),
        ConsultOrder("call-1", "media-1", offer, number="0212345678"),
        ConsultOrder("call-1", "media-1", offer, queue="technical", agent=house.users["cleo"]),
        ContactWish("call-1", "media-1", offer, "join"),
        ContactWish("call-1", "media-1", offer, "complete"),
    ]
    await expect(page.locator("#guess")).to_contain_text("Done says “Solved”")
    house.hang_up(offer)
    await expect(page.locator("#mode")).to_have_text("Wrap-up")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#mode")).to_have_text("Ready")
    kept = await house.contents.get("call-1", NOTES, None)
    assert getattr(kept, "disposition", "") == "solved"
    assert anna.complaints == []


async def test_decline_and_not_ready(house: House, server: WebServer, browser: Browser) -> None:
    anna = await at_work(browser, server)
    await house.ring("call-1")
    await anna.page.click("#decline")
    await expect(anna.page.locator("#contact")).to_be_hidden()
    await anna.page.get_by_role("button", name="Lunch").click()
    await expect(anna.page.locator("#mode")).to_have_text("Not ready")
    await expect(anna.page.locator(".hint")).to_have_text("Lunch")
    await anna.shot("agent-5-lunch")
    await anna.page.keyboard.press("Alt+Shift+KeyR")
    await expect(anna.page.locator("#mode")).to_have_text("Ready")
    assert anna.complaints == []


async def test_a_missed_call_is_explained(
    house: House, server: WebServer, browser: Browser
) -> None:
    anna = await at_work(browser, server)
    await house.ring("call-1")
    await expect(anna.page.locator("#mode")).to_have_text("Ringing")
    house.desk.walk(60)
    await expect(anna.page.locator("#mode")).to_have_text("Not ready")
    await expect(anna.page.locator(".hint")).to_contain_text("was not answered")
    await expect(anna.page.locator("#contact")).to_be_hidden()


async def test_a_cut_line_is_told_and_mends_itself(house: House, browser: Browser) -> None:
    async with WebServer(make_app(house.parts), "127.0.0.1", 0) as first:
        anna = await at_work(browser, first)
        port = first.port
    await expect(anna.page.locator("#link")).to_be_visible()
    await anna.shot("agent-6-cut")
    await house.ring("call-1")
    async with WebServer(make_app(house.parts), "127.0.0.1", port):
        await expect(anna.page.locator("#band h1")).to_have_text("John Smith")
        await expect(anna.page.locator("#link")).to_be_hidden()
    assert [c for c in anna.complaints if "WebSocket" not in c and "Failed to load" not in c] == []


async def test_a_closing_house_is_told_on_every_page(
    house: House, server: WebServer, browser: Browser
) -> None:
    anna = await at_work(browser, server)
    await expect(anna.page.locator("#closing")).to_be_hidden()
    house.parts.draining.set()
    await expect(anna.page.locator("#closing")).to_contain_text("running calls can finish")
    await anna.shot("agent-7-closing")
    await anna.page.goto(f"{server.url}/calls")
    await expect(anna.page.locator("#closing")).to_be_visible()
    assert anna.complaints == []


async def test_the_history_and_its_player(
    house: House, server: WebServer, browser: Browser
) -> None:
    rosa = await tab(browser, server.url)
    page = rosa.page
    await rosa.sign_in("rosa", PASSWORD)
    await page.get_by_role("link", name="Call history").click()
    await expect(page.locator("#rows tr")).to_have_count(4)
    await rosa.shot("calls-1-list")
    await page.fill("[name=since]", "2099-01-01")
    await expect(page.locator("#none")).to_be_visible()
    await page.fill("[name=since]", "2020-01-01")
    await expect(page.locator("#rows tr")).to_have_count(4)
    await page.select_option("#outcome", "transferred")
    await expect(page.locator("#rows tr")).to_have_count(1)
    await page.click("#rows a")
    await expect(page.locator("#transcript li")).to_have_count(11)
    await expect(page.locator("#transcript li").nth(2)).to_contain_text("answered in 0.81 s")
    await expect(page.locator("#journey > ol li")).to_have_count(7)
    await expect(page.locator("#journey > ol li").nth(2)).to_contain_text("Rings at Anna Keller")
    await expect(page.locator("#journey details li")).to_have_count(10)
    await expect(page.locator("#notes")).to_contain_text("Meter read wrongly")
    seconds = "() => document.querySelector('audio').duration"
    await page.wait_for_function(f"() => ({seconds})() > 2.9")
    assert await page.evaluate(seconds) == 3
    await page.locator("#transcript .time").nth(0).click()
    await page.wait_for_function("() => document.querySelector('audio').currentTime > 0")
    await rosa.shot("calls-2-one")
    assert rosa.complaints == []


async def test_the_board_and_the_users(house: House, server: WebServer, browser: Browser) -> None:
    house.work("anna", RIVER, "billing", "technical")
    await house.ring("call-1")
    house.desk.tell(StaffKnown((Profile(("billing", "technical"), {"gas": 2}),)))
    await house.wait("call-2", RIVER, "technical", gas=3, welsh=1)
    ada = await tab(browser, server.url)
    page = ada.page
    await ada.shot("door")
    await ada.sign_in("admin", PASSWORD)
    await expect(page.locator("#queues tr")).to_have_count(3)
    await expect(page.locator("#agents tr")).to_contain_text("Ringing")
    lacks = page.locator("#queues small.lacks")
    await expect(lacks.first).to_have_text("Nobody here has gas 3 (2 at most): 1 call asked for it")
    await expect(lacks.last).to_have_text("Nobody here has welsh: 1 call asked for it")
    await expect(page.locator("#terms")).to_contain_text("answered within 20 s, of answered")
    await ada.shot("queues")
    await page.get_by_role("link", name="Users").click()
    await expect(page.locator("#rows tr")).to_have_count(5)
    await page.click("#new")
    await page.fill("[name=full_name]", "Paul Reed")
    await page.locator("#form [name=name]").fill("paul")
    await page.fill("[name=number]", "2002")
    await page.get_by_text("Billing", exact=True).click()
    await ada.shot("users-1-new")
    await page.get_by_role("button", name="Create").click()
    await expect(page.locator("#secrets")).to_contain_text("PIN")
    await ada.shot("users-2-secrets")
    await page.locator("#secrets").get_by_role("button").click()
    await expect(page.locator("#rows tr")).to_have_count(6)
    await ada.shot("users-3-list")
    await page.set_viewport_size({"width": 390, "height": 844})
    for name in ("Users", "Figures"):
        await page.get_by_role("link", name=name).click()
        await expect(page.get_by_role("heading", name=name)).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
    assert ada.complaints == []


async def test_the_door(house: House, server: WebServer, browser: Browser) -> None:
    anna = await tab(browser, server.url)
    await anna.sign_in("anna", "wrong")
    await expect(anna.page.locator("#problem")).to_have_text("Name or password is wrong.")
    await anna.shot("door")
    await anna.page.fill("[name=password]", PASSWORD)
    await anna.page.keyboard.press("Enter")
    await anna.page.wait_for_url("**/agent")
    await anna.page.get_by_role("link", name="Anna Keller").click()
    await anna.shot("account")
    await anna.page.get_by_role("button", name="Sign out").click()
    await anna.page.wait_for_url("**/sign-in")


@pytest.mark.parametrize(("dark", "width"), [(True, 1280), (False, 420)])
async def test_other_eyes(
    house: House, server: WebServer, browser: Browser, dark: bool, width: int
) -> None:
    """Dark, and narrow: nothing may lie outside the window."""
    house.work("anna", RIVER, "billing")
    await house.ring("call-1")
    anna = await tab(browser, server.url, dark, width)
    await anna.sign_in("anna", PASSWORD)
    await expect(anna.page.locator("#band h1")).to_have_text("John Smith")
    wide = "() => document.documentElement.scrollWidth"
    assert await anna.page.evaluate(wide) <= width
    await anna.shot(f"agent-{'dark' if dark else 'narrow'}")
    await anna.page.goto(f"{server.url}/calls")
    await expect(anna.page.locator("#rows tr")).to_have_count(1)
    assert await anna.page.evaluate(wide) <= width
    await anna.page.goto(f"{server.url}/calls/call-a")
    await expect(anna.page.locator("#transcript li")).to_have_count(11)
    assert await anna.page.evaluate(wide) <= width
    await anna.shot(f"call-{'dark' if dark else 'narrow'}")
