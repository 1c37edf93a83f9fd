"""A media process with telephones in memory: who hears whom, and what is told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from acd import messages as acd
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
BESIDE = "127.0.0.1:5072"
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
    exchange: MemoryExchange
    told: list[object] = field(default_factory=list)
    beside: list[Switchboard] = field(default_factory=list)
    """Of other media processes of the house."""
    dead: list[Switchboard] = field(default_factory=list)
    """Of processes that do nothing any more."""

    def another(self, name: str, address: str) -> Switchboard:
        """A media process beside ours."""
        places = {**self.house.beside, name: address}
        control = self.exchange.control(f"sip:standing@{address}")
        house = replace(
            self.house, name=name, control=control, pump=Pump(), beside=places,
            _outbox=asyncio.Queue(),
        )  # fmt: skip
        self.house.beside = places
        self.beside.append(Switchboard(house))
        return self.beside[-1]

    async def stands_beside(self, name: str) -> Switchboard:
        """This agent's leg stands in another media process, "media-2"."""
        board = self.another("media-2", BESIDE)
        order = acd.HoldLeg(f"standing-{name}", f"agent-{name}", "town", name, "media-2")
        board._obey[acd.HoldLeg](order)
        await self.settle()
        await self.answer(name)
        return board

    async def settle(self) -> None:
        for _ in range(6):
            await asyncio.sleep(0)
            for phone in self.phones.values():
                for event in phone.control.take_events():
                    if isinstance(event, LegOffered):
                        phone.leg = event.leg
            for board in (self.board, *self.beside):
                control = board._house.control
                assert isinstance(control, MemoryControl)
                for event in control.take_events():
                    board.leg_event(event)
                while not board._house._outbox.empty():
                    self.told.append(board._house._outbox.get_nowait()[0])

    async def listen(self, seconds: float) -> None:
        """Time goes by, tick by tick."""
        for _ in range(round(seconds / 0.02)):
            self.clock.advance(0.02)
            for board in self._alive():
                for tick in list(board._house.pump._ticks.values()):
                    tick()
            self._stacks_send()
            for phone in self.phones.values():
                phone.tick()
            await self.settle()

    def _alive(self) -> list[Switchboard]:
        return [board for board in (self.board, *self.beside) if board not in self.dead]

    def _stacks_send(self) -> None:
        """A process's stack sends a packet each 20 ms, of silence where there is nothing else;
        that matters between two of ours."""
        controls = [board._house.control for board in (self.board, *self.beside)]
        for line in self.exchange._connections:
            if not all(control in controls for control in line.controls):
                continue
            for control, leg in zip(line.controls, line.legs, strict=True):
                board = (self.board, *self.beside)[controls.index(control)]
                with contextlib.suppress(NoSuchLeg):
                    media = control.media(leg)
                    if board not in self.dead and not media.queued():
                        media.write(bytes(media.frame_bytes))

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
        return await self.joined()

    async def queued_and_talking(self) -> acd.CallQueued:
        """The same, and how the caller was queued."""
        queued = await self.queued()
        await self.joined()
        return queued

    async def joined(self) -> acd.PlaceOffer:
        """The waiting caller and the first agent hear each other."""
        (order,) = await self.offered("201")
        await self.answer("201")
        await self.listen(5.0)  # the whisper is over
        assert self.last(acd.Bridged).offer == order.offer
        return order


@contextlib.asynccontextmanager
async def open_world(folder: Path) -> AsyncIterator[World]:
    """A house with a caller, two agents and a supervisor."""
    clock = ManualClock()
    exchange = MemoryExchange(clock, counting(1000))  # its legs are not named as ours are
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
        {"utility": LoadedBot(bot(), cast(Any, None))}, clock, SoundVault(folder), EDGE, SECRET,
        chance=counting(),
    )  # fmt: skip
    world = World(Switchboard(house), house, ours, phones, clock, exchange)
    yield world
    await phones["caller"].control.hang_up(CALLER)
    await world.settle()
    await house.cancel_all()
