"""A call out as the dialler sees it: a telephone in memory, real sound, a clock by hand."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from centralino.config.dialling import DialRule
from centralino.config.model import Config
from centralino.media.calls_out import CallsOut
from centralino.media.house import House
from kernel.clock import ManualClock
from kernel.ids import LegId, counting
from outbound.messages import (
    AskAttempts,
    AttemptAcknowledged,
    AttemptAnswered,
    AttemptEnded,
    AttemptInvited,
    AttemptRefused,
    AttemptRinging,
    AttemptsTold,
    MediaThere,
    MessageCompleted,
    MessageStarted,
    PlaceCall,
    StopAttempt,
)
from outbound.records import Outcome, Refusal
from telephony.drivers.memory import MemoryControl, MemoryExchange
from telephony.errors import NoSuchLeg
from telephony.media.pump import Pump
from telephony.types import Cause, LegEnded, LegOffered
from voicebot.ports import SpeechEngines
from voicebot.speech.scripted import TextSynthesiser

EDGE = "127.0.0.1:5066"
NUMBER = "+390212345678"
ORDER = PlaceCall(
    "att-1", "rcp-1", "storm", "town", 1, 1e12, NUMBER, "loop", "+3902000", 20.0, 60.0, "", "m", 1,
    "Water is unsafe to drink. Press one.", "en", "p1",
)  # fmt: skip


@dataclass
class World:
    """A media process, and a telephone."""

    calls: CallsOut
    house: House
    ours: MemoryControl
    phone: MemoryControl
    clock: ManualClock
    told: list[object] = field(default_factory=list)
    legs: list[LegId] = field(default_factory=list)
    offered: list[LegOffered] = field(default_factory=list)

    async def settle(self) -> None:
        """Until nothing moves any more; and 20 ms of sound."""
        for _ in range(3):
            await asyncio.sleep(0)
            while not self.house._outbox.empty():
                self.told.append(self.house._outbox.get_nowait()[0])
            for event in self.phone.take_events():
                if isinstance(event, LegOffered):
                    self.offered.append(event)
                    self.legs.append(event.leg)
            for event in self.ours.take_events():
                self.calls.leg_event(event)

    async def listen(self, seconds: float) -> None:
        """Time goes by, tick by tick; the telephone takes what is sent."""
        for _ in range(round(seconds / 0.02)):
            self.clock.advance(0.02)
            for tick in list(self.house.pump._ticks.values()):
                tick()
            for leg in self.legs:
                with contextlib.suppress(NoSuchLeg):
                    while self.phone.media(leg).read() is not None:
                        pass
            await self.settle()

    async def press(self, key: str) -> None:
        await self.phone.send_digits(self.legs[-1], key)
        await self.settle()

    async def place(self, **changes: Any) -> None:
        self.calls.obey[PlaceCall](replace(ORDER, **changes))
        await self.settle()
        await self.settle()

    async def answered(self) -> None:
        await self.place()
        await self.phone.answer(self.legs[-1])
        await self.settle()

    def kinds(self) -> list[type]:
        return [type(event) for event in self.told]


NO_AGENTS = cast(Any, None)
"""No order here has an agent who comes first."""


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = ManualClock()
    exchange = MemoryExchange(clock, counting())
    ours, phone = exchange.control(f"sip:{EDGE}"), exchange.control(f"sip:{NUMBER}@{EDGE}")
    config = Config(dial_rules=(DialRule(purposes=("campaign",), targets=("foreign",)),))
    house = House(
        "media-1", "life-1", config, ours, Pump(), cast(Any, None),
        SpeechEngines(TextSynthesiser(0.01)), {}, clock, cast(Any, None), EDGE, "secret",
        chance=counting(),
    )  # fmt: skip
    yield World(
        CallsOut(house, lambda call, language: None, lambda call: None, {}, NO_AGENTS), house,
        ours, phone, clock,
    )  # fmt: skip
    await house.cancel_all()


async def test_the_invite_carries_the_attempt_and_its_call_id_is_told_at_once(
    world: World,
) -> None:
    await world.place()
    (invite,) = world.offered
    assert invite.headers["x-centralino-attempt"] == "att-1"
    assert invite.headers["x-centralino-trunk"] == "loop"
    assert world.told[:2] == [
        AttemptInvited("att-1", invite.sip_call_id), AttemptRinging("att-1", invite.sip_call_id),
    ]  # fmt: skip


async def test_the_key_is_the_success(world: World) -> None:
    await world.answered()
    await world.listen(0.1)
    assert world.kinds()[2:4] == [AttemptAnswered, MessageStarted]
    await world.press("1")
    await world.listen(3)
    assert AttemptAcknowledged("att-1", "key", False) in world.told
    (ended,) = [event for event in world.told if isinstance(event, AttemptEnded)]
    assert (ended.outcome, ended.sip_status) == (Outcome.ANSWERED, 200)
    assert not len(world.calls)


async def test_nought_asks_for_help(world: World) -> None:
    await world.answered()
    await world.press("0")
    assert AttemptAcknowledged("att-1", "key", True) in world.told


async def test_who_says_nothing_hears_it_again_and_has_heard_it(world: World) -> None:
    await world.answered()
    await world.listen(25)
    assert world.kinds().count(MessageCompleted) == 1
    (ended,) = [event for event in world.told if isinstance(event, AttemptEnded)]
    assert ended.outcome is Outcome.ANSWERED and ended.played_ms > 300


@pytest.mark.parametrize(
    ("cause", "outcome", "status"),
    [(Cause.BUSY, Outcome.BUSY, 486), (Cause.REJECTED, Outcome.REJECTED, 603)],
)
async def test_a_refusal_is_told_as_the_wire_shows_it(
    world: World, cause: Cause, outcome: Outcome, status: int
) -> None:
    await world.place()
    await world.phone.refuse(world.legs[-1], cause)
    await world.settle()
    assert world.told[-1] == AttemptEnded("att-1", outcome, status)


async def test_what_is_sent_twice_is_placed_once_and_what_is_late_not_at_all(world: World) -> None:
    await world.place()
    await world.place()
    assert len(world.offered) == 1
    await world.place(attempt="att-2", not_after=world.clock.now() - 1)
    assert world.told[-1] == AttemptRefused("att-2", Refusal.LATE)
    await world.place(attempt="att-3", target="+19005551234x")
    assert world.told[-1] == AttemptRefused("att-3", Refusal.NOT_ALLOWED)
    assert len(world.offered) == 1


async def test_orders_that_come_in_a_bunch_are_spread_again(world: World) -> None:
    for n in range(4):
        await world.place(attempt=f"att-{n}", max_cps=10.0, not_after=world.clock.now() + 0.15)
    assert len(world.offered) == 2, "one at once, one by the tolerance of a pace"
    assert AttemptRefused("att-3", Refusal.LATE) in world.told
    world.clock.advance(0.1)
    while len(world.offered) < 3:
        await world.settle()


async def test_what_a_stall_delayed_does_not_leave_together(world: World) -> None:
    for n in range(6):
        await world.place(attempt=f"att-{n}", max_cps=10.0, not_after=world.clock.now() + 2.5)
    assert len(world.offered) == 2
    world.clock.advance(1.0)  # nothing ran meanwhile
    while len(world.offered) < 4:
        await world.settle()
    for _ in range(20):
        await world.settle()
    assert len(world.offered) == 4, "again one, and one by the tolerance"


async def test_what_waited_too_long_is_given_back(world: World) -> None:
    for n in range(3):
        await world.place(attempt=f"att-{n}", max_cps=10.0, not_after=world.clock.now() + 0.5)
    world.clock.advance(1.0)
    while AttemptRefused("att-2", Refusal.LATE) not in world.told:
        await world.settle()
    assert len(world.offered) == 2


async def test_after_a_question_the_old_epoch_is_obeyed_no_more(world: World) -> None:
    await world.place()
    world.calls.obey[AskAttempts](AskAttempts("media-1", 2, "2-1", ("att-1", "att-9")))
    await world.settle()
    assert world.told[-1] == AttemptsTold("media-1", "life-1", "2-1", ("att-1",), ("att-9",))
    await world.place(attempt="att-9")
    last = world.told.pop()
    assert last == AttemptRefused("att-9", Refusal.OLD_EPOCH)


async def test_a_stop_cancels_what_rings_and_leaves_who_talks(world: World) -> None:
    await world.place()
    world.calls.obey[StopAttempt](StopAttempt("att-1", "media-1", "town", "cancelled"))
    await world.settle()
    assert world.told[-1] == AttemptEnded("att-1", Outcome.CANCELLED)
    await world.place(attempt="att-2")
    await world.phone.answer(world.legs[-1])
    await world.settle()
    world.calls.obey[StopAttempt](StopAttempt("att-2", "media-1", "town", "cancelled"))
    await world.settle()
    assert isinstance(world.told[-1], AttemptAnswered)


async def test_only_our_own_stop_is_a_cancelled_call(world: World) -> None:
    await world.place()
    (ours,) = world.calls._legs  # a carrier that answers 487 though we sent no CANCEL
    world.calls.leg_event(LegEnded(ours, Cause.NORMAL, "", by_peer=True))
    await world.settle()
    assert world.told[-1] == AttemptEnded("att-1", Outcome.NO_ANSWER)


async def test_nobody_is_left_in_silence_where_nothing_can_be_said(world: World) -> None:
    await world.place(words="")
    await world.phone.answer(world.legs[-1])
    await world.listen(1)
    assert isinstance(world.told[-1], AttemptEnded) and not len(world.calls)
    assert not {MessageStarted, MessageCompleted} & set(world.kinds())


async def test_a_key_before_the_first_word_is_thanked_and_the_message_not_said(
    world: World,
) -> None:
    await world.place()
    await world.phone.answer(world.legs[-1])
    for event in world.ours.take_events():  # the key is there before any sound could be made
        world.calls.leg_event(event)
    next(iter(world.calls._attempts.values())).digit("1")
    await world.listen(2)
    assert MessageStarted("att-1") not in world.told
    assert isinstance(world.told[-1], AttemptEnded)


async def test_a_draining_process_has_no_room(world: World) -> None:
    world.calls.here()
    world.calls.draining = True
    world.calls.here()
    await world.settle()
    rooms = [event.channels for event in world.told if isinstance(event, MediaThere)]
    assert rooms == [100, 0]
