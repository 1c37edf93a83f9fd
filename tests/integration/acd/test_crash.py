"""Control dies at every numbered step, again and again, with callers waiting; nobody notices.

The media process, its callers and the agents' phones live on in this test. They keep what they said
until it was taken, say it again to the next life, and then say what they hold.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from acd.floor import ROOM
from acd.messages import (
    AgentLoggedIn,
    AgentReady,
    Bridged,
    CallQueued,
    CallsHeld,
    ContactEnded,
    OfferAnswered,
    OfferFailed,
    OfferRinging,
    PlaceOffer,
    WithdrawOffer,
)
from acd.numbers import Doing, Stretch, reconcile
from acd.records import AGENTS, OFFERS, WAITING, AgentRecord
from acd.subjects import followed, subjects
from acd.visits import Exit, Visit
from centralino.db.engine import Database
from centralino.db.facts import FactBook
from centralino.db.journal import read_journal
from centralino.db.ledger import SqlLedger
from centralino.db.migrate import upgrade
from kernel.codec import decode, encode
from tests.integration.lives import Lives

CALLS = ["c1", "c2", "c3", "c4", "urgent"]
ORDER = ["urgent", "c1", "c2", "c3", "c4"]


@dataclass
class World:
    """A media process with its callers, and two agents; b misses the first call."""

    waiting: set[str] = field(default_factory=set)
    offers: dict[str, PlaceOffer] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    said: deque[tuple[int, object]] = field(default_factory=deque)
    numbers: int = 0
    offered: list[str] = field(default_factory=list)
    talked: Counter[str] = field(default_factory=Counter)
    missed: bool = False
    wrong: list[str] = field(default_factory=list)

    def say(self, event: object) -> None:
        self.numbers += 1
        self.said.append((self.numbers, event))

    def begin(self) -> None:
        for agent in ("a", "b"):
            self.say(AgentLoggedIn(agent, "utility", f"sip:{agent}@host", ("bills",)))
        for call in CALLS:
            self.waiting.add(call)
            priority = 300 if call == "urgent" else 0
            self.say(CallQueued(call, "utility", "bills", f"k-{call}", "media-1", "e1", priority))
        for agent in ("a", "b"):
            self.say(AgentReady(agent))

    def obey(self, command: object) -> None:
        if isinstance(command, WithdrawOffer):
            if self.offers.pop(command.offer, None):
                self.wrong.append(f"an offer under way was withdrawn: {command}")
        elif isinstance(command, PlaceOffer) and command.offer not in self.known:
            self.known.add(command.offer)
            self.placed(command)

    def placed(self, offer: PlaceOffer) -> None:
        if offer.call not in self.waiting or offer.call in {o.call for o in self.offers.values()}:
            self.wrong.append(f"offered, and not waiting: {offer}")
        if offer.agent in {o.agent for o in self.offers.values()}:
            self.wrong.append(f"one agent, two calls: {offer}")
        self.offered.append(offer.call)
        self.offers[offer.offer] = offer
        self.say(OfferRinging(offer.offer))

    def taken(self, event: Any) -> None:
        """Life goes on when a message was taken."""
        offer = self.offers.get(getattr(event, "offer", ""))
        if offer is None:
            if isinstance(event, OfferFailed):
                self.say(AgentReady("b"))
        elif isinstance(event, OfferRinging) and offer.agent == "b" and not self.missed:
            self.missed = True
            del self.offers[offer.offer]
            self.say(OfferFailed(offer.offer, "no_answer"))
        elif isinstance(event, OfferRinging):
            self.say(OfferAnswered(offer.offer))
        elif isinstance(event, OfferAnswered):
            self.talked[offer.call] += 1
            self.waiting.discard(offer.call)
            self.say(Bridged(offer.offer))
        elif isinstance(event, Bridged):
            del self.offers[offer.offer]
            self.say(ContactEnded(offer.offer, "agent"))

    def held(self) -> CallsHeld:
        offers = tuple(sorted(self.offers))
        return CallsHeld("media-1", "e1", tuple(sorted(self.waiting)), offers)

    @property
    def over(self) -> bool:
        return not self.said and not self.waiting and not self.offers


class Control(Lives):
    """The process that brings forth one life of control after the other."""

    module = "tests.integration.acd.control_child"

    async def life(self, world: World, database: Path, crash_at: str = "") -> bool:
        """One life, till it dies (False) or the world has what it wants (True)."""

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await converse(world, reader, writer)

        await self.live(database, crash_at, talk)
        return world.over


async def converse(
    world: World, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Say what is kept, hear what is done and commanded, until the end of either."""
    sent: set[int] = set()
    while line := await reader.readline():
        answer = json.loads(line)
        if "open" in answer:
            world.say(world.held())
        elif "command" in answer:
            world.obey(decode(answer["command"]))
            write(writer, {"taken": answer["id"]})
        elif "done" in answer:
            number, event = world.said.popleft()
            assert number == answer["done"]
            world.taken(event)
        else:
            world.wrong.append(answer["why"])
        if world.over or world.wrong:
            return
        for number, event in world.said:
            if number not in sent:
                sent.add(number)
                write(writer, {"n": number, "event": encode(event)})


def write(pipe: asyncio.StreamWriter, value: dict[str, Any]) -> None:
    if not pipe.is_closing():
        pipe.write(json.dumps(value).encode() + b"\n")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("acd") / "empty.db"

    async def make() -> None:
        async with Database(f"sqlite:///{path}") as database:
            await upgrade(database)

    asyncio.run(make())
    return path


async def test_a_kill_at_any_step_costs_nobody_anything(empty: Path, tmp_path: Path) -> None:
    async with Control(tmp_path) as control:
        for step in (1, 2, 3, 4, 5, 6):
            path = tmp_path / f"house-{step}.db"
            shutil.copy(empty, path)
            await walk(control, step, path)
            await look_into(path)


async def walk(control: Control, step: int, path: Path) -> None:
    """A whole day of five calls, with a death at several passages of one boundary."""
    world, deaths = World(), 0
    world.begin()
    for passage in (2, 4, 3, 1):
        if await control.life(world, path, f"acd:{step}:{passage}"):
            break
        deaths += 1
    assert deaths >= 3
    assert world.over or await control.life(world, path)
    assert world.wrong == []
    assert world.talked == Counter(CALLS)
    assert list(dict.fromkeys(world.offered)) == ORDER


async def look_into(path: Path) -> None:
    """What is left: nobody waits, the agents are there, and the journal has no gap."""
    async with Database(f"sqlite:///{path}") as database:
        ledger = SqlLedger(database, "house")
        assert await ledger.records("acd", WAITING) == []
        assert await ledger.records("acd", OFFERS) == []
        agents = await ledger.records("acd", AGENTS)
        assert [(a.agent, a.want, a.state) for a in agents if isinstance(a, AgentRecord)] == [
            ("a", "ready", "idle"), ("b", "ready", "idle"),
        ]  # fmt: skip
        rows = await read_journal(database, "house", limit=10_000)
        await look_at_the_figures(FactBook(database, "house"))
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    last = {row.subject: row.to_state for row in rows}
    assert {last[f"call:{call}"] for call in CALLS} == {"ended"}
    there = subjects(agents)
    moves = ((row.subject, row.to_state) for row in rows)
    assert followed({}, moves) == {name: one.state for name, one in there.items()}
    bridged = Counter(row.subject for row in rows if row.to_state == "talking")
    assert all(bridged[f"call:{call}"] == 1 for call in CALLS)


async def look_at_the_figures(book: FactBook) -> None:
    """Each caller came once and left by being answered, and no second of an agent is missing or
    counted twice, however often control has died."""
    for_ever = (0.0, 1e12)
    stays = await book.read(Visit, *for_ever)
    assert Counter((stay.call, stay.exit) for stay in stays) == Counter(
        (call, Exit.ANSWERED) for call in CALLS
    )
    assert reconcile(stays, await book.moves(ROOM, "call", "", "waiting", *for_ever)) == []
    spent = await book.read(Stretch, *for_ever)
    for agent in ("a", "b"):
        own = [stretch for stretch in spent if stretch.agent == agent]
        assert all(one.end == next.begin for one, next in pairwise(own))
        talked = [one.call for one in own if one.doing is Doing.TALKING]
        assert set(talked) == {stay.call for stay in stays if stay.agent == agent}
