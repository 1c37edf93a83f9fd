"""The distributor as a service: the asyncio shell around the core, its ledger and its way out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from acd.callback import Callback
from acd.config import CentreConfig
from acd.distributor import Distributor
from acd.errors import AcdNotOpen
from acd.floor import ROOM
from acd.matching import MatchDecision
from acd.numbers import Stretch
from acd.records import TABLES, AgentRecord, OfferRecord, WaitingRecord
from acd.replay import Recorder
from acd.snapshot import (
    AgentView,
    CallView,
    OfferView,
    Snapshot,
    agent_view,
    call_view,
    offer_view,
    snapshot,
)
from acd.visits import Visit
from kernel.clock import Clock
from kernel.core import Put, Transition
from kernel.crash import CrashPoints
from kernel.driver import Driver, Send
from kernel.ids import Chance, random_hex
from kernel.journal import Batch, Ledger, Outgoing

log = structlog.get_logger()

CONFIRM_EVERY = 0.25
"""Seconds between writes of what media processes have taken: each alone would be a transaction."""


@dataclass(frozen=True)
class Moved:
    """What one commit changed, by id; whoever wants to know more asks the service."""

    at: float
    agents: frozenset[str]
    calls: frozenset[str]
    offers: frozenset[str]
    clients: frozenset[str]


@dataclass
class AcdService:
    """One centre's distributor. `open()`, then `run()` as a task; the rest from anywhere."""

    config: CentreConfig
    ledger: Ledger
    send: Send
    clock: Clock
    chance: Chance = random_hex
    crash: CrashPoints = field(default_factory=CrashPoints.from_environment)
    on_error: Callable[[BaseException], None] = lambda error: log.warning(
        "acd.send_failed", error=repr(error)
    )
    _driver: Driver | None = None
    _core: Distributor | None = None
    _taken: list[str] = field(default_factory=list)
    _watchers: list[Callable[[Moved], None]] = field(default_factory=list)

    async def open(self) -> None:
        """Take up what an earlier life left in the ledger."""
        recorder = Recorder(self.config, self.chance)
        records = [row for table in TABLES for row in await self.ledger.records(ROOM, table)]
        recorder.restore(records, self.clock.now())
        self._core = recorder.core
        self._driver = Driver(
            recorder, ROOM, self.config.id, self.clock, _Watched(self.ledger, self._committed),
            self.send, self.crash, self.chance, self.on_error,
        )  # fmt: skip
        log.info("acd.open", centre=self.config.id, records=len(records))

    async def run(self) -> None:
        """Send what was left unconfirmed, then work until cancelled."""
        driver = self._open_driver()
        async with asyncio.TaskGroup() as group:
            group.create_task(driver.run())
            group.create_task(self._confirming(driver))

    async def submit(self, event: object) -> None:
        """Take an event; returns when it is committed. Raises IllegalTransition."""
        await self._open_driver().submit(event)

    async def confirm(self, ids: Sequence[str]) -> None:
        """These commands were taken by their media process; written soon, many at once.

        Whatever a crash leaves unwritten is sent again, which is harmless.
        """
        self._open_driver()
        self._taken += ids

    async def _confirming(self, driver: Driver) -> None:
        try:
            while True:
                await asyncio.sleep(CONFIRM_EVERY)
                await self._confirm_taken(driver)
        finally:
            await self._confirm_taken(driver)

    async def _confirm_taken(self, driver: Driver) -> None:
        taken, self._taken = self._taken, []
        if taken:
            await driver.confirm(taken)

    def snapshot(self) -> Snapshot:
        """The whole centre now."""
        return snapshot(self._open_core(), self.clock.now())

    def agent(self, agent: str) -> AgentView | None:
        """One agent; None for one who was never logged in."""
        record = self._open_core().floor.agents.get(agent)
        return agent_view(record) if record else None

    def call(self, call: str) -> CallView | None:
        """One waiting call."""
        floor = self._open_core().floor
        record = floor.waiting.get(call)
        return call_view(floor, record, self.clock.now()) if record else None

    def offer(self, offer: str) -> OfferView | None:
        """One live offer, or the contact that it became."""
        record = self._open_core().floor.offers.get(offer)
        return offer_view(record) if record else None

    def going_on(self) -> list[Visit | Stretch | Callback]:
        """Stays in queues, stretches of agents' time and callbacks that are not over."""
        return self._open_core().floor.book.open(self.clock.now())

    def explain(self, call: str) -> MatchDecision | None:
        """Why a call still waits; None when it does not."""
        return self._open_core().explain(call, self.clock.now())

    def subscribe(self, callback: Callable[[Moved], None]) -> Callable[[], None]:
        """Call this after each commit; the function returned ends it. It must not block."""
        self._watchers.append(callback)

        def unsubscribe() -> None:
            if callback in self._watchers:
                self._watchers.remove(callback)

        return unsubscribe

    def _committed(self, batch: Batch) -> None:
        moved = moved_by(batch)
        for watcher in list(self._watchers):
            try:
                watcher(moved)
            except Exception:
                # A page that fails must not stop calls from being distributed.
                log.exception("acd.watcher_failed")

    def _open_core(self) -> Distributor:
        if self._core is None:
            raise AcdNotOpen("call open() first")
        return self._core

    def _open_driver(self) -> Driver:
        if self._driver is None:
            raise AcdNotOpen("call open() first")
        return self._driver


def moved_by(batch: Batch) -> Moved:
    """The ids that a batch is about."""
    agents, calls, offers, clients = (set[str]() for _ in range(4))
    ids = {"offer": offers, "call": calls, "consult": calls, "dialled": calls}
    for change in batch.changes:
        if isinstance(change, Transition):
            kind, _, name = change.subject.partition(":")
            ids.get(kind, agents).add(name)
            clients |= {change.client} if change.client else set()
        elif isinstance(change, Put):
            record = change.record
            if isinstance(record, AgentRecord):
                agents.add(record.agent)
            elif isinstance(record, WaitingRecord | OfferRecord):
                calls.add(record.call)
                clients.add(record.client)
    parts = (frozenset(part) for part in (agents, calls, offers, clients))
    return Moved(batch.at, *parts)


@dataclass
class _Watched:
    """The ledger, with somebody told after each commit."""

    ledger: Ledger
    committed: Callable[[Batch], None]

    async def commit(self, batch: Batch) -> None:
        await self.ledger.commit(batch)
        if batch.changes:
            self.committed(batch)

    async def confirm(self, room: str, ids: Sequence[str]) -> None:
        await self.ledger.confirm(room, ids)

    async def unconfirmed(self, room: str) -> list[Outgoing]:
        return await self.ledger.unconfirmed(room)

    async def records(self, room: str, table: str) -> list[object]:
        return await self.ledger.records(room, table)
