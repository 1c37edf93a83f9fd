"""What the in-process exchange adds to the conformance suite: its clock, walked by hand."""

from __future__ import annotations

import pytest

from kernel.clock import ManualClock
from kernel.ids import LegId, counting
from telephony.drivers.memory import MemoryControl, MemoryExchange
from telephony.errors import NoSuchLeg
from telephony.ports import CallControl
from telephony.types import (
    Cause,
    LegAnswered,
    LegEnded,
    LegOffered,
    LegPlaced,
    LegRinging,
    Originate,
    TransferProgressed,
)

CALLER, HOUSE = "sip:anna@phones", "sip:house"


def pair() -> tuple[MemoryExchange, MemoryControl, MemoryControl]:
    exchange = MemoryExchange(ManualClock(), counting())
    return exchange, exchange.control(CALLER), exchange.control(HOUSE)


def order(leg: str = "out", target: str = "sip:7000@house", ring: float = 30.0) -> Originate:
    return Originate(LegId(leg), target, CALLER, "Anna", {"X-Token": "t"}, ring)


async def offered(caller: MemoryControl, house: MemoryControl) -> LegId:
    await caller.originate(order())
    (event,) = house.take_events()
    assert isinstance(event, LegOffered)
    return event.leg


async def test_a_leg_is_offered_with_what_was_dialled() -> None:
    _, caller, house = pair()
    await caller.originate(order())
    (event,) = house.take_events()
    assert isinstance(event, LegOffered)
    assert (event.request_uri, event.from_uri, event.from_name) == (
        "sip:7000@house", CALLER, "Anna",
    )  # fmt: skip
    assert event.headers["x-token"] == "t"
    assert caller.take_events() == [
        LegPlaced(LegId("out"), event.sip_call_id), LegRinging(LegId("out"), event.sip_call_id),
    ]  # fmt: skip


async def test_ringing_ends_by_the_exchanges_clock() -> None:
    exchange, caller, house = pair()
    clock = exchange.clock
    assert isinstance(clock, ManualClock)
    assert exchange.next_timer() is None
    leg = await offered(caller, house)
    assert exchange.next_timer() == clock.now() + 30
    exchange.handle_timer(clock.advance(29.9))
    assert house.take_events() == []
    exchange.handle_timer(clock.advance(0.1))
    assert house.take_events() == [LegEnded(leg, Cause.NORMAL, "CANCEL", True)]
    assert caller.take_events()[-1] == LegEnded(
        LegId("out"), Cause.NO_ANSWER, "ring time-out", False
    )
    assert exchange.next_timer() is None


async def test_nobody_there() -> None:
    _, caller, _ = pair()
    await caller.originate(order(target="sip:7000@elsewhere"))
    await caller.originate(order(target="tel:112"))
    assert {event.cause for event in caller.take_events() if isinstance(event, LegEnded)} == {
        Cause.UNALLOCATED
    }


async def test_sound_needs_an_answer_and_waits_for_its_reader() -> None:
    _, caller, house = pair()
    leg = await offered(caller, house)
    with pytest.raises(NoSuchLeg):
        caller.media(LegId("out"))
    await house.answer(leg)
    here, there = caller.media(LegId("out")), house.media(leg)
    here.write(bytes(640))
    assert (here.queued(), there.read(), here.queued()) == (640, bytes(320), 320)
    assert here.flush() == 320
    assert there.read() is None
    await caller.hang_up(LegId("out"))
    here.write(bytes(320))
    assert here.queued() == 0


async def test_verbs_on_a_leg_that_is_gone_are_harmless() -> None:
    _, caller, _ = pair()
    gone = LegId("gone")
    await caller.answer(gone)
    await caller.refuse(gone, Cause.BUSY)
    await caller.hang_up(gone)
    await caller.hold(gone, True)
    await caller.send_digits(gone, "1")
    await caller.refer(gone, HOUSE)
    assert caller.take_events() == []


async def test_a_cause_without_a_status_of_its_own_is_shown_as_the_first() -> None:
    _, caller, house = pair()
    await house.refuse(await offered(caller, house), Cause.CONGESTION)
    ended = caller.take_events()[-1]
    assert isinstance(ended, LegEnded) and ended.cause is Cause.BUSY


async def test_a_party_that_does_not_follow_declines_a_transfer() -> None:
    _, caller, house = pair()
    leg = await offered(caller, house)
    await house.answer(leg)
    await house.refer(leg, "<sip:7001@house>")
    assert house.take_events()[-1] == TransferProgressed(leg, True, False, "603 Decline")


async def test_a_transfer_to_nobody_leaves_the_call_up() -> None:
    exchange = MemoryExchange(ManualClock())
    caller = exchange.control(CALLER, follow_transfers=True)
    house = exchange.control(HOUSE)
    leg = await offered(caller, house)
    await house.answer(leg)
    await house.refer(leg, "sip:nobody@nowhere")
    assert house.take_events()[-1] == TransferProgressed(leg, True, False, "404 Not Found")
    assert house.media(leg) is not None


async def test_a_transfer_that_is_refused_is_told() -> None:
    exchange = MemoryExchange(ManualClock())
    caller = exchange.control(CALLER, follow_transfers=True)
    house, other = exchange.control(HOUSE), exchange.control("sip:7001@agents")
    leg = await offered(caller, house)
    await house.answer(leg)
    await house.refer(leg, "sip:7001@agents")
    (call,) = other.take_events()
    await other.refuse(call.leg, Cause.REJECTED)
    assert house.take_events()[-1] == TransferProgressed(leg, True, False, "603 Decline")


async def test_closing_ends_every_leg_and_the_events() -> None:
    _, caller, house = pair()
    async with house as control:
        port: CallControl = control
        assert port.capabilities.name == "memory"
        leg = await offered(caller, house)
        await house.answer(leg)
    kinds = [type(event) for event in [event async for event in house.events()]]
    assert kinds == [LegAnswered, LegEnded]
    assert isinstance(caller.take_events()[-1], LegEnded)


async def test_an_address_must_be_one() -> None:
    with pytest.raises(ValueError, match="no SIP address"):
        MemoryExchange(ManualClock()).control("anna")
