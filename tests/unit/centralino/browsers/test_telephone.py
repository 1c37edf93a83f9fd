"""One agent's telephone in a browser, with a stack and a page that are told and remember."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from centralino.browser_messages import NOT_TAKEN
from centralino.browsers.telephone import (
    AGAIN_SECONDS,
    AHEAD,
    MOST_KEYS,
    SILENT_TICKS,
    Telephone,
)
from kernel.ids import LegId
from telephony.browser.phone import PhoneState
from telephony.errors import NoSuchLeg, RegistrationRefused
from telephony.types import Cause

FRAME = bytes(320)
LEG = LegId("leg-1")


@dataclass
class Page:
    """A page's sound, or a leg's."""

    came: deque[bytes] = field(default_factory=deque)
    sent: list[bytes] = field(default_factory=list)
    closed: bool = False
    rate: int = 8000
    frame_bytes: int = 320
    unsent: int = 0

    def read(self) -> bytes | None:
        return self.came.popleft() if self.came else None

    def write(self, frame: bytes) -> None:
        self.sent.append(frame)
        self.unsent += len(frame)

    def queued(self) -> int:
        return self.unsent

    def flush(self) -> int:
        return 0

    async def close(self) -> None:
        self.closed = True


class Stack:
    """What a telephone asked of SIP."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.leg = Page()
        self.over = False
        self.pressing = asyncio.Event()

    def media(self, leg: LegId) -> Page:
        if self.over:
            raise NoSuchLeg(leg)
        return self.leg

    async def answer(self, leg: LegId) -> None:
        self.asked.append("answer")

    async def refuse(self, leg: LegId, cause: Cause) -> None:
        self.asked.append(cause)

    async def hang_up(self, leg: LegId) -> None:
        self.asked.append("hang up")

    async def send_digits(self, leg: LegId, digits: str) -> None:
        self.asked.append(digits)
        await self.pressing.wait()


class Bench:
    """A telephone and what it told."""

    def __init__(self, refused: bool = False) -> None:
        self.stack, self.refused = Stack(), refused
        self.awake = asyncio.Event()
        self.registered: list[bool] = []
        self.asked: list[bool] = []
        self.slept: list[float] = []
        self.told: list[tuple[str, str, str]] = []
        self.lost: list[str] = []
        self.work: set[asyncio.Task[None]] = set()
        self.phone = Telephone(
            "anna", "201", self.stack, self.spawn, self.register,
            lambda *told: self.told.append(told), lambda phone: self.lost.append(phone.agent),
            self.sleep,
        )  # fmt: skip

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self.work.add(asyncio.create_task(work))

    async def some(self) -> None:
        """Let what it spawned go on for a while."""
        for _ in range(60):
            await asyncio.sleep(0)

    async def idle(self) -> None:
        """Until all that it spawned is done."""
        while work := [task for task in self.work if not task.done()]:
            await asyncio.gather(*work)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self.awake.wait()

    async def register(self, wanted: bool) -> None:
        self.asked.append(wanted)
        if wanted and self.refused:
            raise RegistrationRefused("edge", "403 Forbidden")
        self.registered.append(wanted)

    async def in_a_call(self) -> Page:
        page = Page()
        for step in (
            partial(self.phone.page_there, "p1", page), partial(self.phone.rung, LEG),
            self.phone.pick_up, self.phone.answered,
        ):  # fmt: skip
            step()
            await self.idle()
        return page


async def test_it_registers_rings_answers_and_is_ready_again() -> None:
    bench = Bench()
    await bench.in_a_call()
    bench.phone.ended()
    await bench.idle()
    assert bench.registered == [True]
    assert [state for _, state, _ in bench.told] == ["ready", "ringing", "up", "ready"]
    assert bench.stack.asked == ["answer"]


async def test_a_page_that_closes_while_it_rings_frees_the_call_for_the_next() -> None:
    bench = Bench()
    page = Page()
    bench.phone.page_there("p1", page)
    await bench.idle()
    bench.phone.rung(LEG)
    await bench.idle()
    bench.phone.page_gone("p1")
    await bench.idle()
    assert bench.stack.asked == [Cause.BUSY]
    assert bench.registered == [True, False] and page.closed
    bench.phone.pick_up()  # a click that came too late
    await bench.idle()
    assert bench.stack.asked == [Cause.BUSY]


async def test_a_page_that_is_loaded_again_comes_back_to_its_call() -> None:
    bench = Bench()
    first, second = await bench.in_a_call(), Page()
    bench.phone.page_gone("p1")
    await bench.idle()
    assert not first.closed, "sound flows for as long as any comes"
    bench.phone.page_there("p2", second)
    await bench.idle()
    assert first.closed and bench.registered == [True, False, True]
    bench.stack.leg.came.append(FRAME)
    second.came.append(FRAME)
    bench.phone.tick()
    assert second.sent == [FRAME] and bench.stack.leg.sent == [FRAME]
    assert bench.told[-1] == ("p2", "up", "")
    assert bench.lost == [] and bench.stack.asked == ["answer"]


async def test_a_call_whose_page_stays_away_is_given_up_when_no_sound_comes() -> None:
    bench = Bench()
    page = await bench.in_a_call()
    bench.phone.page_gone("p1")
    await bench.idle()
    for _ in range(SILENT_TICKS):
        bench.stack.leg.unsent = 0
        page.came.append(FRAME)
        bench.phone.tick()
    bench.phone.look()
    await bench.idle()
    assert bench.lost == [], "its page has gone, and the agent still talks"
    for _ in range(SILENT_TICKS):
        bench.phone.tick()
    bench.phone.look()
    await bench.idle()
    assert bench.lost == ["anna"] and page.closed
    assert bench.phone.state is PhoneState.OFF and bench.phone.leg == LEG


async def test_a_muted_or_silent_agent_whose_page_is_there_keeps_the_call() -> None:
    bench = Bench()
    await bench.in_a_call()
    for _ in range(2 * SILENT_TICKS):
        bench.phone.tick()
    bench.phone.look()
    await bench.idle()
    assert bench.lost == [] and bench.phone.state is PhoneState.UP


async def test_a_browser_whose_clock_is_fast_is_not_heard_later_and_later() -> None:
    bench = Bench()
    page = await bench.in_a_call()
    page.came.extend([FRAME] * 20)
    bench.phone.tick()
    assert len(bench.stack.leg.sent) == AHEAD


async def test_a_second_window_takes_the_telephone_and_the_first_is_told() -> None:
    bench = Bench()
    bench.phone.page_there("p1", Page())
    await bench.idle()
    bench.phone.page_there("p2", Page())
    await bench.idle()
    assert ("p1", "off", "This telephone is in another window now.") in bench.told
    bench.phone.page_gone("p1")
    await bench.idle()
    assert bench.phone.state is PhoneState.READY and bench.registered == [True]


async def test_a_second_call_is_refused_as_busy() -> None:
    bench = Bench()
    await bench.in_a_call()
    bench.phone.rung(LegId("leg-2"))
    await bench.idle()
    assert bench.stack.asked == ["answer", Cause.BUSY] and bench.phone.leg == LEG


async def test_a_refused_registration_is_told_in_one_line_and_tried_until_it_is_taken() -> None:
    bench = Bench(refused=True)
    bench.phone.page_there("p1", Page())
    await bench.some()
    assert bench.told == [("p1", "lost", NOT_TAKEN)] and bench.slept == [AGAIN_SECONDS[0]]
    bench.awake.set()
    await bench.some()
    assert len(bench.slept) > len(AGAIN_SECONDS) and bench.slept[-1] == AGAIN_SECONDS[-1]
    assert set(bench.told) == {("p1", "lost", NOT_TAKEN)}
    bench.refused = False
    await bench.idle()
    assert bench.registered == [True] and bench.told[-1] == ("p1", "ready", "")


async def test_a_page_that_goes_while_its_registration_is_tried_leaves_none() -> None:
    bench = Bench(refused=True)
    bench.phone.page_there("p1", Page())
    await bench.some()
    bench.phone.page_gone("p1")
    bench.awake.set()
    await bench.idle()
    assert bench.asked == [True, False], "what the stack tries by itself is taken back, too"


async def test_a_page_that_is_loaded_again_in_a_call_does_not_wait_for_the_edge() -> None:
    bench = Bench()
    await bench.in_a_call()
    bench.phone.page_gone("p1")
    await bench.idle()
    bench.refused = True
    bench.phone.page_there("p2", Page())
    await bench.some()
    assert bench.told[-1] == ("p2", "up", "") and bench.slept == [AGAIN_SECONDS[0]]
    bench.phone.ended()
    await bench.some()
    assert bench.told[-1] == ("p2", "lost", NOT_TAKEN)
    bench.refused = False
    bench.awake.set()
    await bench.idle()
    assert bench.told[-1] == ("p2", "ready", "")


async def test_nor_does_it_wait_until_the_edge_has_taken_its_registration_back() -> None:
    bench = Bench()
    await bench.in_a_call()
    there = asyncio.Event()

    async def register(wanted: bool) -> None:
        await there.wait()
        await bench.register(wanted)

    bench.phone.register = register
    bench.phone.page_gone("p1")
    await bench.some()
    bench.phone.page_there("p2", Page())
    await bench.some()
    assert bench.told[-1] == ("p2", "up", "")
    there.set()
    await bench.idle()
    assert bench.registered == [True, False, True] and bench.told[-1] == ("p2", "up", "")


async def test_a_page_that_goes_while_another_one_lets_go_of_its_sound_leaves_no_registration() -> (
    None
):
    bench = Bench()
    bench.phone.page_there("p1", Page())
    bench.phone.page_there("p2", Page())
    bench.phone.page_gone("p2")
    await bench.idle()
    assert bench.phone.state is PhoneState.OFF and bench.phone.sound is None
    assert bench.registered in ([], [True, False])


async def test_a_page_that_comes_while_a_call_is_refused_for_one_that_went_has_the_telephone() -> (
    None
):
    bench = Bench()
    second = Page()
    bench.phone.page_there("p1", Page())
    bench.phone.rung(LEG)
    bench.phone.page_gone("p1")
    bench.phone.page_there("p2", second)
    await bench.idle()
    assert bench.phone.state is PhoneState.READY and not second.closed
    assert bench.told[-1] == ("p2", "ready", "")


async def test_a_call_that_is_over_before_it_is_told_as_answered_is_over() -> None:
    bench = Bench()
    bench.phone.page_there("p1", Page())
    bench.phone.rung(LEG)
    bench.stack.over = True
    bench.phone.answered()
    bench.phone.ended()
    await bench.idle()
    assert bench.phone.state is PhoneState.READY and bench.told[-1] == ("p1", "ready", "")


async def test_keys_are_pressed_in_their_order_and_so_many_only() -> None:
    bench = Bench()
    await bench.in_a_call()
    bench.phone.press("1")
    await asyncio.sleep(0)
    for _ in range(1000):
        bench.phone.press("23")
    bench.stack.pressing.set()
    await bench.idle()
    assert bench.stack.asked == ["answer", "1", MOST_KEYS // 2 * "23"]


async def test_the_agent_will_not_take_what_rings_or_hangs_up() -> None:
    bench = Bench()
    bench.phone.hang_up()  # nothing is there
    bench.phone.page_there("p1", Page())
    bench.phone.rung(LEG)
    bench.phone.hang_up()
    await bench.idle()
    assert bench.stack.asked == [Cause.BUSY]
    bench.phone.ended()
    await bench.in_a_call()
    bench.phone.hang_up()
    await bench.idle()
    assert bench.stack.asked == [Cause.BUSY, "answer", "hang up"]
