"""One suite for every driver of the bus: it duplicates, delays, reorders, cuts and reconnects."""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from centralino.bus.base import Ends
from centralino.bus.memory import MemoryBus, MemoryHub
from centralino.bus.unix import UnixBus
from kernel.bus import Bus, Envelope, PeerDown, PeerUp
from kernel.clock import SteadyClock
from kernel.codec import message
from tests.waiting import until


@message("test.note")
@dataclass(frozen=True)
class Note:
    n: int


@dataclass
class Side:
    bus: Bus
    got: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    peers: list[PeerUp | PeerDown] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bus.on_message(self._message)
        self.bus.on_peer(self._peer)
        self.bus.on_taken(self._taken)

    async def _message(self, envelope: Envelope) -> None:
        note = envelope.open()
        assert isinstance(note, Note)
        self.got.append(note.n)
        self.ids.append(envelope.id)

    async def _peer(self, event: PeerUp | PeerDown) -> None:
        self.peers.append(event)

    async def _taken(self, id: str) -> None:
        self.taken.append(id)


class Net:
    """Makes ends of one kind of bus and breaks the link between them."""

    def __init__(self, kind: str, path: Path) -> None:
        self.kind, self.path = kind, path / "bus.sock"
        self.hub = MemoryHub()

    def side(self, name: str) -> Side:
        state = Ends(name, "c", SteadyClock())
        if self.kind == "memory":
            return Side(MemoryBus(self.hub, state))
        return Side(UnixBus(state, self.path, listens=name == "control"))


@pytest.fixture(params=["memory", "unix"])
def net(request: pytest.FixtureRequest, tmp_path: Path) -> Net:
    return Net(request.param, tmp_path)


@contextlib.asynccontextmanager
async def both(net: Net) -> AsyncIterator[tuple[Side, Side]]:
    control, media = net.side("control"), net.side("media-1")
    async with control.bus, media.bus:
        await until(lambda: bool(control.peers and media.peers))
        yield control, media


async def test_messages_come_in_order_in_both_directions_and_are_told_taken(net: Net) -> None:
    async with both(net) as (control, media):
        sent = [await media.bus.send("control", Note(n)) for n in range(100)]
        await control.bus.send("media-1", Note(7), id="cmd-1")
        await until(lambda: len(media.taken) == 100 and len(control.taken) == 1)
        assert control.got == list(range(100))
        assert media.taken == sent
        assert (media.got, media.ids) == ([7], ["cmd-1"])


async def test_what_is_sent_while_control_is_away_comes_when_it_is_back(net: Net) -> None:
    media = net.side("media-1")
    async with media.bus:
        async with net.side("control").bus:
            await until(lambda: bool(media.peers))
        await until(lambda: isinstance(media.peers[-1], PeerDown))
        for n in range(5):
            await media.bus.send("control", Note(n))
        control = net.side("control")
        async with control.bus:
            await until(lambda: len(control.got) == 5)
            assert control.got == list(range(5))
            assert isinstance(control.peers[0], PeerUp)


async def test_what_control_had_taken_before_it_died_is_not_told_again(net: Net) -> None:
    media = net.side("media-1")
    async with media.bus:
        first = net.side("control")
        async with first.bus:
            await media.bus.send("control", Note(1))
            await until(lambda: len(media.taken) == 1)
        second = net.side("control")
        async with second.bus:
            await media.bus.send("control", Note(2))
            await until(lambda: bool(second.got))
            assert second.got == [2]


async def one_life(media: Side) -> None:
    async with media.bus:
        await media.bus.send("control", Note(1))
        await until(lambda: len(media.taken) == 1)


async def test_a_new_life_of_a_process_is_told_apart(net: Net) -> None:
    control = net.side("control")
    async with control.bus:
        for _ in range(2):
            await one_life(net.side("media-1"))
        await until(lambda: len(control.peers) == 4)
        ups = [peer.epoch for peer in control.peers if isinstance(peer, PeerUp)]
        assert len(set(ups)) == 2
        assert control.got == [1, 1]


async def test_a_message_that_cannot_be_opened_does_not_stop_those_behind_it(net: Net) -> None:
    async with both(net) as (control, media):
        refused = control.bus

        async def picky(envelope: Envelope) -> None:
            note = envelope.open()
            assert isinstance(note, Note)
            if note.n == 0:
                Envelope("x", "no.such", 1, "c", "s", "e", 1, 0.0).open()
            control.got.append(note.n)

        refused.on_message(picky)
        await media.bus.send("control", Note(0))
        await media.bus.send("control", Note(1))
        await until(lambda: len(media.taken) == 2)
        assert control.got == [1]


class Groups:
    """Takes notes in groups; the first attempt at a group fails if asked to."""

    def __init__(self, side: Side, fail: bool = False) -> None:
        self.side, self.fail = side, fail
        self.sizes: list[int] = []
        side.bus.on_message(side._message, frozenset({"test.note"}), self.group)

    @contextlib.asynccontextmanager
    async def group(self) -> AsyncIterator[None]:
        before = len(self.side.got)
        yield
        if self.fail:
            self.fail = False
            del self.side.got[before:]
            raise RuntimeError("on purpose")
        self.sizes.append(len(self.side.got) - before)


async def test_patient_messages_are_handled_together_in_order(tmp_path: Path) -> None:
    net = Net("unix", tmp_path)
    control, media = net.side("control"), net.side("media-1")
    groups = Groups(control)
    async with control.bus, media.bus:
        await until(lambda: bool(control.peers and media.peers))
        sent = [await media.bus.send("control", Note(n)) for n in range(30)]
        await until(lambda: len(media.taken) == 30)
        assert (control.got, media.taken) == (list(range(30)), sent)
        assert len(groups.sizes) < 10 and sum(groups.sizes) == 30


@message("test.urgent")
@dataclass(frozen=True)
class Urgent(Note):
    pass


async def test_an_urgent_message_waits_for_nobody_and_overtakes_nobody(net: Net) -> None:
    control, media = net.side("control"), net.side("media-1")
    Groups(control)
    async with control.bus, media.bus:
        await until(lambda: bool(control.peers and media.peers))
        for n in range(6):
            await media.bus.send("control", Urgent(n) if n % 3 == 2 else Note(n))
        await until(lambda: len(media.taken) == 6)
        assert control.got == list(range(6))


async def test_what_could_not_be_handled_together_is_handled_one_by_one(net: Net) -> None:
    control, media = net.side("control"), net.side("media-1")
    groups = Groups(control, fail=True)
    async with control.bus, media.bus:
        await until(lambda: bool(control.peers and media.peers))
        for n in range(5):
            await media.bus.send("control", Note(n))
        await until(lambda: len(media.taken) == 5)
        assert control.got == list(range(5)) and not groups.fail


async def test_a_fault_costs_one_message_not_those_behind_it(tmp_path: Path) -> None:
    net = Net("unix", tmp_path)
    control, media = net.side("control"), net.side("media-1")
    broken = True

    async def breaks_once(envelope: Envelope) -> None:
        nonlocal broken
        note = envelope.open()
        assert isinstance(note, Note)
        if note.n == 1 and broken:
            broken = False
            raise OSError("the disk is away for a moment")
        control.got.append(note.n)

    async with control.bus, media.bus:
        control.bus.on_message(breaks_once)
        await until(lambda: bool(control.peers and media.peers))
        for n in range(5):
            await media.bus.send("control", Note(n))
        await until(lambda: len(media.taken) == 5)
        assert control.got == [0, 2, 3, 4]


@pytest.mark.parametrize("seed", range(5))
async def test_a_bad_link_loses_repeats_and_reorders_nothing(seed: int, tmp_path: Path) -> None:
    """Only memory can be made bad on purpose; both drivers run the same reliable core."""
    chance = random.Random(seed)
    late: list[Envelope] = []

    def faults(envelope: Envelope) -> list[Envelope]:
        roll = chance.random()
        if roll < 0.2:
            return []
        if roll < 0.4:
            late.append(envelope)
            return []
        out = [envelope] * (2 if roll < 0.6 else 1) + late[:]
        late.clear()
        chance.shuffle(out)
        return out

    net = Net("memory", tmp_path)
    net.hub.faults = faults
    async with both(net) as (control, media):
        for n in range(60):
            await media.bus.send("control", Note(n))
            if n % 20 == 19:
                await net.hub.disconnect("media-1", "control")
                await net.hub.connect("media-1", "control")
        net.hub.faults = lambda envelope: [envelope]
        await net.hub.disconnect("media-1", "control")
        await net.hub.connect("media-1", "control")
        await until(lambda: len(control.got) == 60)
        assert control.got == list(range(60))
