from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from kernel.clock import ManualClock
from kernel.codec import message
from kernel.core import Change, Put, Transition
from kernel.crash import CrashPoints
from kernel.driver import Driver
from kernel.errors import CoreStopped, IllegalTransition
from kernel.ids import counting
from kernel.journal import Batch, MemoryLedger, Outgoing


@message("test.count")
@dataclass(frozen=True)
class Count:
    key: str
    value: int


@message("test.say")
@dataclass(frozen=True)
class Say:
    value: int


@dataclass
class Counter:
    """Counts `+`, refuses `!`, and says the number 10 s later."""

    value: int = 0
    due: float | None = None
    _changes: list[Change] = field(default_factory=list)
    _commands: list[object] = field(default_factory=list)

    def receive(self, event: object, now: float) -> None:
        if event == "!":
            raise IllegalTransition("counter", self.value, event)
        self.value += 1
        self.due = now + 10
        self._changes += [
            Put("count", "it", Count("it", self.value)),
            Transition("test", "count:it", str(self.value - 1), str(self.value), "told"),
        ]
        self._commands.append(Say(self.value))

    def next_timer(self) -> float | None:
        return self.due

    def handle_timer(self, now: float) -> None:
        if self.due is not None and self.due <= now:
            self.due = None
            self._commands.append(Say(-self.value))

    def commands(self) -> list[object]:
        taken, self._commands = self._commands, []
        return taken

    def changes(self) -> list[Change]:
        taken, self._changes = self._changes, []
        return taken


@dataclass
class House:
    ledger: MemoryLedger
    clock: ManualClock
    core: Counter
    driver: Driver
    sent: list[Outgoing]


@contextlib.asynccontextmanager
async def house(ledger: MemoryLedger, crash: CrashPoints | None = None) -> AsyncIterator[House]:
    sent: list[Outgoing] = []

    async def send(outgoing: Outgoing) -> None:
        assert outgoing.id in ledger.outbox, "sent before it was committed"
        sent.append(outgoing)

    clock, core = ManualClock(), Counter()
    driver = Driver(
        core, "test", "c", clock, ledger, send, crash=crash or CrashPoints(), chance=counting()
    )
    task = asyncio.create_task(driver.run())
    yield House(ledger, clock, core, driver, sent)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_state_journal_and_command_are_committed_before_the_command_is_sent() -> None:
    async with house(MemoryLedger()) as it:
        await it.driver.submit("+")
        assert await it.ledger.records("test", "count") == [Count("it", 1)]
        assert len(it.ledger.journal) == 1
        await it.driver.submit("+")
        assert [outgoing.command for outgoing in it.sent[:1]] == [Say(1)]


async def test_events_that_come_together_share_a_commit() -> None:
    async with house(MemoryLedger()) as it:
        await asyncio.gather(*(it.driver.submit("+") for _ in range(50)))
        assert it.core.value == 50
        assert it.ledger.commits < 50


async def test_an_illegal_event_raises_to_whoever_told_it_and_harms_no_other() -> None:
    async with house(MemoryLedger()) as it:
        results = await asyncio.gather(
            it.driver.submit("+"), it.driver.submit("!"), it.driver.submit("+"),
            return_exceptions=True,
        )  # fmt: skip
        assert [type(result) for result in results] == [type(None), IllegalTransition, type(None)]
        assert it.core.value == 2


async def test_what_was_not_confirmed_is_sent_again_under_the_same_name() -> None:
    ledger = MemoryLedger()
    async with house(ledger) as first:
        await first.driver.submit("+")
        await first.driver.submit("+")
        await first.driver.confirm([first.sent[0].id])
    async with house(ledger) as second:
        await second.driver.submit("+")
        assert [o.id for o in second.sent[:1]] == [o.id for o in first.sent[1:2]]


async def test_a_timer_that_is_always_due_does_not_starve_events() -> None:
    class Restless(Counter):
        def next_timer(self) -> float | None:
            return 0.0

    ledger, clock = MemoryLedger(), ManualClock()

    async def send(outgoing: Outgoing) -> None:
        """Goes nowhere."""

    driver = Driver(Restless(), "test", "c", clock, ledger, send)
    task = asyncio.create_task(driver.run())
    async with asyncio.timeout(5):
        await driver.submit("+")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_ledger_that_fails_ends_the_life_and_tells_whoever_waits() -> None:
    class Full(MemoryLedger):
        async def commit(self, batch: Batch) -> None:
            raise OSError("disk full")

    async with house(Full()) as it:
        waiting = [asyncio.create_task(it.driver.submit("+")) for _ in range(300)]
        told = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(error) for error in told} == {OSError, CoreStopped}, "nobody waits for ever"
        with pytest.raises(CoreStopped):
            await it.driver.submit("+")


async def test_a_fault_in_the_core_ends_the_life_and_tells_whoever_waits() -> None:
    class Broken(Counter):
        def receive(self, event: object, now: float) -> None:
            raise KeyError(event)

    async def send(outgoing: Outgoing) -> None:
        """Goes nowhere."""

    driver = Driver(Broken(), "test", "c", ManualClock(), MemoryLedger(), send)
    life = asyncio.create_task(driver.run())
    async with asyncio.timeout(5):
        told = await asyncio.gather(*(driver.submit("+") for _ in "ab"), return_exceptions=True)
        assert {type(error) for error in told} == {CoreStopped}, "nobody waits for ever"
        with pytest.raises(KeyError):
            await life


async def test_the_crash_point_asked_for_is_passed_once() -> None:
    died: list[int] = []
    crash = CrashPoints("test", 4, 2, die=lambda: died.append(1))
    async with house(MemoryLedger(), crash) as it:
        for _ in range(4):
            await it.driver.submit("+")
    assert died == [1]


def test_the_crash_variable_is_read_and_a_wrong_one_refused() -> None:
    assert CrashPoints.from_environment({"CENTRALINO_CRASH_AT": "acd:4:17"}).passage == 17
    assert CrashPoints.from_environment({}).passage == 0
    with pytest.raises(ValueError, match="room:step:passage"):
        CrashPoints.from_environment({"CENTRALINO_CRASH_AT": "acd"})
