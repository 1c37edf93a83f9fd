"""A caller who was cut off, through a whole media process and control's part: by keys, in one
process, with the exchange in memory, a bus that encodes, and a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from centralino import messages as house_messages
from centralino.bus.base import Ends
from centralino.bus.memory import MemoryBus, MemoryHub
from centralino.config.model import Client, Config, Line
from centralino.contacts.digests import Digests
from centralino.content.store import ContentStore
from centralino.content.vault import SoundVault
from centralino.control.redials import Redials
from centralino.db.engine import Database
from centralino.db.migrate import upgrade
from centralino.media.house import House, LoadedBot
from centralino.media.switchboard import Switchboard
from kernel.bus import Envelope
from kernel.clock import SteadyClock
from kernel.ids import LegId
from kernel.packet import PacketSlot
from telephony.drivers.memory import MemoryControl, MemoryExchange
from telephony.media.pump import Pump
from telephony.types import LegAnswered, LegEnded, Originate
from tests.unit.voicebot.sample import FLOW, WordForWord, bot
from tests.waiting import until
from voicebot.dialogue.state import Earlier
from voicebot.ports import SpeechEngines
from voicebot.speech.scripted import TextSynthesiser

SECRET = "admitted"
KEYPAD = Line(number="1001", client="city", bot="sample", keys_only=True, recorded=False)
CONFIG = Config(
    clients=(Client(id="city"),), lines=(KEYPAD,), queues=(), trunks=(),
)  # fmt: skip


@dataclass
class Control:
    """What control does with these messages, and everything that it was told."""

    redials: Redials
    told: list[Any] = field(default_factory=list)

    async def message(self, envelope: Envelope) -> None:
        """One message of the media process."""
        value = envelope.open()
        self.told.append(value)
        if (taker := self.redials.takers.get(type(value))) is not None:
            await taker(value)

    def said(self) -> list[str]:
        """What the bot said, as the transcript keeps it."""
        told = [value for value in self.told if isinstance(value, house_messages.CallSaid)]
        return [each.line.text for each in told if each.line.who == "bot"]


@dataclass
class World:
    """A media process, control, and a caller's telephone."""

    caller: MemoryControl
    control: Control

    async def call(self, *keys: str, number: str = "+390123") -> list[str]:
        """Call, press keys when asked for them, hang up; what the bot said."""
        self.control.told.clear()
        leg = LegId(f"leg-{number}")
        order = Originate(
            leg, "sip:1001@house", f"sip:{number}@network", headers={"X-Centralino-Admit": SECRET}
        )
        await self.caller.originate(order)
        await self._until(LegAnswered)
        await until(lambda: any("press 1" in text for text in self.control.said()))
        for key in keys:
            before = len(self.control.said())
            await self.caller.send_digits(leg, key)
            await until(lambda: len(self.control.said()) > before)  # noqa: B023 - awaited here
        await self.caller.hang_up(leg)
        await self._until(LegEnded)
        finished = house_messages.CallFinished
        await until(lambda: any(isinstance(value, finished) for value in self.control.told))
        return self.control.said()

    async def _until(self, kind: type) -> None:
        async for event in self.caller.events():
            if isinstance(event, kind):
                return


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """All of it, running."""
    clock, hub = SteadyClock(), MemoryHub()
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'house.db'}")
    await upgrade(database)
    exchange = MemoryExchange(clock)
    media = MemoryBus(hub, Ends("media-1", CONFIG.centre, clock))
    desk = MemoryBus(hub, Ends("control", CONFIG.centre, clock))
    flow = replace(FLOW, resume="is_it")
    async with database, Pump() as pump:
        redials = Redials(ContentStore(database, CONFIG.centre), desk, clock, Digests("s"), 900.0)
        control = Control(redials)
        house = House(
            name="media-1", epoch="e", config=CONFIG, control=exchange.control("sip:house"),
            pump=pump, bus=media, engines=SpeechEngines(TextSynthesiser(0.001)),
            bots={"sample": LoadedBot(bot(flow), WordForWord())}, clock=clock,
            vault=SoundVault(tmp_path / "sound"), edge="127.0.0.1:5060", secret=SECRET,
        )  # fmt: skip
        switchboard = Switchboard(house)
        desk.on_message(control.message)
        media.on_message(switchboard.message)
        async with desk, media:
            house.spawn(house.carry_messages(), "outbox")
            house.spawn(switchboard.legs(), "legs")
            yield World(exchange.control("sip:network"), control)
            await house.cancel_all()


async def test_a_caller_who_was_cut_off_is_met_where_they_were(world: World) -> None:
    first = await world.call("2", "1")
    assert "Your number?" in first
    again = await world.call("1")
    assert "Is it a high bill? For yes, press 1. For no, press 2." in again
    assert "Your number?" in again


async def test_what_was_told_before_is_taken_out_of_the_next_transcript(world: World) -> None:
    ann = Earlier("bill", (PacketSlot("name", "Ann Low", 0.9, False, "speech"),))
    left = house_messages.LeftOpen("call-0", "city", "sip:+390123@network", ann)
    await world.control.redials.left_open(left)
    said = await world.call("1", "1234")
    assert "You are [name]? For yes, press 1. For no, press 2." in said


async def test_somebody_else_is_greeted_as_ever(world: World) -> None:
    await world.call("2", "1")
    assert not [text for text in await world.call(number="+390999") if "Is it a high bill" in text]


async def test_a_caller_without_a_number_is_not_known(world: World) -> None:
    for _ in range(2):
        said = await world.call("2", "1", number="anonymous")
        assert not [text for text in said if "Is it a high bill" in text]
    asked = house_messages.CallerAsked | house_messages.LeftOpen
    assert not [value for value in world.control.told if isinstance(value, asked)]
