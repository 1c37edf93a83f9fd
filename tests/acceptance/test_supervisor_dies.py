"""Power gone: every process and the supervisor die at once; the next start finds all but the call.

The house is `centralino serve` in a process of its own, as a user runs it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from centralino.caller.party import order
from centralino.caller.script import Pause, Press, Step, Told
from centralino.commands.call import party
from centralino.db.calls import CallHistory, CallRow
from centralino.db.engine import Database
from centralino.demo.desk import Desk, signed_in
from centralino.demo.setting import Setting, prepare
from centralino.processes.layout import Layout
from tests.acceptance.conftest import share_cache
from tests.waiting import until

pytestmark = [pytest.mark.engine, pytest.mark.timeout(180)]

PERSON: list[Step] = [Pause(1.0), Press("0"), Told("bye")]


@dataclass
class Serve:
    """`centralino serve`, and everything that it started."""

    process: asyncio.subprocess.Process
    url: str
    edge: str

    def family(self) -> list[int]:
        """The supervisor and its children, by pid."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    async def kill(self) -> None:
        """SIGKILL to all at once; returns when all are gone."""
        family = self.family()
        assert len(family) >= 6, "supervisor, two speech workers, control, edge, media"
        for pid in family:
            os.kill(pid, signal.SIGKILL)
        await self.process.wait()
        await until(lambda: not any(alive(pid) for pid in family))


def alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has waited for yet does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@contextlib.asynccontextmanager
async def serve(setting: Setting) -> AsyncIterator[Serve]:
    """Start it, and wait until it says where it is; SIGTERM at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "centralino.cli", "serve", "--config", str(setting.file),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    said, where = "", None
    async with asyncio.timeout(90):
        while where is None:
            line = await process.stdout.readline()
            assert line, said
            said += line.decode()
            where = re.search(r"^pages +(\S+)$", said, re.M)
    reading = asyncio.create_task(process.stdout.read())  # or the pipe fills
    layout = Layout.read(setting.config.state_dir / "run" / "layout.json")
    try:
        yield Serve(process, where[1], layout.edge)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await process.wait()
        await reading


async def history(setting: Setting) -> list[CallRow]:
    """What the database says of calls, newest first."""
    async with Database(setting.config.database_url) as database:
        return await CallHistory(database, setting.config.centre).list(None)


def waiting(desk: Desk) -> int:
    """Callers in the agent's queues."""
    return sum(int(queue["waiting"]) for queue in desk.view.get("queues", []))


async def a_call_waits(house: Serve, desk: Desk, setting: Setting) -> None:
    """Somebody waits for a person when the power goes."""
    asked = order(PERSON, target=f"sip:1001@{house.edge}", edge=house.edge, user="unlucky")
    async with party(asked) as caller:
        await desk.until("somebody waits", lambda: waiting(desk) == 1)
        assert [row.outcome for row in await history(setting)] == [None]
        await house.kill()
        caller.process.kill()


async def test_everything_dies_the_supervisor_too(tmp_path: Path) -> None:
    share_cache(tmp_path)
    setting = prepare(tmp_path)
    anna = setting.agents["201"]
    async with serve(setting) as house, signed_in(house.url, anna.number, anna.password) as desk:
        await desk.do("log-in")
        await desk.do("not-ready", reason="lunch")
        await desk.until("lunch is known", lambda: desk.state == "not_ready")
        await a_call_waits(house, desk, setting)
    before = desk.view["agent"]
    async with serve(setting) as house, signed_in(house.url, anna.number, anna.password) as desk:
        await desk.until("the agent is as before", lambda: desk.view.get("agent") == before)
        await desk.until("the place is no longer taken", lambda: waiting(desk) == 0)
        (row,) = await history(setting)
        assert (row.outcome, row.cause, row.queue) == ("failed", "lost", "service")
