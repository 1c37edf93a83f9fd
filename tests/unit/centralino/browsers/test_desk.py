"""The desk of browsers' telephones: pages that offer, leave and offer again, and a SIP stack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import cast

from centralino.browser_messages import PageAnswered, PageLeft, PageOffered, PhoneMoved
from centralino.browsers.desk import Desk, PhoneStack
from kernel.ids import LegId
from telephony.drivers.baresip_options import Registration
from telephony.errors import NoSuchLeg, OfferRefused
from telephony.media.pump import Pump
from telephony.types import Cause, LegAnswered, LegEnded, LegEvent, LegOffered


class Line:
    """A page's sound, whose offer is answered when the test says so."""

    def __init__(self, moved: Callable[[bool], None]) -> None:
        self.moved = moved
        self.able = asyncio.Event()
        self.closed = False

    async def answer(self, offer: str) -> str:
        await self.able.wait()
        if self.closed:
            raise OfferRefused("closed")
        return f"to {offer}"

    async def close(self) -> None:
        self.closed = True
        self.able.set()
        await asyncio.sleep(0)

    def read(self) -> bytes | None:
        return None

    def write(self, frame: bytes) -> None: ...


class Stack:
    """Tells what the test puts in; a leg is over as soon as it is told."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[LegEvent] = asyncio.Queue()
        self.accounts: list[str] = []
        self.slow = asyncio.Event()

    async def events(self) -> AsyncIterator[LegEvent]:
        while True:
            yield await self.told.get()

    async def register(self, account: Registration) -> None:
        await self.slow.wait()
        self.accounts.append(account.user)

    async def unregister(self, user: str) -> None:
        self.accounts.remove(user)

    def media(self, leg: LegId) -> None:
        raise NoSuchLeg(leg)

    async def hang_up(self, leg: LegId) -> None: ...


class Bench:
    """A desk, the sounds it made and what it told control."""

    def __init__(self) -> None:
        self.stack, self.lines = Stack(), list[Line]()
        self.told: list[object] = []
        self.stack.slow.set()
        self.desk = Desk(
            cast(PhoneStack, self.stack), Pump(), lambda aor: Registration(aor, "", ""),
            self.line, self.told.append,
        )  # fmt: skip

    def line(self, moved: Callable[[bool], None]) -> Line:
        self.lines.append(Line(moved))
        return self.lines[-1]

    def there(self, page: str, aor: str) -> None:
        self.desk.message(PageOffered(page, f"agent {aor}", aor, "v=0"))
        self.lines[-1].able.set()
        self.lines[-1].moved(True)


OVER = LegEnded(LegId("a"), Cause.NORMAL, "", True)


async def some() -> None:
    """Let everything that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)


def offered(leg: str, aor: str) -> LegOffered:
    return LegOffered(LegId(leg), "sip:x@h", "", f"sip:{aor}@h", f"sip:{aor}@h", {}, "c")


async def test_only_a_pages_newest_offer_is_answered_and_none_that_it_replaced_is_told() -> None:
    bench = Bench()
    for sdp in ("one", "two"):
        bench.desk.message(PageOffered("p1", "anna", "201", sdp))
        await some()
    assert bench.lines[0].closed
    bench.lines[1].able.set()
    await some()
    assert bench.told == [PageAnswered("p1", "to two")]
    await bench.desk.close()


async def test_a_page_that_offers_and_leaves_at_once_leaves_nothing() -> None:
    bench = Bench()
    bench.desk.message(PageOffered("p1", "anna", "201", "v=0"))
    bench.desk.message(PageLeft("p1"))
    await some()
    assert bench.lines[0].closed and bench.told == []
    await bench.desk.close()


async def test_a_call_that_was_over_at_once_and_a_slow_registrar_hold_up_nobody() -> None:
    bench = Bench()
    bench.there("p1", "201")
    await some()
    legs = asyncio.create_task(bench.desk.legs())
    for event in (offered("a", "201"), LegAnswered(LegId("a"), "c"), OVER):
        bench.stack.told.put_nowait(event)
    await some()
    bench.stack.slow.clear()
    bench.there("p2", "202")
    bench.stack.told.put_nowait(offered("b", "201"))
    await some()
    assert not legs.done() and bench.told[-1] == PhoneMoved("p1", "ringing")
    assert bench.stack.accounts == ["201"]
    legs.cancel()
    await bench.desk.close()


async def test_pages_may_leave_while_everything_ends() -> None:
    bench = Bench()
    for number in ("201", "202", "203"):
        bench.there(number, number)
    await some()
    ending = asyncio.create_task(bench.desk.close())
    await asyncio.sleep(0)
    bench.desk.message(PageLeft("203"))
    bench.desk.message(PageOffered("p9", "otto", "209", "v=0"))
    await ending
    assert all(line.closed for line in bench.lines[:2])
