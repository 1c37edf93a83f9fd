"""Control processes with nothing but the ACD, for `tests/integration/lives.py`."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

from acd.callback import CallbackTerms
from acd.config import CentreConfig, QueueConfig
from acd.service import AcdService
from centralino.db.engine import Database
from centralino.db.ledger import SqlLedger
from kernel.clock import SteadyClock
from kernel.codec import decode, encode
from kernel.crash import CrashPoints
from kernel.errors import IllegalTransition
from kernel.journal import Outgoing
from tests.integration.lives import bring_forth

CONFIG = CentreConfig(
    "house",
    (
        QueueConfig("bills", "utility", wrap_up_seconds=0),
        QueueConfig("back", "utility", wrap_up_seconds=0, callback=CallbackTerms(retry=0.02)),
    ),
)


class Life:
    """One life. It writes to the socket itself, so that a kill leaves nothing half said."""

    def __init__(self, database: str, talk: socket.socket) -> None:
        self.database = database
        self.talk = talk

    def say(self, **values: Any) -> None:
        self.talk.sendall(json.dumps(values).encode() + b"\n")

    async def send(self, outgoing: Outgoing) -> None:
        self.say(id=outgoing.id, command=encode(outgoing.command))

    async def serve(self) -> None:
        lines, _ = await asyncio.open_unix_connection(sock=self.talk.dup())
        self.talk.setblocking(True)
        async with Database(f"sqlite:///{self.database}") as database:
            ledger, crash = SqlLedger(database, CONFIG.id), CrashPoints.from_environment()
            service = AcdService(CONFIG, ledger, self.send, SteadyClock(), crash=crash)
            await service.open()
            self.say(open=True)
            async with asyncio.TaskGroup() as group:
                running = group.create_task(service.run())
                while line := await lines.readline():
                    await self.take(service, json.loads(line))
                running.cancel()

    async def take(self, service: AcdService, said: dict[str, Any]) -> None:
        if "taken" in said:
            return await service.confirm([said["taken"]])
        try:
            await service.submit(decode(said["event"]))
        except IllegalTransition as error:
            self.say(refused=said["n"], why=str(error))
        else:
            self.say(done=said["n"])


if __name__ == "__main__":
    bring_forth(lambda database, talk: Life(database, talk).serve())
