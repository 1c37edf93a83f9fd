"""An agent whose telephone is the browser: Chromium with a microphone that sounds one tone."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from centralino.commands.call import Running
from centralino.demo.stage import Stage
from telephony.media.tones import beep
from telephony.media.wav import WavSink
from tests.acceptance.tones import RATE, TONES, sounds
from tests.integration.centralino.web.browser import Tab, chromium, tab

SPEAKS, CALLER_SOUNDS, OVERHEARD = 4, (9, 11), 13
"""Which of the tones the browser's microphone has, and which the caller lets sound: to those who
talk, and to who listens."""
LISTENS = """() => {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 4096 });
  const bins = new Float32Array(analyser.frequencyBinCount);
  context.createMediaStreamSource(document.getElementById("ear").srcObject).connect(analyser);
  window.came = new Set();
  setInterval(() => {
    analyser.getFloatFrequencyData(bins);
    const best = bins.indexOf(Math.max(...bins));
    if (bins[best] > -60) came.add(best * context.sampleRate / analyser.fftSize);
  }, 40);
}"""
"""Keeps the loudest frequency of what the page plays, every 40 ms."""
CAME = "(hertz) => [...came].some((each) => Math.abs(each - hertz) < 15)"


@contextlib.asynccontextmanager
async def with_microphone(folder: Path) -> AsyncIterator[Browser]:
    """Chromium whose microphone sounds a tone again and again, for pages that may use it. One that
    stands is taken for noise by the browser."""
    wav = folder / "microphone.wav"
    sink = WavSink(wav, RATE, channels=1)
    sink(beep(TONES[SPEAKS], 0.4) + bytes(2 * round(0.2 * RATE)))
    sink.close()
    async with chromium(f"--use-file-for-fake-audio-capture={wav}") as browser:
        yield browser


async def goes_ready_in_the_browser(stage: Stage, browser: Browser, number: str) -> Tab:
    """Signs in; the microphone is refused, then granted; logs in, goes ready."""
    agent, at = await tab(browser, stage.house.url), stage.setting.agents[number]
    await agent.sign_in(at.number, at.password)
    await agent.page.click("#use-browser")
    await expect(agent.page.locator("#phone-why")).to_contain_text("microphone was refused")
    await agent.page.context.grant_permissions(["microphone"])
    await takes_the_telephone(agent.page)
    await agent.page.click("#login")
    await agent.page.click("#ready")
    await expect(agent.page.locator("#mode")).to_have_text("Ready")
    await agent.shot("house-1-browser")
    return agent


async def takes_the_telephone(page: Page) -> None:
    """From the click until it is registered."""
    await page.click("#use-browser")
    await expect(page.locator("#phone-state")).to_have_attribute("data-state", "ready")


async def is_closed_while_it_rings(agent: Tab) -> None:
    """The page goes away; nobody declines."""
    await expect(agent.page.locator("#answer")).to_be_visible(timeout=60_000)
    await agent.shot("house-3-rings-in-the-browser")
    await agent.page.close()


async def comes_back(agent: Tab) -> None:
    """A new page: was not ready meanwhile, and is as soon as the telephone is there."""
    agent.page = await agent.page.context.new_page()
    await agent.page.goto(f"{agent.url}/agent")
    await expect(agent.page.locator("#mode")).to_have_text("Phone unreachable")
    await takes_the_telephone(agent.page)
    await expect(agent.page.locator("#mode")).to_have_text("Ready")


async def is_asked_and_talks(agent: Tab, asks: Tab, caller: Running, folder: Path) -> None:
    """A colleague consults, then all three hear each other: both ways, by their tones."""
    await asks.page.click("#consult")
    await asks.page.locator("#colleagues").get_by_text("Carl Dunn").click()
    await agent.page.click("#answer")
    await asks.page.click("#join")
    await expect(asks.page.locator("#stands")).to_contain_text("All three")
    await agent.page.evaluate(LISTENS)
    for tone in CALLER_SOUNDS:
        await sounds(caller, TONES[tone], folder)
        await agent.page.wait_for_function(CAME, arg=TONES[tone])
    await agent.page.click("#mute")
    await expect(agent.page.locator("#mute")).to_have_text("Muted")
    await agent.shot("house-4-browser-in-a-conference")
    await asks.page.click("#return")
    await expect(agent.page.locator("#phone-state")).to_have_attribute("data-state", "ready")


async def listens_to_a_call(boss: Tab, agent: Tab, caller: Running, folder: Path) -> None:
    """A browser is a supervisor's phone, too: it rings, is answered, hears the call, hangs up."""
    boss.page.once("dialog", lambda asked: asked.accept("202"))
    await boss.page.get_by_role("button", name="Listen").click()
    await agent.page.click("#pick-up")
    await expect(agent.page.locator("#phone-state")).to_have_attribute("data-state", "up")
    await agent.shot("house-4-browser-listens")
    await sounds(caller, TONES[OVERHEARD], folder)
    await agent.page.wait_for_function(CAME, arg=TONES[OVERHEARD])
    await agent.page.click("#hang-up")
    await expect(agent.page.locator("#phone-state")).to_have_attribute("data-state", "ready")
