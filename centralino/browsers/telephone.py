"""One agent's telephone in a browser: its registration, its call, and the page with its sound."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from kernel.ids import LegId
from telephony.browser.phone import (
    PHONE,
    REGISTERED,
    Answered,
    Ended,
    PageGone,
    PageThere,
    PhoneState,
    Rung,
    Silent,
)
from telephony.errors import RegistrationRefused
from telephony.media.leg import MOST_RECEIVED
from telephony.ports import FRAME_SECONDS, MediaStream
from telephony.types import Cause

AHEAD = 3
"""Frames at most that wait to be sent to the caller: a browser's clock is not ours."""
SILENT_TICKS = round(3.0 / FRAME_SECONDS)
"""Of a call whose page has gone: ticks without sound after which it is given up."""

Told = Literal["off", "ready", "ringing", "up"]


class Sound(Protocol):
    """A page's sound (`telephony.browser.webrtc.BrowserLine`)."""

    def read(self) -> bytes | None: ...

    def write(self, frame: bytes) -> None: ...

    async def close(self) -> None: ...


class Stack(Protocol):
    """What a telephone needs of the SIP stack."""

    def media(self, leg: LegId) -> MediaStream: ...

    async def answer(self, leg: LegId) -> None: ...

    async def refuse(self, leg: LegId, cause: Cause) -> None: ...

    async def hang_up(self, leg: LegId) -> None: ...


@dataclass
class Telephone:
    """One address of record. Its verbs return at once; `settle` does what takes time."""

    agent: str
    aor: str
    stack: Stack
    register: Callable[[bool], Awaitable[None]]
    """Register, or take the registration back. Raises RegistrationRefused."""
    told: Callable[[str, Told, str], None]
    """Page, state, why: for the page."""
    lost: Callable[[Telephone], None]
    """The call that is up has no page any more."""
    state: PhoneState = PhoneState.OFF
    page: str = ""
    leg: LegId | None = None
    sound: Sound | None = None
    _media: MediaStream | None = None
    _silent: int = 0
    _registered: bool = False
    _settling: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def page_there(self, page: str, sound: Sound) -> None:
        """A page's sound is connected: it has the telephone, and the call if one is up."""
        before, self.sound = self.sound, sound
        if self.page and self.page != page:
            self.told(self.page, "off", "This telephone is in another window now.")
        self.page = page
        if before is not None and before is not sound:
            await before.close()
        await self._move(PageThere())

    async def page_gone(self, page: str) -> None:
        """A page was closed, or cannot be reached; one that is no longer current changes
        nothing."""
        if page != self.page:
            return
        self.page = ""
        if self.state is PhoneState.RINGING and self.leg is not None:
            await self.stack.refuse(self.leg, Cause.BUSY)
            self.leg = None
        await self._move(PageGone())

    async def rung(self, leg: LegId) -> None:
        """A call came."""
        if not PHONE.allows(self.state, Rung()):
            await self.stack.refuse(leg, Cause.BUSY)
            return
        self.leg = leg
        await self._move(Rung())

    async def pick_up(self) -> None:
        """The agent answers."""
        if self.state is PhoneState.RINGING and self.leg is not None:
            await self.stack.answer(self.leg)

    async def answered(self) -> None:
        """The call is up."""
        if self.leg is not None and PHONE.allows(self.state, Answered()):
            self._media, self._silent = self.stack.media(self.leg), 0
            await self._move(Answered())

    async def ended(self) -> None:
        """The call is over."""
        self.leg = self._media = None
        if PHONE.allows(self.state, Ended()):
            await self._move(Ended())

    def tick(self) -> None:
        """20 ms in both directions, while a call is up."""
        media, sound = self._media, self.sound
        if media is None or sound is None:
            return
        heard = 0
        while media.queued() < AHEAD * media.frame_bytes and (frame := sound.read()) is not None:
            media.write(frame)
            heard += 1
        for _ in range(MOST_RECEIVED):
            if (frame := media.read()) is None:
                break
            sound.write(frame)
        self._silent = 0 if heard else self._silent + 1

    async def look(self) -> None:
        """Give up a call whose page has gone and from which no sound comes."""
        if self.state is PhoneState.ADRIFT and self._silent >= SILENT_TICKS:
            self.lost(self)
            await self._move(Silent())

    async def settle(self) -> None:
        """Be registered exactly where a page is there, and tell it how its telephone stands."""
        async with self._settling:
            wanted = self.state in REGISTERED
            if wanted is not self._registered:
                try:
                    await self.register(wanted)
                except RegistrationRefused as error:
                    self.told(self.page, "off", str(error))
                    return
                self._registered = wanted
        if self.page and wanted:
            self.told(self.page, STANDS[self.state], "")

    async def close(self) -> None:
        """No page, no call, no registration."""
        if self.leg is not None:
            await self.stack.hang_up(self.leg)
        if self.sound is not None:
            await self.sound.close()

    async def _move(self, event: object) -> None:
        if PHONE.allows(self.state, event):
            self.state = PHONE.next(self.state, event)
        if self.state is PhoneState.OFF and self.sound is not None:
            sound, self.sound = self.sound, None
            await sound.close()
        await self.settle()


STANDS: dict[PhoneState, Told] = {
    PhoneState.READY: "ready", PhoneState.RINGING: "ringing", PhoneState.UP: "up",
}  # fmt: skip
