"""A control process with nothing but the ACD: events in on stdin, commands out on stdout.

It dies where CENTRALINO_CRASH_AT says. Lines are written to the descriptor itself, so that a kill
leaves nothing half said.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

import structlog

from acd.config import CentreConfig, QueueConfig
from acd.service import AcdService
from centralino.db.engine import Database
from centralino.db.ledger import SqlLedger
from kernel.clock import SteadyClock
from kernel.codec import decode, encode
from kernel.errors import IllegalTransition
from kernel.journal import Outgoing

CONFIG = CentreConfig("house", (QueueConfig("bills", "utility", wrap_up_seconds=0),))


def say(**values: Any) -> None:
    os.write(1, json.dumps(values).encode() + b"\n")


async def send(outgoing: Outgoing) -> None:
    say(id=outgoing.id, command=encode(outgoing.command))


async def serve(path: str) -> None:
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with Database(f"sqlite:///{path}") as database:
        service = AcdService(CONFIG, SqlLedger(database, CONFIG.id), send, SteadyClock())
        await service.open()
        say(open=True)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(service.run())
            while line := await lines.readline():
                await take(service, json.loads(line))
            running.cancel()


async def take(service: AcdService, said: dict[str, Any]) -> None:
    if "taken" in said:
        return await service.confirm([said["taken"]])
    try:
        await service.submit(decode(said["event"]))
    except IllegalTransition as error:
        say(refused=said["n"], why=str(error))
    else:
        say(done=said["n"])


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(serve(sys.argv[1]))
