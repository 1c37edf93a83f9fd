"""One agent's telephone in a browser: its registration, its call, and the page with its sound."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import structlog

from centralino.browser_messages import ELSEWHERE, NOT_TAKEN
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
from telephony.errors import NoSuchLeg, RegistrationRefused
from telephony.media.leg import MOST_RECEIVED
from telephony.ports import FRAME_SECONDS, MediaStream
from telephony.types import Cause

AHEAD = 3
"""Frames at most that wait to be sent to the caller: a browser's clock is not ours."""
SILENT_TICKS = round(3.0 / FRAME_SECONDS)
"""Of a call whose page has gone: ticks without sound after which it is given up."""
MOST_KEYS = 32
"""Keys at most that wait to be pressed: each takes 220 ms."""
AGAIN_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Between tries to register, the last one again and again: an edge that is started again
is there soon."""

Told = Literal["off", "lost", "ready", "ringing", "up"]

log = structlog.get_logger()


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

    async def send_digits(self, leg: LegId, digits: str) -> None: ...


@dataclass
class Telephone:
    """One address of record. Its verbs return at once, so that whatever happens next finds it as it
    is now; what takes time is spawned."""

    agent: str
    aor: str
    stack: Stack
    spawn: Callable[[Coroutine[Any, Any, None]], None]
    register: Callable[[bool], Awaitable[None]]
    """Register, or take the registration back. Raises RegistrationRefused."""
    told: Callable[[str, Told, str], None]
    """Page, state, why: for the page."""
    lost: Callable[[Telephone], None]
    """The call that is up has no page any more."""
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    state: PhoneState = PhoneState.OFF
    page: str = ""
    leg: LegId | None = None
    sound: Sound | None = None
    _media: MediaStream | None = None
    _silent: int = 0
    _keys: str = ""
    _pressing: bool = False
    _asked: bool = False
    """Whether it was asked to register since that was taken back: the stack tries, too."""
    _registered: bool = False
    _tries: int = 0
    _waiting: bool = False
    _settling: asyncio.Lock = field(default_factory=asyncio.Lock)

    def page_there(self, page: str, sound: Sound) -> None:
        """A page's sound is connected: it has the telephone, and the call if one is up."""
        before, self.sound = self.sound, sound
        if self.page and self.page != page:
            self.told(self.page, "off", ELSEWHERE)
        self.page = page
        self._move(PageThere())
        if before is not None and before is not sound:
            self.spawn(before.close())

    def page_gone(self, page: str) -> None:
        """A page was closed, or cannot be reached; one that is no longer current changes
        nothing."""
        if page != self.page:
            return
        self.page = ""
        if self.state is PhoneState.RINGING and self.leg is not None:
            self.spawn(self.stack.refuse(self.leg, Cause.BUSY))
            self.leg = None
        self._move(PageGone())

    def rung(self, leg: LegId) -> None:
        """A call came."""
        if not PHONE.allows(self.state, Rung()):
            self.spawn(self.stack.refuse(leg, Cause.BUSY))
            return
        self.leg = leg
        self._move(Rung())

    def pick_up(self) -> None:
        """The agent answers."""
        if self.state is PhoneState.RINGING and self.leg is not None:
            self.spawn(self.stack.answer(self.leg))

    def hang_up(self) -> None:
        """The agent ends the call, or will not take the one that rings."""
        if self.leg is not None and self.state is PhoneState.RINGING:
            self.spawn(self.stack.refuse(self.leg, Cause.BUSY))
        elif self.leg is not None:
            self.spawn(self.stack.hang_up(self.leg))

    def press(self, keys: str) -> None:
        """The agent presses keys; too many at once are dropped."""
        if self._media is None:
            return
        self._keys = (self._keys + keys)[:MOST_KEYS]
        if not self._pressing:
            self._pressing = True
            self.spawn(self._press())

    async def _press(self) -> None:
        try:
            while self._keys and self.leg is not None:
                keys, self._keys = self._keys, ""
                await self.stack.send_digits(self.leg, keys)
        finally:
            self._pressing = False

    def answered(self) -> None:
        """The call is up."""
        if self.leg is None or not PHONE.allows(self.state, Answered()):
            return
        try:
            self._media, self._silent = self.stack.media(self.leg), 0
        except NoSuchLeg:  # it is over already, which is told next
            return
        self._move(Answered())

    def ended(self) -> None:
        """The call is over."""
        self.leg = self._media = None
        self._keys = ""
        if PHONE.allows(self.state, Ended()):
            self._move(Ended())

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

    def look(self) -> None:
        """Give up a call whose page has gone and from which no sound comes."""
        if self.state is PhoneState.ADRIFT and self._silent >= SILENT_TICKS:
            self.lost(self)
            self._move(Silent())

    async def _settle(self) -> None:
        """Be registered exactly where a page is there, and tell it how its telephone stands."""
        if self.state is not PhoneState.READY and not self._registered:
            self._tell()  # a call's sound does not wait for the edge
        async with self._settling:
            wanted = self.state in REGISTERED
            if wanted and not self._registered:
                await self._register()
            elif self._asked and not wanted:
                self._registered = False  # at once: the edge may be away, and a call be up again
                await self.register(False)
                self._asked = False
        self._tell()

    def _tell(self) -> None:
        if self.page and self.state in STANDS:
            able = self._registered or self.state is not PhoneState.READY
            told, why = (STANDS[self.state], "") if able else ("lost", NOT_TAKEN)
            self.told(self.page, told, why)

    async def _register(self) -> None:
        """Once; what is refused is tried again."""
        self._asked = True
        try:
            await self.register(True)
        except RegistrationRefused as error:
            log.warning("browsers.register", agent=self.agent, why=str(error), tries=self._tries)
            if not self._waiting:
                self._waiting = True
                self.spawn(self._try_again())
        else:
            self._registered, self._tries = True, 0

    async def _try_again(self) -> None:
        await self.sleep(AGAIN_SECONDS[min(self._tries, len(AGAIN_SECONDS) - 1)])
        self._tries, self._waiting = self._tries + 1, False
        await self._settle()

    async def close(self) -> None:
        """No page, no call, no registration."""
        if self.leg is not None:
            await self.stack.hang_up(self.leg)
        if self.sound is not None:
            await self.sound.close()

    def _move(self, event: object) -> None:
        if PHONE.allows(self.state, event):
            self.state = PHONE.next(self.state, event)
        if self.state is PhoneState.OFF and self.sound is not None:
            sound, self.sound = self.sound, None
            self.spawn(sound.close())
        self.spawn(self._settle())


STANDS: dict[PhoneState, Told] = {
    PhoneState.READY: "ready", PhoneState.RINGING: "ringing", PhoneState.UP: "up",
}  # fmt: skip
