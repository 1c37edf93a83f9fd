"""A tiny durable core for crash tests: it counts, and rings once for every count.

Run as a program it reads lines `FOLDER N CRASH_AT` and answers each with how a process of its own
ended that took events 1…N there. What is sent and what is promised it writes into files, so that a
test can compare them with the database after a SIGKILL. The processes are forked from this one,
because importing takes longer than everything else.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from centralino.db.engine import Database
from centralino.db.ledger import SqlLedger
from kernel.clock import SteadyClock
from kernel.codec import message
from kernel.core import Change, Drop, Put, Transition
from kernel.crash import VARIABLE, CrashPoints
from kernel.driver import Driver
from kernel.journal import Batch, Ledger, Outgoing

ROOM, CENTRE = "count", "north"


@message("test.counted")
@dataclass(frozen=True)
class Counted:
    key: str
    n: int
    client: str = "water"


@message("test.ring_bell")
@dataclass(frozen=True)
class RingBell:
    n: int


@dataclass(frozen=True)
class Tick:
    n: int


@dataclass
class Counter:
    """Each tick drops the row before, puts its own, moves once and rings once."""

    n: int = 0
    _changes: list[Change] = field(default_factory=list)
    _commands: list[object] = field(default_factory=list)

    def receive(self, event: object, now: float) -> None:
        assert isinstance(event, Tick)
        if event.n <= self.n:
            return
        before, self.n = self.n, event.n
        self._changes += [
            Drop("counted", str(before)),
            Put("counted", str(self.n), Counted(str(self.n), self.n)),
            Put("all", str(self.n), Counted(str(self.n), self.n)),
            Transition(ROOM, "counter:1", str(before), str(self.n), "tick"),
        ]
        self._commands.append(RingBell(self.n))

    def next_timer(self) -> float | None:
        return None

    def handle_timer(self, now: float) -> None:
        return

    def commands(self) -> list[object]:
        taken, self._commands = self._commands, []
        return taken

    def changes(self) -> Sequence[Change]:
        taken, self._changes = self._changes, []
        return taken


async def restored(ledger: Ledger) -> Counter:
    """The counter as the ledger has it."""
    records = await ledger.records(ROOM, "counted")
    return Counter(max((r.n for r in records if isinstance(r, Counted)), default=0))


class Outside:
    """The world: what was sent and what was promised, each on disk before it returns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, line: str) -> None:
        """Add a line; it stays, whatever happens to this process."""
        descriptor = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(descriptor, f"{line}\n".encode())
        os.close(descriptor)

    def lines(self, name: str) -> list[str]:
        """What was written."""
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    async def send(self, outgoing: Outgoing) -> None:
        """Ring the bell."""
        assert isinstance(outgoing.command, RingBell)
        self.write("sent", f"{outgoing.command.n} {outgoing.id}")


INSIDE = "inside"


class Watched(SqlLedger):
    """A ledger with crash points inside its transaction: 1 state is written, 2 all is."""

    crash = CrashPoints()

    def _append(self, connection: Connection, batch: Batch, moves: list[Transition]) -> None:
        self.crash.pass_by(INSIDE, 1)
        super()._append(connection, batch, moves)
        self.crash.pass_by(INSIDE, 2)


async def run(folder: Path, ticks: int) -> None:
    """Count up to `ticks`, confirming every second command."""
    outside = Outside(folder)
    async with Database(f"sqlite:///{folder}/store.db") as database:
        ledger = Watched(database, CENTRE)
        crash = ledger.crash = CrashPoints.from_environment()
        core = await restored(ledger)
        driver = Driver(core, ROOM, CENTRE, SteadyClock(), ledger, outside.send, crash)
        task = asyncio.create_task(driver.run())
        for n in range(core.n + 1, ticks + 1):
            await driver.submit(Tick(n))
            outside.write("promised", str(n))
            await driver.confirm([line.split()[1] for line in outside.lines("sent")[::2]])
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def serve() -> None:
    """Answer lines until there are no more."""
    for line in sys.stdin:
        folder, ticks, crash_at = line.split()
        child = os.fork()
        if child == 0:
            os.environ[VARIABLE] = crash_at
            asyncio.run(run(Path(folder), int(ticks)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    # The messages must be registered under this module's own name.
    from tests.integration.centralino.db import counting

    counting.serve()
