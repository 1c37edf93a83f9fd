"""Control dies at every numbered step while callers ask to be called back and are called.

As in `test_crash`, the media process lives on in this test; its callers hang up as soon as they are
promised a call, so that all that is left of them is what control has written down.
"""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from acd.callback import Became, Callback, reconcile_callbacks
from acd.messages import (
    AgentLoggedIn,
    AgentReady,
    Bridged,
    CallbackAsked,
    CallbackBooked,
    CallerLeft,
    CallQueued,
    CallsHeld,
    ContactEnded,
    CustomerNotReached,
    OfferAnswered,
    OfferRinging,
    PlaceCallback,
    WithdrawOffer,
)
from acd.records import WAITING
from acd.visits import Exit, Visit
from centralino.db.engine import Database
from centralino.db.facts import FactBook
from centralino.db.ledger import SqlLedger
from tests.integration.acd.test_crash import Control, World, empty

__all__ = ["empty"]
CALLS = ["c1", "c2", "c3"]


@dataclass
class Callers(World):
    """Three callers who ask to be called back; the first one is not had at the first attempt."""

    promised: Counter[str] = field(default_factory=Counter)
    backs: dict[str, PlaceCallback] = field(default_factory=dict)
    rung: Counter[str] = field(default_factory=Counter)
    dialled: list[str] = field(default_factory=list)

    def begin(self) -> None:
        self.say(AgentLoggedIn("a", "utility", "sip:a@host", ("back",)))
        for call in CALLS:
            self.waiting.add(call)
            self.say(CallQueued(call, "utility", "back", f"k-{call}", "media-1", "e1"))
        for call in CALLS:
            self.say(CallbackAsked(call, f"b-{call}", f"n-{call}", "media-1"))

    def obey(self, command: object) -> None:
        if isinstance(command, CallbackBooked):
            if command.call in self.waiting:
                self.waiting.discard(command.call)
                self.say(CallerLeft(command.call))
            self.promised[command.call] += 1
            if len(self.promised) == len(CALLS) and not self.waiting and not self.missed:
                self.missed = True
                self.say(AgentReady("a"))
        elif isinstance(command, PlaceCallback) and command.offer not in self.known:
            self.known.add(command.offer)
            self.place_callback(command)
        elif isinstance(command, WithdrawOffer) and command.offer in self.backs:
            self.wrong.append(f"an offer under way was withdrawn: {command}")

    def place_callback(self, order: PlaceCallback) -> None:
        if self.backs:
            self.wrong.append(f"one agent, two calls: {order}")
        self.backs[order.offer] = order
        self.offered.append(order.call)
        self.say(OfferRinging(order.offer))

    def taken(self, event: Any) -> None:
        """Life goes on when a message was taken."""
        order = self.backs.get(getattr(event, "offer", ""))
        if order is None:
            return
        if isinstance(event, OfferRinging):
            self.say(OfferAnswered(order.offer))
        elif isinstance(event, OfferAnswered):
            self.rung[order.call] += 1
            if order.call == "b-c1" and self.rung[order.call] == 1:
                del self.backs[order.offer]
                self.say(CustomerNotReached(order.offer, "busy"))
            else:
                self.say(Bridged(order.offer))
        elif isinstance(event, Bridged):
            self.talked[order.call] += 1
            del self.backs[order.offer]
            self.say(ContactEnded(order.offer, "caller"))

    def held(self) -> CallsHeld:
        return CallsHeld("media-1", "e1", tuple(sorted(self.waiting)), tuple(sorted(self.backs)))

    @property
    def over(self) -> bool:
        return not self.said and not self.backs and len(self.talked) == len(CALLS)


async def test_a_kill_at_any_step_costs_nobody_the_callback(empty: Path, tmp_path: Path) -> None:
    async with Control(tmp_path) as control:
        for step in (1, 2, 3, 4, 5, 6):
            path = tmp_path / f"house-{step}.db"
            shutil.copy(empty, path)
            await walk(control, step, path)
            await look_into(path)


async def walk(control: Control, step: int, path: Path) -> None:
    """Three callbacks, with a death at several passages of one boundary."""
    world, deaths = Callers(), 0
    world.begin()
    for passage in (3, 5, 2):
        if await control.life(world, path, f"acd:{step}:{passage}"):
            break
        deaths += 1
    assert deaths >= 2
    assert world.over or await control.life(world, path)
    assert world.wrong == []
    assert world.talked == Counter({f"b-{call}": 1 for call in CALLS})
    assert world.rung == Counter({"b-c1": 2, "b-c2": 1, "b-c3": 1})
    assert [call for call in world.offered if call != "b-c1"] == ["b-c2", "b-c3"]
    assert world.offered[0] == "b-c1", "the old order"


async def look_into(path: Path) -> None:
    """Nothing is owed, and each was counted once."""
    async with Database(f"sqlite:///{path}") as database:
        assert await SqlLedger(database, "house").records("acd", WAITING) == []
        book = FactBook(database, "house")
        stays = await book.read(Visit, 0.0, 1e12)
        owed = await book.read(Callback, 0.0, 1e12)
    assert {stay.call: stay.exit for stay in stays} == dict.fromkeys(CALLS, Exit.CALLBACK)
    assert len(stays) == len(CALLS)
    assert [one.became for one in owed] == [Became.ANSWERED] * len(CALLS)
    assert {one.callback: one.attempts for one in owed} == {"b-c1": 2, "b-c2": 1, "b-c3": 1}
    assert reconcile_callbacks(stays, owed) == []


pytestmark = pytest.mark.timeout(120)
