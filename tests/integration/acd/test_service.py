"""The service on asyncio: a real driver, a ledger in memory, lives that follow one another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from acd.errors import AcdNotOpen
from acd.keypad_messages import DigitPressed, KeypadOpened, PromptDone
from acd.keypad_service import KeypadService
from acd.keypad_states import KeypadConfig
from acd.messages import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentReady,
    CallQueued,
    CallsHeld,
    OfferAnswered,
    OfferRinging,
    PlaceOffer,
    TellPosition,
)
from acd.ports import PinAnswer
from acd.service import AcdService, Moved
from kernel.clock import ManualClock, SteadyClock
from kernel.errors import IllegalTransition
from kernel.journal import MemoryLedger, Outgoing
from tests.unit.acd.house import CONFIG
from tests.waiting import until

LOGIN = AgentLoggedIn("a", "utility", "sip:a@host", ("bills",))
C = TypeVar("C")


@dataclass
class Life:
    """One life of the service, and what it sent."""

    service: AcdService
    sent: list[Outgoing] = field(default_factory=list)

    def commands(self, kind: type[C]) -> list[C]:
        return [out.command for out in self.sent if isinstance(out.command, kind)]


@asynccontextmanager
async def living(ledger: MemoryLedger, clock: ManualClock) -> AsyncIterator[Life]:
    sent: list[Outgoing] = []

    async def send(outgoing: Outgoing) -> None:
        sent.append(outgoing)

    service = AcdService(CONFIG, ledger, send, clock)
    await service.open()
    task = asyncio.create_task(service.run())
    try:
        yield Life(service, sent)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def queued(call: str) -> CallQueued:
    return CallQueued(call, "utility", "bills", f"k-{call}", "media-1", "e1")


async def test_an_agent_gets_a_call_and_pages_see_it() -> None:
    moved: list[Moved] = []
    async with living(MemoryLedger(), ManualClock()) as life:
        end = life.service.subscribe(moved.append)
        await life.service.submit(LOGIN)
        await life.service.submit(AgentReady("a"))
        await life.service.submit(queued("c1"))
        await until(lambda: life.commands(PlaceOffer))
        (offer,) = life.commands(PlaceOffer)
        view = life.service.agent("a")
        assert view is not None and (view.state, view.offer) == ("reserved", offer.offer)
        assert moved[-1].calls == {"c1"} and moved[-1].agents == {"a"}
        assert moved[-1].clients == {"utility"} and offer.offer in moved[-1].offers
        end()
        seen = len(moved)
        await life.service.submit(OfferRinging(offer.offer))
        assert len(moved) == seen
        ringing = life.service.offer(offer.offer)
        assert ringing is not None and ringing.state == "ringing"
        call = life.service.call("c1")
        assert call is not None and (call.position, call.offer) == (1, offer.offer)
        assert life.service.snapshot().counts["offered"] == 1


async def test_a_watcher_that_fails_stops_nobody() -> None:
    def fails(moved: Moved) -> None:
        raise RuntimeError("a page is broken")

    async with living(MemoryLedger(), ManualClock()) as life:
        life.service.subscribe(fails)
        await life.service.submit(LOGIN)
        assert life.service.agent("a") is not None


async def test_an_illegal_wish_is_refused_and_the_next_is_heard() -> None:
    async with living(MemoryLedger(), ManualClock()) as life:
        await life.service.submit(LOGIN)
        await life.service.submit(AgentLoggedOut("a"))
        with pytest.raises(IllegalTransition):
            await life.service.submit(AgentReady("a"))
        await life.service.submit(LOGIN)
        assert life.service.agent("a").want == "not_ready"  # type: ignore[union-attr]


async def test_the_next_life_has_it_all_and_sends_what_was_not_taken() -> None:
    ledger, clock = MemoryLedger(), ManualClock()
    async with living(ledger, clock) as first:
        await first.service.submit(LOGIN)
        for call in ("c1", "c2"):
            await first.service.submit(queued(call))
        await until(lambda: len(first.commands(TellPosition)) == 2)
        await first.service.confirm([first.sent[0].id])
    async with living(ledger, clock) as second:
        await until(lambda: second.sent)
        assert [out.id for out in second.sent] == [first.sent[1].id]
        await second.service.submit(AgentReady("a"))
        assert not second.commands(PlaceOffer)
        await second.service.submit(CallsHeld("media-1", "e1", ("c1", "c2")))
        await until(lambda: second.commands(PlaceOffer))
        (offer,) = second.commands(PlaceOffer)
        assert offer.call == "c1"
        await second.service.submit(OfferAnswered(offer.offer))
        assert second.service.explain("c2") is not None


async def test_a_service_is_opened_first() -> None:
    async def send(outgoing: Outgoing) -> None:
        raise AssertionError

    service = AcdService(CONFIG, MemoryLedger(), send, SteadyClock())
    with pytest.raises(AcdNotOpen):
        service.snapshot()
    with pytest.raises(AcdNotOpen):
        await service.submit(LOGIN)


# --- keys


@dataclass
class Phone:
    """PIN book, voice and words of one test."""

    said: list[tuple[str, str]] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)

    async def check(self, number: str, pin: str) -> PinAnswer:
        ok = (number, pin) == ("7001", "1234")
        return PinAnswer(ok, LOGIN if ok else None)

    async def say(self, leg: str, say: str, text: str) -> None:
        self.said.append((say, text))

    async def hang_up(self, leg: str) -> None:
        self.hung_up.append(leg)

    async def of_call(self, call: str) -> str:
        return f"the packet of {call}" if call == "c1" else ""

    async def next(self, agent: str, after: str) -> tuple[str, str]:
        return "", ""

    async def dial(self, agent: str, person: str) -> None:
        self.said.append((person, "dial"))

    async def skip(self, agent: str, person: str, tomorrow: bool) -> None:
        self.said.append((person, "skip"))

    async def choices(self, call: str) -> tuple[str, ...]:
        return ("solved", "follow-up")

    async def dispose(self, call: str, agent: str, disposition: str) -> None:
        self.said.append((call, f"{agent}: {disposition}"))


@asynccontextmanager
async def keys(config: KeypadConfig) -> AsyncIterator[tuple[KeypadService, Phone, AcdService]]:
    phone = Phone()
    async with living(MemoryLedger(), ManualClock()) as life:
        keypad = KeypadService(
            config, SteadyClock(), submit=life.service.submit, agent=life.service.agent,
            pins=phone, voice=phone, words=phone, dispositions=phone, people=phone,
        )  # fmt: skip
        task = asyncio.create_task(keypad.run())
        try:
            yield keypad, phone, life.service
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def press(keypad: KeypadService, digits: str) -> None:
    for digit in digits:
        await keypad.feed(DigitPressed("L", digit))


async def test_an_agent_with_a_telephone_only() -> None:
    async with keys(KeypadConfig()) as (keypad, phone, service):
        await keypad.feed(KeypadOpened("L"))
        await press(keypad, "7001#1234#")
        await service.submit(queued("c1"))
        await press(keypad, "1")
        view = service.agent("a")
        assert view is not None and (view.want, view.call) == ("ready", "c1")
        await keypad.feed(PromptDone("L", phone.said[-1][0]))
        assert phone.hung_up == ["L"]
        await keypad.feed(KeypadOpened("L", "7001"))
        await press(keypad, "1234#4")
        assert phone.said[-1][1] == "the packet of c1"


async def test_the_keypad_keeps_time() -> None:
    config = KeypadConfig(silence_seconds=0.02, goodbye_seconds=0.02)
    async with keys(config) as (keypad, phone, _):
        await keypad.feed(KeypadOpened("L"))
        await until(lambda: phone.hung_up)
        assert [text for _, text in phone.said][-1] == "Goodbye."


async def test_a_wish_that_is_illegal_by_now_is_no_accident() -> None:
    async with keys(KeypadConfig()) as (keypad, phone, service):
        await keypad.feed(KeypadOpened("L", "7001"))
        await press(keypad, "1234#")
        await service.submit(AgentLoggedOut("a"))
        await press(keypad, "21")
        view = service.agent("a")
        assert view is not None and view.want == "logged_out"
