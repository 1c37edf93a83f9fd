"""Runs a durable core on asyncio.

The steps, numbered as crash points count them: **1** an event is received, **2** the core has
moved, **3** new state, journal rows and commands are written in one transaction, **4** it is
committed, **5** the commands are sent in order, **6** the outcome comes back as an event. Nothing
outside happens before 4. Whatever arrives while a transaction is under way shares the next one, so
commits are grouped by load and a lone event never waits for company.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from kernel.clock import Clock
from kernel.core import Change, DurableCore
from kernel.crash import CrashPoints
from kernel.errors import CoreStopped, IllegalTransition
from kernel.ids import Chance, new_id, random_hex
from kernel.journal import Batch, Ledger, Outgoing

GROUP_LIMIT = 256
"""Events at most in one transaction."""

Send = Callable[[Outgoing], Awaitable[None]]
"""Carries a command out. Must not wait for its outcome; raising keeps it unconfirmed."""


@dataclass
class _Waiting:
    event: object
    done: asyncio.Future[None]


@dataclass
class Driver:
    """One core, its ledger and its way out. Use `run()` as a task; `submit` from anywhere."""

    core: DurableCore
    room: str
    centre: str
    clock: Clock
    ledger: Ledger
    send: Send
    crash: CrashPoints = field(default_factory=CrashPoints)
    chance: Chance = random_hex
    on_error: Callable[[BaseException], None] = lambda error: None
    _over: bool = False
    _taken: list[_Waiting] = field(default_factory=list)
    """Those of the step under way."""
    _inbox: asyncio.Queue[_Waiting] = field(default_factory=asyncio.Queue)

    async def submit(self, event: object) -> None:
        """Give the core an event; returns when its step is committed (4).

        Raises IllegalTransition, with nothing changed, where the core has no row for it, and
        CoreStopped once `run` is over: nobody would ever answer.
        """
        if self._over:
            raise CoreStopped(f"{self.room} has stopped")
        done = asyncio.get_running_loop().create_future()
        await self._inbox.put(_Waiting(event, done))
        await done

    async def run(self) -> None:
        """Send what an earlier life left unconfirmed, then step until cancelled."""
        try:
            await self._work()
        finally:
            self._over = True
            while not self._inbox.empty():
                self._taken.append(self._inbox.get_nowait())
            for item in self._taken:  # also those of a step that a fault of ours ended
                if not item.done.done():
                    item.done.set_exception(CoreStopped(f"{self.room} has stopped"))

    async def _work(self) -> None:
        for outgoing in await self.ledger.unconfirmed(self.room):
            await self._send(outgoing)
        while True:
            self._taken = await self._gather()
            await self._step(self._taken)

    async def confirm(self, ids: Sequence[str]) -> None:
        """These commands had their effect."""
        await self.ledger.confirm(self.room, ids)

    async def _gather(self) -> list[_Waiting]:
        waiting: list[_Waiting] = []
        if self._inbox.empty():
            waiting = await self._wait()
        while not self._inbox.empty() and len(waiting) < GROUP_LIMIT:
            waiting.append(self._inbox.get_nowait())
        return waiting

    async def _wait(self) -> list[_Waiting]:
        """The next event, or nothing when the core's timer is due before it comes."""
        due = self.core.next_timer()
        # Not wait_for: before Python 3.12 it may swallow a cancellation that races with an item.
        try:
            async with asyncio.timeout(None if due is None else max(0.0, due - self.clock.now())):
                return [await self._inbox.get()]
        except TimeoutError:
            return []

    async def _step(self, waiting: list[_Waiting]) -> None:
        now = self.clock.now()
        moved = [item for item in waiting if self._receive(item, now)]
        due = self.core.next_timer()
        if due is not None and due <= now:
            self.core.handle_timer(now)
        self.crash.pass_by(self.room, 2)
        changes = tuple(self.core.changes())
        commands = tuple(
            Outgoing(new_id("cmd", self.chance), self.room, now, command)
            for command in self.core.commands()
        )
        await self._commit(moved, changes, commands, now)
        for outgoing in commands:
            await self._send(outgoing)
        if commands:
            self.crash.pass_by(self.room, 6)

    def _receive(self, item: _Waiting, now: float) -> bool:
        self.crash.pass_by(self.room, 1)
        try:
            self.core.receive(item.event, now)
        except IllegalTransition as error:
            if not item.done.cancelled():
                item.done.set_exception(error)
            return False
        return True

    async def _commit(
        self,
        moved: list[_Waiting],
        changes: tuple[Change, ...],
        commands: tuple[Outgoing, ...],
        now: float,
    ) -> None:
        if changes or commands:
            self.crash.pass_by(self.room, 3)
            try:
                await self.ledger.commit(Batch(self.room, self.centre, now, changes, commands))
            except BaseException as error:
                # The core is ahead of what is written: this life ends, and whoever waits is told.
                for item in moved:
                    if not item.done.done():
                        item.done.set_exception(error)
                raise
            self.crash.pass_by(self.room, 4)
        for item in moved:
            if not item.done.done():
                item.done.set_result(None)

    async def _send(self, outgoing: Outgoing) -> None:
        self.crash.pass_by(self.room, 5)
        try:
            await self.send(outgoing)
        except (OSError, RuntimeError) as error:
            # It stays unconfirmed and is sent again at the next start or reconnection.
            self.on_error(error)
