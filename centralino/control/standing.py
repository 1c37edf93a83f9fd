"""Standing legs of agents, in control: between the distributor, which knows who is at work, and the
media processes, which hold the legs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from acd.devices import GRACE, Devices
from acd.messages import LegDown, LegsHeld, LegSilent, LegUp
from acd.service import AcdService, Moved
from kernel.bus import Bus
from kernel.clock import Clock


@dataclass
class StandingDesk:
    """Keeps the legs of `acd.devices` true. `run` it as a task."""

    service: AcdService
    bus: Bus
    clock: Clock
    devices: Devices = field(default_factory=Devices)
    takers: dict[type, Callable[[Any], Awaitable[None]]] = field(init=False)
    _moved: asyncio.Queue[frozenset[str]] = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        feed: dict[type, Callable[[Any], None]] = {
            LegsHeld: self.devices.media_there, LegUp: self.devices.up,
            LegDown: self.devices.down, LegSilent: self.devices.silent,
        }  # fmt: skip
        self.takers = {kind: self._taker(told) for kind, told in feed.items()}

    async def run(self) -> None:
        """Until cancelled."""
        self.devices.begin(self.service.snapshot().agents, self.clock.now())
        self.service.subscribe(self._told)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._after_grace())
            while True:
                for name in await self._moved.get():
                    if (view := self.service.agent(name)) is not None:
                        self.devices.agent(view)
                await self._carry()

    async def media_gone(self, media: str) -> None:
        """A media process cannot be reached."""
        self.devices.media_gone(media)

    def place_of(self, agent: str) -> str:
        """The media process in which this agent's leg stands; empty: none does."""
        leg = self.devices.legs.get(agent)
        return leg.media if leg is not None else ""

    async def try_again(self, agent: str) -> None:
        """The agent's phone is there again."""
        self.devices.try_again(agent)
        await self._carry()

    async def lost(self, agent: str) -> None:
        """The agent's phone has gone without hanging up."""
        self.devices.lost(agent)
        await self._carry()

    def _taker(self, feed: Callable[[Any], None]) -> Callable[[Any], Awaitable[None]]:
        async def take(value: Any) -> None:
            feed(value)
            await self._carry()

        return take

    def _told(self, moved: Moved) -> None:
        if moved.agents:
            self._moved.put_nowait(moved.agents)

    async def _after_grace(self) -> None:
        await asyncio.sleep(GRACE)
        self.devices.grace_over()
        await self._carry()

    async def _carry(self) -> None:
        """What was decided: to the media processes, and to the distributor."""
        commands, self.devices.commands = self.devices.commands, []
        changes, self.devices.changes = self.devices.changes, []
        for command in commands:
            await self.bus.send(command.media, command)
        for change in changes:
            await self.service.submit(change)
