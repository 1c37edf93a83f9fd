"""The telephones of all agents' browsers: who is told what pages, SIP stack and control say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial
from typing import Any, Protocol

import structlog

from centralino.browser_messages import (
    PageAnswered,
    PageHungUp,
    PageLeft,
    PageOffered,
    PagePickedUp,
    PagePressed,
    PhoneLost,
    PhoneMoved,
)
from centralino.browsers.telephone import Sound, Stack, Telephone
from kernel.ids import LegId
from telephony.drivers.addresses import parse_uri
from telephony.drivers.baresip_options import Registration
from telephony.errors import OfferRefused
from telephony.media.pump import Pump
from telephony.types import Cause, LegAnswered, LegEnded, LegEvent, LegOffered

log = structlog.get_logger()

RETURN_SECONDS = 20.0
"""How long pages may take to come back to a control process that was started again."""
LET_GO_SECONDS = 3.0
"""After a call was given up: until then media has the caller elsewhere and ends our leg itself."""
LOOK_SECONDS = 0.5


class PhoneStack(Stack, Protocol):
    """The SIP stack with accounts (`telephony.drivers.sip_baresip.BaresipControl`)."""

    def events(self) -> AsyncIterator[LegEvent]: ...

    async def register(self, account: Registration) -> None: ...

    async def unregister(self, user: str) -> None: ...


class Line(Sound, Protocol):
    """A page's sound before it is connected."""

    async def answer(self, offer: str) -> str: ...


class Desk:
    """Every telephone by its address of record, every page by its name."""

    def __init__(
        self,
        stack: PhoneStack,
        pump: Pump,
        account: Callable[[str], Registration],
        line: Callable[[Callable[[bool], None]], Line],
        tell: Callable[[object], None],
    ) -> None:
        """`line` makes a page's sound, which is told whom to tell when it is connected or over;
        `tell` sends to control."""
        self._stack = stack
        self._pump = pump
        self._account = account
        self._line = line
        self._tell = tell
        self.phones: dict[str, Telephone] = {}
        self._pages: dict[str, tuple[Telephone, Line]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside what else is told."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("browsers.task", why=repr(error))

    # --- pages

    def message(self, value: object) -> None:
        """What control passes on from a page."""
        match value:
            case PageOffered():
                self._offered(value)
            case PagePickedUp(page):
                if (phone := self._at(page)) is not None:
                    phone.pick_up()
            case PageHungUp(page):
                if (phone := self._at(page)) is not None:
                    phone.hang_up()
            case PagePressed(page, keys):
                if (phone := self._at(page)) is not None:
                    phone.press(keys)
            case PageLeft(page):
                self._left(page)

    def control_reborn(self) -> None:
        """Control was started again: pages come back under new names, or have gone."""
        loop = asyncio.get_running_loop()
        for page in self._pages:
            loop.call_later(RETURN_SECONDS, self._left, page)

    def _offered(self, offer: PageOffered) -> None:
        phone, page = self._phone(offer.agent, offer.aor), offer.page
        phone.agent = offer.agent  # numbers are given to others

        def moved(up: bool) -> None:
            self._sound_moved(page, line, up)

        line = self._line(moved)
        _, before = self._pages.get(page, (phone, None))
        self._pages[page] = (phone, line)
        if before is not None and before is not phone.sound:
            self.spawn(before.close())
        self.spawn(self._answer(page, line, offer.sdp))

    async def _answer(self, page: str, line: Line, offer: str) -> None:
        said: PageAnswered | PhoneMoved
        try:
            said = PageAnswered(page, await line.answer(offer))
        except OfferRefused as error:
            said = PhoneMoved(page, "off", f"This browser's sound is not ours: {error}")
        _, current = self._pages.get(page, (None, None))
        if current is line:  # and the page has not made another offer meanwhile
            self._tell(said)

    def _sound_moved(self, page: str, line: Line, up: bool) -> None:
        """A page's sound is connected, or over."""
        phone, current = self._pages.get(page, (None, None))
        if phone is not None and current is line and up:
            phone.page_there(page, line)
        elif up:
            self.spawn(line.close())
        elif phone is not None and phone.sound is line:
            phone.page_gone(page)

    def _left(self, page: str) -> None:
        phone, line = self._pages.pop(page, (None, None))
        if phone is None or line is None:
            return
        if phone.sound is not line:
            self.spawn(line.close())
        phone.page_gone(page)

    def _at(self, page: str) -> Telephone | None:
        phone, _ = self._pages.get(page, (None, None))
        return phone if phone is not None and phone.page == page else None

    def _phone(self, agent: str, aor: str) -> Telephone:
        if aor not in self.phones:
            self.phones[aor] = Telephone(
                agent, aor, self._stack, self.spawn, partial(self._register, aor),
                lambda page, state, why: self._tell(PhoneMoved(page, state, why)), self._lost,
            )  # fmt: skip
        return self.phones[aor]

    async def _register(self, aor: str, wanted: bool) -> None:
        if wanted:
            await self._stack.register(self._account(aor))
        else:
            await self._stack.unregister(aor)

    def _lost(self, phone: Telephone) -> None:
        log.warning("browsers.call_lost", agent=phone.agent)
        self._tell(PhoneLost(phone.agent))
        self.spawn(self._let_go(phone.leg))

    async def _let_go(self, leg: LegId | None) -> None:
        await asyncio.sleep(LET_GO_SECONDS)
        if leg is not None:
            await self._stack.hang_up(leg)

    # --- the SIP stack

    async def legs(self) -> None:
        """Take what the stack tells, until it is closed."""
        async for event in self._stack.events():
            match event:
                case LegOffered():
                    self._rung(event)
                case LegAnswered(leg):
                    if (phone := self._with(leg)) is not None:
                        phone.answered()
                        self._pump.add(leg, phone.tick)
                case LegEnded(leg):
                    self._pump.remove(leg)
                    if (phone := self._with(leg)) is not None:
                        phone.ended()

    def _rung(self, event: LegOffered) -> None:
        uri = parse_uri(event.to_uri)
        phone = self.phones.get(uri.user or "") if uri is not None else None
        if phone is None:
            self.spawn(self._stack.refuse(event.leg, Cause.BUSY))
        else:
            phone.rung(event.leg)

    def _with(self, leg: LegId) -> Telephone | None:
        return next((phone for phone in self.phones.values() if phone.leg == leg), None)

    async def look(self) -> None:
        """Give up calls whose pages stay away, until cancelled."""
        while True:
            for phone in list(self.phones.values()):
                phone.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def close(self) -> None:
        """End everything."""
        for phone in list(self.phones.values()):
            await phone.close()
        for _, line in list(self._pages.values()):
            await line.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
