"""A call as people see it: a real browser on a running house, a real caller, a real agent's phone.

The call rings first in a browser that is its agent's telephone and is closed; then at the next
agent's phone, who reads the packet while it rings, asks the first one, who is back, writes notes
and wraps up. The administrator made by the one-time link reads and hears the call afterwards.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from centralino.caller.party import order
from centralino.caller.script import HangUp, Say, Told
from centralino.commands.call import Running, party
from centralino.demo.acting import bridged, ended
from centralino.demo.measure import channels
from centralino.demo.scenes import PERSON
from centralino.demo.stage import AGENT_SAYS, CALLER_THANKS, Stage
from centralino.demo.watch import SeenCall
from telephony.media.activity import loud_frames
from tests.acceptance.browser_phone import (
    SPEAKS,
    comes_back,
    goes_ready_in_the_browser,
    is_asked_and_talks,
    is_closed_while_it_rings,
    listens_to_a_call,
    with_microphone,
)
from tests.acceptance.conftest import open_house
from tests.acceptance.tones import heard, said
from tests.integration.centralino.web.browser import Tab, tab
from tests.waiting import until

pytestmark = [pytest.mark.peer, pytest.mark.engine, pytest.mark.alone, pytest.mark.timeout(240)]

RINGS_FOR = 5.0
"""Seconds until the agent's phone is picked up: enough to read, less than the ring timeout."""
NOTES = "Asked for a person at once; everything was settled."
PASSWORD = "seven green bottles"
LOUD_SECOND = 50
"""Frames of 20 ms."""


@pytest.fixture
async def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Browser]:
    """Chromium; its pictures are kept where CENTRALINO_SCREENS says."""
    if "CENTRALINO_SCREENS" not in os.environ:
        monkeypatch.setenv("CENTRALINO_SCREENS", str(tmp_path))
    async with with_microphone(tmp_path) as running:
        yield running


@contextlib.asynccontextmanager
async def slow_phone(stage: Stage, number: str) -> AsyncIterator[Running]:
    """An agent's phone that rings for a while, as a person lets it."""
    wav = str(await stage.agent_voices.wav(AGENT_SAYS))
    asked = order(
        [Told("talk"), Say(AGENT_SAYS, wav), Told("bye"), HangUp()],
        user=number, password=stage.setting.agents[number].sip, edge=stage.house.layout.edge,
        answer_after=RINGS_FOR, recording=str(stage.setting.recordings / f"agent-{number}.wav"),
        calls=2,  # it stays registered after the first
    )  # fmt: skip
    async with party(asked) as running:
        await running.until("ready")
        yield running
        running.process.send_signal(signal.SIGINT)


async def says(who: Running, text: str) -> None:
    """Tell a party to say its next sentence, and wait until it has."""
    who.word("talk")
    await until(lambda: said(who, text) > 0, 20)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A house that asks its phones often whether they live, and lets browsers be some."""
    often = "options_seconds = 1.0\noptions_patience = 1.0\ndrain_seconds"

    def edit(text: str) -> str:
        return text.replace("drain_seconds", often).replace("enabled = false", "enabled = true")

    async with open_house(tmp_path / "house", edit) as opened:
        yield opened


async def test_a_call_from_the_ring_to_the_history(
    stage: Stage, browser: Browser, tmp_path: Path
) -> None:
    agent = await tab(browser, stage.house.url)
    thanks = await stage.say(CALLER_THANKS)
    script = await stage.steps(PERSON)
    async with slow_phone(stage, "201") as phone:
        colleague = await goes_ready_in_the_browser(stage, browser, "202")
        await goes_ready(stage, agent)
        await is_told_of_a_phone_that_hangs(agent, phone)
        async with stage.caller("mary-jones", script) as caller:
            call = await stage.call_of("mary-jones")
            await is_closed_while_it_rings(colleague)
            await sees_who_rings(agent)
            await bridged(stage, call)
            await comes_back(colleague)
            await is_asked_and_talks(colleague, agent, caller, tmp_path)
            boss = await first_administrator(stage, browser)
            await listens_to_a_call(boss, colleague, caller, tmp_path)
            await talks(agent, phone, caller, thanks)
            phone.word("bye")
            await ended(stage, call)
            heard_by_caller = Path((await caller.until("ended"))["recording"])
        await wraps_up(agent)
    await reads_the_call(boss, call)
    await hears_the_call(boss, call, stage.setting.directory / "heard.wav")
    stage.house.supervisor.drain()
    await expect(agent.page.locator("#closing")).to_contain_text("running calls can finish")
    await agent.shot("house-9-closing")
    assert SPEAKS in heard(heard_by_caller)
    assert agent.complaints == [] and boss.complaints == [] and colleague.complaints == []


async def goes_ready(stage: Stage, agent: Tab) -> None:
    """Signs in, logs in, goes ready."""
    anna = stage.setting.agents["201"]
    await agent.sign_in(anna.number, anna.password)
    await expect(agent.page.locator("#mode")).to_have_text("Logged out")
    await agent.shot("house-1-arrived")
    await agent.page.click("#login")
    await agent.page.click("#ready")
    await expect(agent.page.locator("#mode")).to_have_text("Ready")
    await agent.shot("house-2-ready")


async def is_told_of_a_phone_that_hangs(agent: Tab, phone: Running) -> None:
    """The phone stays registered and answers nothing; then it goes on."""
    page = agent.page
    phone.process.send_signal(signal.SIGSTOP)
    await expect(page.locator("#mode")).to_have_text("Phone unreachable", timeout=20_000)
    await expect(page.locator("#state .hint")).to_contain_text("Your phone: does not answer.")
    await agent.shot("house-2-phone-hangs")
    phone.process.send_signal(signal.SIGCONT)
    await expect(page.locator("#mode")).to_have_text("Ready", timeout=20_000)
    await expect(page.locator("#away")).to_contain_text("calls could not reach you")
    await agent.shot("house-2-phone-back")


async def sees_who_rings(agent: Tab) -> None:
    """While it rings: who, what for, what was said."""
    page = agent.page
    await expect(page.locator("#mode")).to_have_text("Ringing", timeout=60_000)
    await expect(page.locator("#band h1")).to_have_text("Mary Jones")
    await expect(page.locator("#band .sub")).to_contain_text("mary-jones")
    await expect(page.locator("#packet")).to_contain_text("Asked for a person")
    await expect(page.locator("#said .bot").first).to_contain_text("How can I help")
    await expect(page.locator("#said .caller")).to_contain_text("person")
    await expect(page.locator("#decline")).to_be_visible()
    await expect(page.locator("#packet .intent")).to_have_text("Has not said")
    assert "Mary Jones" in await page.title()
    await agent.shot("house-3-ringing")


async def talks(agent: Tab, phone: Running, caller: Running, thanks: Say) -> None:
    """On the call; notes are written meanwhile."""
    page = agent.page
    await expect(page.locator("#mode")).to_have_text("On a call")
    await expect(page.locator("#band .count").first).to_have_text(re.compile(r"0:\d\dwaited"))
    await expect(page.locator("#band .count").first).not_to_contain_text("0:00")
    await says(phone, AGENT_SAYS)
    await page.fill("#notes", NOTES)
    await expect(page.locator(".saved")).to_contain_text("Saved")
    caller.cue(thanks)
    await until(lambda: said(caller, thanks.text) > 0, 20)
    await agent.shot("house-4-talking")


async def wraps_up(agent: Tab) -> None:
    """How it ended, then the next call may come."""
    page = agent.page
    await expect(page.locator("#mode")).to_have_text("Wrap-up")
    assert await page.input_value("#notes") == NOTES
    await page.locator("#work").get_by_text("Solved").click()
    await agent.shot("house-5-wrap-up")
    await page.click("#done")
    await expect(page.locator("#mode")).to_have_text("Ready")
    await expect(page.locator("#recent tbody tr")).to_contain_text("Solved")
    await agent.shot("house-6-done")


async def first_administrator(stage: Stage, browser: Browser) -> Tab:
    """Made by the one-time link."""
    boss = await tab(browser, stage.house.url)
    await boss.page.goto(stage.house.welcome)
    await boss.shot("house-7-welcome")
    await boss.page.fill("[name=name]", "boss")
    await boss.page.fill("[name=password]", PASSWORD)
    await boss.page.fill("[name=again]", PASSWORD)
    await boss.page.click("button.primary")
    await expect(boss.page.locator("#agents tr").first).to_contain_text("Anna Bell")
    await boss.shot("house-8-queues")
    return boss


async def reads_the_call(boss: Tab, call: SeenCall) -> None:
    """In the list, then all of it: what was said when, as what it was understood, how fast."""
    page = boss.page
    await page.get_by_role("link", name="Call history").click()
    await expect(page.locator("#rows tr")).to_have_count(1)
    await expect(page.locator("#rows tr")).to_contain_text("Transferred")
    await boss.shot("house-8-calls")
    await page.click("#rows a")
    await page.wait_for_url(f"**/calls/{call.id}")
    lines = page.locator("#transcript li")
    await expect(lines.first).to_contain_text("Riverton")
    await expect(lines.first).to_contain_text("This call is recorded. How can I help you?")
    caller = page.locator("#transcript .caller")
    await expect(caller).to_contain_text("person")
    await expect(caller.locator("small")).to_contain_text("Person")
    answer = page.locator("#transcript .caller + .bot")
    await expect(answer).to_contain_text("Of course. I am connecting you")
    await expect(answer.locator("small")).to_contain_text("answered in")
    times = [await line.text_content() for line in await lines.locator(".time").all()]
    assert times == sorted(str(time) for time in times)
    await expect(page.locator("#notes")).to_contain_text(NOTES)
    await boss.shot("house-8-call", whole=True)
    steps = page.locator("#journey > ol li")
    await expect(steps.first).to_contain_text("The bot answers")
    await expect(steps.filter(has_text="Anna Bell and the caller talk")).to_have_count(1)
    await expect(steps.filter(has_text="Call ends")).to_have_count(1)


async def hears_the_call(boss: Tab, call: SeenCall, file: Path) -> None:
    """The player has it; a part can be asked for; both sides are on it."""
    page = boss.page
    await page.wait_for_function("() => document.querySelector('audio').duration > 5")
    await page.locator("#transcript .time").last.click()
    await page.wait_for_function("() => document.querySelector('audio').currentTime > 1")
    await boss.shot("house-8-heard")
    url = f"{boss.url}/api/calls/{call.id}/recording.wav"
    part = await page.request.get(url, headers={"Range": "bytes=44-1043"})
    assert (part.status, len(await part.body())) == (206, 1000)
    whole = await page.request.get(url)
    assert whole.status == 200 and (await whole.body())[44:1044] == await part.body()
    file.write_bytes(await whole.body())
    theirs, ours = channels(str(file))
    assert sum(loud_frames(theirs)) > LOUD_SECOND
    assert sum(loud_frames(ours)) > LOUD_SECOND
