"""A caller, agents and a supervisor on telephones in memory: who hears whom, and what is told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest

from acd import messages as acd
from centralino import messages as house_messages
from centralino.config.distribution import Queue
from centralino.config.model import Client, Config, Line
from centralino.content.vault import SoundVault
from centralino.media.house import House, LoadedBot
from centralino.media.live_call import LiveCall
from centralino.media.switchboard import Switchboard
from kernel.clock import ManualClock
from kernel.ids import LegId, counting
from telephony.drivers.memory import MemoryControl, MemoryExchange
from telephony.errors import NoSuchLeg
from telephony.media.mixing import level_dbfs
from telephony.media.pump import Pump
from telephony.types import LegOffered, Originate
from tests.unit.voicebot.sample import bot
from voicebot.ports import SpeechEngines
from voicebot.speech.scripted import ScriptedRecogniser, TextSynthesiser, tone

EDGE = "127.0.0.1:5066"
SECRET = "s3cret"
VOICE = tone(8000, 0.02)
CALLER = LegId("caller")
T = TypeVar("T")


@dataclass
class Phone:
    """A telephone: its control, its leg, and how much of what it heard was loud."""

    control: MemoryControl
    leg: LegId = LegId("")
    loud: int = 0
    speaks: bool = False

    def tick(self) -> None:
        with contextlib.suppress(NoSuchLeg):
            media = self.control.media(self.leg)
            if self.speaks:
                media.write(VOICE)
            while (frame := media.read()) is not None:
                self.loud += level_dbfs(frame) > -40


@dataclass
class World:
    """A media process with a switchboard, and four telephones."""

    board: Switchboard
    house: House
    ours: MemoryControl
    phones: dict[str, Phone]
    clock: ManualClock
    told: list[object] = field(default_factory=list)

    async def settle(self) -> None:
        for _ in range(6):
            await asyncio.sleep(0)
            while not self.house._outbox.empty():
                self.told.append(self.house._outbox.get_nowait()[0])
            for phone in self.phones.values():
                for event in phone.control.take_events():
                    if isinstance(event, LegOffered):
                        phone.leg = event.leg
            for event in self.ours.take_events():
                self.board.leg_event(event)

    async def listen(self, seconds: float) -> None:
        """Time goes by, tick by tick."""
        for _ in range(round(seconds / 0.02)):
            self.clock.advance(0.02)
            for tick in list(self.house.pump._ticks.values()):
                tick()
            for phone in self.phones.values():
                phone.tick()
            await self.settle()

    async def heard(self, *speakers: str) -> set[str]:
        """Who hears these speak."""
        for name, phone in self.phones.items():
            phone.speaks, phone.loud = name in speakers, 0
        await self.listen(0.6)
        heard = {name for name, phone in self.phones.items() if phone.loud > 10}
        for phone in self.phones.values():
            phone.speaks = False
        await self.listen(0.2)
        return heard

    async def obey(self, order: object) -> None:
        self.board._obey[type(order)](order)
        await self.settle()

    async def answer(self, name: str) -> None:
        phone = self.phones[name]
        await phone.control.answer(phone.leg)
        await self.settle()

    def last(self, kind: type[T]) -> T:
        return next(event for event in reversed(self.told) if isinstance(event, kind))

    def all(self, kind: type[T]) -> list[T]:
        return [event for event in self.told if isinstance(event, kind)]

    @property
    def call(self) -> LiveCall:
        return next(iter(self.board.calls.values()))

    async def queued(self) -> acd.CallQueued:
        """The caller is there and asks for a person by key."""
        caller = self.phones["caller"]
        caller.leg = CALLER
        headers = {"X-Centralino-Admit": SECRET}
        order = Originate(CALLER, "sip:1001@media", "sip:+3906@outside", headers=headers)
        await caller.control.originate(order)
        await self.settle()
        await self.listen(2.0)
        await caller.control.send_digits(CALLER, "0")
        await self.listen(4.0)
        return self.last(acd.CallQueued)

    async def offered(self, *names: str) -> list[acd.PlaceOffer]:
        """The call rings at these."""
        call = self.call.id
        orders = [
            acd.PlaceOffer(f"o-{name}", call, f"agent-{name}", name, "media-1", 20.0)
            for name in names
        ]
        for order in orders:
            await self.obey(order)
        return orders

    async def talking(self) -> acd.PlaceOffer:
        """Caller and first agent hear each other."""
        await self.queued()
        (order,) = await self.offered("201")
        await self.answer("201")
        await self.listen(5.0)  # the whisper is over
        assert self.last(acd.Bridged).offer == order.offer
        return order


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock = ManualClock()
    exchange = MemoryExchange(clock, counting())
    ours = exchange.control("sip:1001@media")
    phones = {
        name: Phone(exchange.control(f"sip:{name}@{EDGE}"))
        for name in ("caller", "201", "202", "boss")
    }
    config = Config(
        clients=(Client(id="town"),),
        lines=(Line(number="1001", client="town", keys_only=True, announce_supervision=True),),
        queues=(
            Queue(id="house", client="town", voicemail=True),
            Queue(id="bills", client="town"),
            Queue(id="danger", client="town"),
        ),
    )
    engines = SpeechEngines(TextSynthesiser(0.005), ScriptedRecogniser(["call me back"]))
    house = House(
        "media-1", "life-1", config, ours, Pump(), cast(Any, None), engines,
        {"utility": LoadedBot(bot(), cast(Any, None))}, clock, SoundVault(tmp_path), EDGE, SECRET,
        chance=counting(),
    )  # fmt: skip
    world = World(Switchboard(house), house, ours, phones, clock)
    yield world
    await phones["caller"].control.hang_up(CALLER)
    await world.settle()
    await house.cancel_all()


async def test_caller_and_agent_hear_each_other_and_nobody_else_does(world: World) -> None:
    await world.talking()
    assert await world.heard("caller") == {"201"}
    assert await world.heard("201") == {"caller"}


# --- ring all


async def test_of_several_phones_the_first_to_answer_has_the_caller(world: World) -> None:
    await world.queued()
    await world.offered("201", "202")
    assert set(world.call.offers) == {"o-201", "o-202"}
    await world.answer("202")
    await world.listen(5.0)
    assert world.last(acd.Bridged).offer == "o-202"
    assert world.last(acd.OfferFailed) == acd.OfferFailed("o-201", "lost_race")
    assert await world.heard("caller") == {"202"}
    assert await world.heard("201") == set()


async def test_while_one_phone_rings_the_failure_of_another_changes_nothing(world: World) -> None:
    await world.queued()
    await world.offered("201", "202")
    await world.obey(acd.WithdrawOffer("o-201", "media-1", world.call.id, "x"))
    assert world.call.offers == ("o-202",)
    await world.answer("202")
    await world.listen(5.0)
    assert await world.heard("202") == {"caller"}


# --- a supervisor


async def joined(world: World, mode: str = "listen") -> None:
    order = house_messages.Supervise(world.call.id, "media-1", "boss", mode, "user-boss")
    await world.obey(order)
    await world.answer("boss")
    await world.listen(1.0)  # the tone that tells it is over


async def test_a_supervisor_hears_both_and_is_heard_by_whom_the_keys_say(world: World) -> None:
    await world.talking()
    await joined(world)
    boss = world.phones["boss"]
    assert await world.heard("caller", "201") == {"caller", "201", "boss"}
    assert await world.heard("boss") == set()
    for key, hear in (("2", {"201"}), ("3", {"caller", "201"}), ("1", set())):
        await boss.control.send_digits(boss.leg, key)
        await world.settle()
        assert await world.heard("boss") == hear
    await boss.control.hang_up(boss.leg)
    await world.settle()
    assert await world.heard("caller") == {"201"}
    told = world.all(house_messages.Supervised)
    assert [each.mode for each in told] == ["listen", "whisper", "barge", "listen", "left"]
    assert {each.by for each in told} == {"user-boss"}


async def test_the_tone_tells_both_sides_that_somebody_joins(world: World) -> None:
    await world.talking()
    for phone in world.phones.values():
        phone.loud = 0
    await joined(world)
    assert world.phones["caller"].loud > 10 and world.phones["201"].loud > 10


async def test_who_takes_over_has_the_caller_alone(world: World) -> None:
    order = await world.talking()
    await joined(world)
    boss = world.phones["boss"]
    await boss.control.send_digits(boss.leg, "4")
    await world.settle()
    assert world.last(acd.ContactEnded) == acd.ContactEnded(order.offer, "agent")
    assert await world.heard("boss") == {"caller"}
    assert await world.heard("caller") == {"boss"}
    assert await world.heard("201") == set()
    await boss.control.hang_up(boss.leg)
    await world.listen(0.5)
    assert world.last(house_messages.CallFinished).outcome == "transferred"


async def test_a_supervisor_goes_with_the_caller(world: World) -> None:
    await world.talking()
    await joined(world)
    await world.phones["caller"].control.hang_up(CALLER)
    await world.listen(0.5)
    assert world.last(house_messages.Supervised).mode == "left"
    with pytest.raises(NoSuchLeg):
        world.phones["boss"].control.media(world.phones["boss"].leg)


async def test_only_one_supervisor_and_only_in_a_contact(world: World) -> None:
    await world.queued()
    order = house_messages.Supervise(world.call.id, "media-1", "boss", "listen", "u")
    await world.obey(order)
    assert world.phones["boss"].leg == ""


# --- on to another queue


async def test_a_caller_is_handed_on_with_the_packet(world: World) -> None:
    order = await world.talking()
    await world.obey(house_messages.HandOn(world.call.id, "media-1", order.offer, "bills"))
    assert world.last(acd.ContactEnded).offer == order.offer
    again = world.last(acd.CallQueued)
    assert (again.call, again.queue) == (world.call.id, "bills")
    assert world.last(house_messages.PacketMade).packet.queue == "bills"
    await world.listen(1.0)
    assert world.call.waiting
    await world.offered("202")
    await world.answer("202")
    await world.listen(5.0)
    assert await world.heard("caller") == {"202"}
    late = house_messages.HandOn(world.call.id, "media-1", order.offer, "danger")
    await world.obey(late)
    assert world.last(acd.CallQueued).queue == "bills"


# --- a message


async def test_who_may_not_wait_leaves_a_message(world: World) -> None:
    await world.queued()
    call = world.call
    await world.obey(acd.ReleaseCall(call.id, "media-1", "too_long"))
    await world.listen(4.0)  # the prompt and the tone
    caller = world.phones["caller"]
    caller.speaks = True
    await world.listen(2.0)
    caller.speaks = False
    await world.listen(1.0)
    await caller.control.send_digits(CALLER, "#")
    await world.listen(0.5)
    lines = [said.line for said in world.all(house_messages.CallSaid) if said.line.who == "caller"]
    assert "call me back" in [line.text for line in lines]
    assert world.last(house_messages.CallFinished).outcome == "voicemail"


async def test_a_fault_is_no_reason_for_a_message(world: World) -> None:
    await world.queued()
    await world.obey(acd.ReleaseCall(world.call.id, "media-1", "no queue house"))
    await world.listen(1.0)
    assert world.call.voicemail is None
