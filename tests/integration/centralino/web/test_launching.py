"""Launching calls on the page, in a real Chromium, on a real dialler."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.async_api import Browser, Page, expect

from centralino.config.dialling import Outbound, Trunk
from centralino.config.distribution import Queue
from centralino.config.model import Client, Config, Line
from centralino.contacts.digests import Digests
from centralino.contacts.store import ContactStore
from centralino.content.recordings import Recordings
from centralino.db.engine import Database
from centralino.outbound.campaigns import Asker, in_one_line
from centralino.outbound.hearing import Voices
from centralino.outbound.recording import Recorder
from centralino.outbound.wiring import OutboundDesk, make_outbound
from centralino.users.types import AgentSettings, NewUser, Role
from centralino.web.app import make_app
from centralino.web.server import WebServer
from contacts.numbers import Number
from contacts.people import Person, Place
from kernel.clock import SteadyClock
from outbound.alarms import Ended
from outbound.records import CampaignState
from outbound.results import CallResult
from tests.integration.centralino.outbound.test_notifications import Wire
from tests.integration.centralino.web.browser import Tab, chromium, tab
from tests.integration.centralino.web.house import PASSWORD, RIVER, House, make_house
from tests.unit.centralino.content.test_transcoding import tone, wav
from voicebot.speech.scripted import TextSynthesiser

pytestmark = pytest.mark.peer

PEOPLE = [
    Person("", RIVER, (Number(f"+3902123456{n:02}"),), name=f"P{n}",
           groups=("north",) if n % 3 else ("south",), language="it" if n % 2 else "en",
           place=Place(45.1 if n % 3 else 45.0, 9.2 + n / 100) if n < 10 else None)
    for n in range(12)
]  # fmt: skip

WATCH_MICROPHONE = """() => {
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (what) => {
    await window.permission;
    return (window.microphone = await ask(what));
  };
}"""
CALL_AND_CLOSE = "() => ['call-me', 'close'].forEach((id) => document.getElementById(id).click())"
TO_BE_ASKED = """() => {
  window.microphone = null;
  window.permission = new Promise((allow) => { window.allow = allow; });
}"""
MICROPHONE_OFF = "() => window.microphone?.getTracks().every((one) => one.readyState === 'ended')"


@dataclass
class Launching:
    """The page's house."""

    desk: OutboundDesk
    server: WebServer

    def campaigns(self) -> list[tuple[str, str, int]]:
        return [(v.name, v.state, v.recipients) for v in self.desk.service.campaigns()]


def config(folder: Path) -> Config:
    return Config(
        clients=(Client(id=RIVER, name="Riverton Utilities", time_zone="Europe/Rome"),),
        queues=(Queue(id="billing", client=RIVER, name="Billing"),),
        lines=(Line(number="+390212000", client=RIVER, kind="notification"),),
        trunks=(Trunk(name="sip", target="127.0.0.1:9", max_cps=0.02, max_channels=0),
                Trunk(name="loop", target="127.0.0.1:9", rehearsal=True)),
        outbound=Outbound(two_person=True, bots=("survey",), recordings=folder),
    )  # fmt: skip


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> House:
    made = make_house(database, tmp_path / "sound", SteadyClock().now())
    await made.meet()
    for name, number in (("vera", "2101"), ("emil", "2102")):
        settings = AgentSettings(number, queues=("billing",))
        roles = {RIVER: (Role.SUPERVISOR, Role.AGENT)}
        user = await made.people.create(
            NewUser(name, RIVER, name.title(), PASSWORD, roles, settings), made.clock.now()
        )
        await made.people.set_pin(user, number[::-1])
    return made


@pytest.fixture
async def launching(house: House, database: Database, tmp_path: Path) -> AsyncIterator[Launching]:
    clock = SteadyClock()
    contacts = ContactStore(database, house.contents, Digests("secret"))
    await contacts.save({str(n): one for n, one in enumerate(PEOPLE)}, RIVER, clock.now())
    desk = make_outbound(
        config(tmp_path), database, house.contents, contacts, cast(Any, Wire()), "this", "key",
        clock, cast(Any, house.parts.sign_in),
    )  # fmt: skip
    voices = Voices(TextSynthesiser(0.01), {})

    async def hear(values: Mapping[str, Any], asker: Asker) -> bytes:
        with in_one_line():
            return await voices.wav(*await desk.spoken(values, asker))

    await desk.service.open()
    work = asyncio.create_task(desk.run())
    parts = replace(
        house.parts, campaigns=desk.campaigns, hear_notice=hear, clock=clock,
        recorder=Recorder(Recordings(tmp_path), [RIVER]),
    )  # fmt: skip
    async with WebServer(make_app(parts), "127.0.0.1", 0) as server:
        yield Launching(desk, server)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


async def at_the_page(browser: Browser, launching: Launching, name: str) -> Tab:
    window = await tab(browser, launching.server.url)
    await window.sign_in(name, PASSWORD)
    await expect(window.page.locator("#top")).to_contain_text("Campaigns")
    await window.page.goto(f"{launching.server.url}/campaigns")
    return window


async def proves(page: Page, number: str, reason: str = "") -> None:
    """In the last question before anybody is called."""
    dialog = page.locator("dialog.ask")
    await expect(dialog).to_be_visible()
    await dialog.locator("[name=by]").fill(number)
    await dialog.locator("[name=pin]").fill(number[::-1])
    if reason:
        await dialog.locator("summary").click()
        await dialog.locator("[name=reason]").fill(reason)
    await dialog.locator("button.go").click()
    await expect(dialog).to_have_count(0)


async def test_three_clicks_and_two_persons_launch_and_take_back(
    launching: Launching, browser: Browser
) -> None:
    vera = await at_the_page(browser, launching, "vera")
    page = vera.page
    await vera.shot("launch-1-page")
    await page.locator('[data-name="boil-water"]').click()
    await expect(page.locator(".reach b")).to_have_text("12 people")
    await expect(page.locator("#reach")).to_contain_text("Everybody called once by")
    await page.fill("[name=minutes]", "5")
    await expect(page.locator("#reach .problem").last).to_contain_text("It expires before")
    await vera.shot("launch-2-composed", whole=True)
    await page.fill("[name=minutes]", "")
    await page.get_by_text("north (8)").click()
    await expect(page.locator("#go")).to_have_text("Call 8 people…")
    await page.click("#go")
    await expect(page.locator("dialog.ask h1")).to_have_text("Call 8 people now?")
    await vera.shot("launch-3-asked")
    assert launching.campaigns() == [], "nothing is made before the last question"
    await proves(page, "2101")
    await expect(page.locator(".wait-launch")).to_contain_text("8 people waits for a second person")
    assert launching.campaigns() == [("Boil water", "draft", 8)]
    await vera.shot("launch-4-waits")

    emil = await at_the_page(browser, launching, "emil")
    await emil.page.locator(".wait-launch button").click()
    await proves(emil.page, "2102")
    await expect(emil.page.locator("#campaigns tr")).to_have_attribute("data-mode", "running")
    await emil.shot("launch-5-running")
    await emil.page.get_by_role("button", name="Pause").click()
    await expect(emil.page.locator("#campaigns tr")).to_have_attribute("data-mode", "paused")
    await emil.page.get_by_role("button", name="Stop…").click()
    await expect(emil.page.locator("dialog.ask h1")).to_have_text("Stop “Boil water”?")
    await emil.page.locator("dialog.ask [name=why]").fill("the pipe is whole")
    await emil.page.locator("dialog.ask button.go").click()
    await expect(emil.page.locator("#campaigns tr")).to_have_attribute("data-mode", "cancelled")
    await emil.shot("launch-6-cancelled")
    assert vera.complaints == [] and emil.complaints == []


async def test_behind_glass_one_launches_with_a_reason(
    launching: Launching, browser: Browser
) -> None:
    vera = await at_the_page(browser, launching, "vera")
    page = vera.page
    await page.locator('[data-name="evacuation"]').click()
    await expect(page.locator("#go")).to_have_text("Call 12 people…")
    await page.click("#go")
    await proves(page, "2101", reason="the dam breaks, and I am alone")
    await expect(page.locator("#campaigns tr")).to_have_attribute("data-mode", "running")
    assert vera.complaints == []


async def test_it_is_heard_first_in_the_browser_and_by_telephone(
    launching: Launching, browser: Browser
) -> None:
    vera = await at_the_page(browser, launching, "vera")
    page = vera.page
    await page.locator('[data-name="boil-water"]').click()
    await page.get_by_role("button", name="Hear it").first.click()
    audio = page.locator(".player audio")
    await expect(audio).to_be_visible()
    await page.wait_for_function("() => document.querySelector('.player audio').duration > 1")
    english = page.locator('.text[data-language="en"]')
    upload = english.locator("input[type=file]")
    note = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"no sound"}
    await upload.set_input_files(cast(Any, note))
    await expect(page.locator("#toasts .bad")).to_contain_text("note.txt: this is no sound that")
    data = wav(tone(4.0, 44_100).repeat(2), 44_100, channels=2)
    mayor = {"name": "The mayor.wav", "mimeType": "audio/wav", "buffer": data}
    await upload.set_input_files(cast(Any, mayor))
    await expect(english.locator("select")).to_have_value(f"{RIVER}/the-mayor.wav")
    await expect(english.locator(".who-says")).to_contain_text("4 s")
    await page.wait_for_function("() => document.querySelector('.player audio')?.duration > 4")
    await vera.shot("launch-11-recording", whole=True)
    italian = page.locator('.text[data-language="it"]')
    await italian.get_by_text("Record it").click()
    await italian.get_by_text(re.compile(r"Stop \([1-9]")).click()
    await expect(italian.locator("select")).to_have_value(f"{RIVER}/boil-water-it.wav")
    await italian.get_by_role("button", name="Delete it").click()
    await expect(italian.locator("select")).to_have_value("")
    await expect(english.locator("select")).to_have_value(f"{RIVER}/the-mayor.wav")
    await page.fill("[name=me]", "+390212345678")
    await page.evaluate(CALL_AND_CLOSE)
    await expect(page.locator("#campaigns")).to_contain_text("Only to me: Boil water")
    await expect(page.locator("#campaigns tr")).to_have_attribute("data-mode", "running")
    assert launching.campaigns() == [("Only to me: Boil water", "running", 1)]
    await page.locator('[data-name="boil-water"]').click()
    await page.fill("[name=me]", "12 34 nonsense")
    await page.click("#call-me")
    await expect(page.locator("#toasts .bad").last).to_contain_text("is no number")
    await page.evaluate(WATCH_MICROPHONE)
    await italian.get_by_text("Record it").click()
    await expect(italian.get_by_text("Stop")).to_be_visible()
    await page.click("#close")
    await page.wait_for_function(MICROPHONE_OFF)
    await page.evaluate(TO_BE_ASKED)
    await page.locator('[data-name="boil-water"]').click()
    await italian.get_by_text("Record it").dblclick()
    await page.click("#close")
    await page.evaluate("() => window.allow()")
    await page.wait_for_function(MICROPHONE_OFF)
    assert [text for text in vera.complaints if "409" not in text] == []  # the note was refused


async def test_only_those_in_an_area_drawn_on_the_map_in_a_rehearsal_that_looks_otherwise(
    launching: Launching, browser: Browser
) -> None:
    vera = await at_the_page(browser, launching, "vera")
    page = vera.page
    await page.locator('[data-name="boil-water"]').click()
    await page.get_by_text("Only in an area on the map").click()
    inside, typed = page.locator("#inside"), page.locator("[name=areas]")
    map = page.locator("svg.map")
    await expect(inside).to_contain_text("10 people with a known place")
    box = await map.bounding_box()
    assert box is not None

    async def corner(x: float, y: float) -> None:
        """A click at this share of the map."""
        await page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])

    await corner(0.01, 0.02)  # around the four in the south, below, and then more
    await corner(0.99, 0.02)
    await expect(page.locator("#reach")).to_contain_text("fewer than three corners")
    await expect(page.locator("#go")).to_be_disabled()
    await corner(0.99, 0.5)
    await corner(0.01, 0.5)
    await expect(inside).to_contain_text("6 of 10 people with a known place live inside")
    await expect(page.locator(".reach b")).to_have_text("6 people")
    await expect(page.locator(".left-out")).to_contain_text("2 people left out: no place known")
    await vera.shot("launch-10-map", whole=True)
    await page.get_by_text("Also the 2 whose place is not known").click()
    await expect(page.locator(".reach b")).to_have_text("8 people")
    await page.get_by_text("south (4)").click()
    await expect(inside).to_contain_text("0 of 4 people")
    await page.get_by_text("south (4)").click()

    # By keys and by words, the same.
    await page.click("#area-clear")
    await expect(typed).to_have_value("")
    await map.focus()
    for key in ("Enter", "ArrowRight", "Enter", "ArrowDown", "Enter"):
        await page.keyboard.press(key)
    await expect(page.locator(".map .corner")).to_have_count(3)
    await expect(typed).to_have_value(re.compile(r"^\S+ \S+ \S+ \S+$"))
    await page.keyboard.press("Backspace")
    await expect(typed).to_have_value("")
    await typed.fill("45,9.2 4\n45.1;9 45,9 46,9")
    await expect(inside).to_contain_text("is no place: write lat,lon")
    await expect(page.locator("#go")).to_be_disabled()
    await typed.fill("45,9.2 4")
    await expect(inside).to_contain_text("2 of 10 people")
    await expect(page.locator(".reach b")).to_have_text("4 people")
    # Another message begins with everybody; the map is drawn anew.
    await page.locator('[data-name="evacuation"]').click()
    await expect(page.locator(".reach b")).to_have_text("12 people")
    await page.get_by_text("Only in an area on the map").click()
    await expect(inside).to_contain_text("10 people with a known place")
    await expect(page.locator(".map .shape")).to_have_count(0)
    await typed.fill("45,9.2 4")
    await expect(page.locator(".reach b")).to_have_text("2 people")
    await page.get_by_text("Rehearsal: no telephone rings").click()
    await expect(page.locator(".reach")).to_contain_text("No telephone rings")
    await expect(page.locator("#go")).to_have_text("Rehearse…")
    await vera.shot("launch-7-rehearsal")
    await page.click("#go")
    await expect(page.locator("dialog.ask")).to_have_class(re.compile("calm"))
    await expect(page.locator("dialog.ask")).to_contain_text("Only to: everybody in the area.")
    await page.locator("dialog.ask button.go").click()
    await expect(page.locator("#campaigns")).to_contain_text("Rehearsal")
    await expect(page.locator("#campaigns tr")).to_have_attribute("data-mode", "running")
    (view,) = launching.desk.service.campaigns()
    record = launching.desk.service.campaign(view.id)
    assert record.exercise and record.state is CampaignState.RUNNING and view.recipients == 2
    assert vera.complaints == []


async def test_an_alarm_stands_above_everything_and_says_what_to_do(
    launching: Launching, browser: Browser
) -> None:
    for _ in range(20):
        now = launching.desk.clock.now()
        launching.desk.watching.alarms.ended(Ended(now, "sip", "+390212000", False, 608))
    await launching.desk.watching.look()
    vera = await at_the_page(browser, launching, "vera")
    first = vera.page.locator("#alarms .alarm").first
    await expect(first).to_contain_text("Only 0 of the last 20 calls over sip were picked up")
    await expect(first).to_contain_text("Look at the SIP answers of this trunk")
    await expect(vera.page.locator("#alarms .alarm")).to_have_count(3)
    await vera.shot("launch-8-alarms")
    assert vera.complaints == []


async def test_a_pause_moves_no_row(launching: Launching, browser: Browser) -> None:
    vera = await at_the_page(browser, launching, "vera")
    page = vera.page
    for number in ("+390212345678", "+390212345679"):
        await page.locator('[data-name="survey"]').click()
        await page.get_by_text("Or to a list of numbers").click()
        await page.fill("[name=lines]", number)
        await expect(page.locator(".reach b")).to_have_text("1 person")
        await page.click("#go")
        await page.locator("dialog.ask button.go").click()
        await expect(page.locator("#compose")).to_be_hidden()
        await page.reload()
    older, newer = launching.desk.service.campaigns()
    rows = page.locator("#campaigns tr")
    await expect(rows).to_have_count(2)
    await rows.first.get_by_role("button", name="Pause").click()
    await expect(rows.first).to_have_attribute("data-mode", "paused")
    await expect(rows.last).to_have_attribute("data-mode", "running")
    states = {v.id: v.state for v in launching.desk.service.campaigns()}
    assert states == {older.id: "running", newer.id: "paused"}
    assert vera.complaints == []


async def test_a_list_with_faults_and_the_answers_of_a_survey(
    launching: Launching, browser: Browser
) -> None:
    vera = await at_the_page(browser, launching, "vera")
    page = vera.page
    await page.locator('[data-name="survey"]').click()
    await page.get_by_text("Or to a list of numbers").click()
    await page.fill("[name=lines]", "+390212345678\n02 nonsense\n+390212345678\n+390212345679")
    await expect(page.locator(".reach b")).to_have_text("2 people")
    await expect(page.locator(".left-out")).to_contain_text("1 person left out: no valid number")
    await expect(page.locator(".left-out")).to_contain_text("the same number again")
    await page.click("#go")
    await page.locator("dialog.ask button.go").click()
    await expect(page.locator("#campaigns tr")).to_have_attribute("data-mode", "running")
    (view,) = launching.desk.service.campaigns()
    for n, score in enumerate(("5", "4", "5")):
        await launching.desk.results.take(CallResult(
            f"att-{n}", f"r-{n}", view.id, RIVER, f"p-{n}", f"call-{n}", "complete",
            ("satisfaction", "channel", "comment"), {"satisfaction": score, "channel": "email"},
            {"comment": f"friendly, {n} times"},
        ))  # fmt: skip
    await page.get_by_role("button", name="Answers", exact=True).click()
    await expect(page.locator("#statistics")).to_contain_text("3 of 3 answered, mean 4.67")
    await page.get_by_role("button", name="Read the 3 in their own words").click()
    await expect(page.locator(".own-words li").first).to_contain_text("friendly, 2 times")
    await expect(page.locator(".own-words a").first).to_have_attribute("href", "/calls/call-2")
    await vera.shot("launch-9-answers", whole=True)
    await with_agents_behind(page, launching)
    assert [text for text in vera.complaints if "409" not in text] == []  # no words


async def with_agents_behind(page: Page, launching: Launching) -> None:
    """A campaign with agents: what the law asks for is asked for before it is drafted."""
    await page.locator('[data-name="calls"]').click()
    await expect(page.locator(".left-out")).to_contain_text("12 people left out: no consent")
    await page.fill("[name=lines]", "+390212345678\n+390212345679")
    await expect(page.locator(".reach b")).to_have_text("2 people")
    problem = page.locator("#reach .problem")
    await expect(problem).to_contain_text("No agent of billing is there")
    assert await page.input_value("[name=dropped]") == (
        "This is Riverton Utilities. We called you, and at the moment nobody is free to talk to"
        " you. We are sorry."
    )
    await page.fill("[name=dropped]", "")
    await expect(problem).to_contain_text("what is to be said")
    await expect(page.locator("#go")).to_be_disabled()
    await page.fill("[name=dropped]", "This is Riverton. Nobody is free.")
    await page.select_option("[name=legal_class]", "collections")
    await page.select_option("[name=how]", "preview")
    await expect(page.locator("#reach")).to_contain_text("is up to the agents")
    await expect(page.locator("#go")).to_have_text("Call 2 people…")
    await page.click("#go")
    await page.locator("dialog.ask button.go").click()
    await expect(page.locator("#campaigns")).to_contain_text("Calls by agents")
    (record,) = [one for view in launching.desk.service.campaigns()
                 if (one := launching.desk.service.campaign(view.id)).mode]  # fmt: skip
    assert (record.mode, record.queue, record.legal_class) == ("preview", "billing", "collections")
    assert record.caller_id == "+390212000" and record.state is CampaignState.RUNNING
