"""The bus within one process: for `--single`, `talk` and tests.

Everything is encoded and decoded on the way, so nothing is shared by accident. A `Faults` value
makes the link bad on purpose: the bus suite duplicates, delays, reorders, cuts and reconnects.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from centralino.bus.base import BusEnd, Ends
from kernel.bus import Envelope
from kernel.codec import decode, encode
from kernel.errors import BusClosed

Faults = Callable[[Envelope], list[Envelope]]
"""What arrives in place of one envelope: nothing, itself, itself twice, or what was held back."""


@dataclass
class MemoryHub:
    """Joins the ends in one process."""

    faults: Faults = lambda envelope: [envelope]
    ends: dict[str, MemoryBus] = field(default_factory=dict)
    cut: set[frozenset[str]] = field(default_factory=set)

    def joined(self, a: str, b: str) -> bool:
        """Whether both are there and the link between them is whole."""
        return a in self.ends and b in self.ends and frozenset((a, b)) not in self.cut

    async def disconnect(self, a: str, b: str) -> None:
        """Cut the link between two ends."""
        self.cut.add(frozenset((a, b)))
        for one, other in ((a, b), (b, a)):
            if one in self.ends:
                await self.ends[one].state.disconnected(other)

    async def connect(self, a: str, b: str) -> None:
        """Mend it; both offer again what was not taken."""
        self.cut.discard(frozenset((a, b)))
        if not self.joined(a, b):
            return
        first, second = self.ends[a], self.ends[b]
        await first.state.connected(b, second.state.epoch, second.state.first(a))
        await second.state.connected(a, first.state.epoch, first.state.first(b))
        first.offer_again(b)
        second.offer_again(a)


class MemoryBus(BusEnd):
    """One end in this process."""

    def __init__(self, hub: MemoryHub, state: Ends) -> None:
        self.hub = hub
        super().__init__(state)
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> MemoryBus:
        self._task = asyncio.create_task(self._run(), name=f"bus {self.name}")
        self.hub.ends[self.name] = self
        for other in list(self.hub.ends):
            if other != self.name:
                await self.hub.connect(self.name, other)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.hub.ends.pop(self.name, None)
        for other in self.hub.ends.values():
            await other.state.disconnected(self.name)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def send(
        self,
        to: str,
        value: object,
        *,
        call: str | None = None,
        cause: str | None = None,
        id: str | None = None,
    ) -> str:
        """Hand a message over; kept until it is taken."""
        if self._task is None:
            raise BusClosed(f"the bus of {self.name} is closed")
        envelope = self.state.pack(to, value, call, cause, id)
        self._carry(to, envelope)
        return envelope.id

    def offer_again(self, to: str) -> None:
        """Send all that is not yet taken."""
        for envelope in self.state.again(to):
            self._carry(to, envelope)

    def _carry(self, to: str, envelope: Envelope) -> None:
        if self.hub.joined(self.name, to):
            for item in self.hub.faults(envelope):
                wire = json.loads(json.dumps(encode(item)))
                self.hub.ends[to]._inbox.put_nowait(wire)

    async def _run(self) -> None:
        while True:
            envelope = decode(await self._inbox.get())
            assert isinstance(envelope, Envelope)
            upto = await self.state.arrived(envelope.sender, [envelope])
            if self.hub.joined(self.name, envelope.sender):
                sender = self.hub.ends[envelope.sender]
                if sender.state.epoch == envelope.epoch:
                    await sender.state.acknowledged(self.name, upto)
