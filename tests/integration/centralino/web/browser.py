"""A real Chromium, from Debian, without its own background traffic."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.peers import need_program

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",  # beeps each second
)  # fmt: skip
ALLOWS = "--use-fake-ui-for-media-stream"
"""Whoever asks for the microphone gets it."""
SIZE = {"width": 1280, "height": 800}
PATIENCE = 10_000
"""Milliseconds for anything to be seen: a busy machine loads a page slowly."""


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Browser]:
    """The browser; `flags` in place of ALLOWS. Skips where it is not installed."""
    path = need_program("chromium", "chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=[*FLAGS, *(flags or (ALLOWS,))]
        )
        try:
            yield browser
        finally:
            await browser.close()


class Tab:
    """A page that collects what its scripts complain about."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._said)

    def _said(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind in ("error", "warning"):
            self.complaints.append(text)

    async def sign_in(self, name: str, password: str) -> None:
        """At the door."""
        await self.page.goto(f"{self.url}/")
        await self.page.fill("[name=name]", name)
        await self.page.fill("[name=password]", password)
        await self.page.click("button.primary")

    async def shot(self, name: str, whole: bool = False) -> None:
        """A picture of the window or the whole page, where CENTRALINO_SCREENS names a folder."""
        folder = os.environ.get("CENTRALINO_SCREENS")
        if folder:
            await self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)


async def tab(browser: Browser, url: str, dark: bool = False, width: int = 1280) -> Tab:
    """A new private window."""
    context = await browser.new_context(
        viewport={"width": width, "height": SIZE["height"]},
        color_scheme="dark" if dark else "light",
        timezone_id="Europe/Rome",
    )
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    return Tab(await context.new_page(), url)
