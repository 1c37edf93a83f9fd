"""Control processes with nothing but the dialler, for `tests/integration/lives.py`."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from centralino.db.engine import Database
from centralino.outbound.books import SqlBooks
from centralino.outbound.lease import SqlOwnership
from kernel.clock import SteadyClock
from kernel.codec import decode, encode
from kernel.errors import IllegalTransition
from kernel.journal import Outgoing
from outbound.config import DialerConfig
from outbound.pacing import Limits
from outbound.ports import NoRules
from outbound.records import CampaignRecord, RecipientRecord
from outbound.service import OutboundService
from tests.integration.lives import bring_forth

CONFIG = DialerConfig("house", (Limits("loop", 60.0, 40),), window=12)


class OneWord:
    """The same for everybody."""

    async def given(self, campaign: CampaignRecord, recipient: RecipientRecord) -> dict[str, str]:
        return {}

    async def known(self, persons: Sequence[str]) -> Mapping[str, dict[str, str]]:
        return {}

    async def script(self, campaign: CampaignRecord, recipient: RecipientRecord) -> None:
        return None

    async def words(self, campaign: CampaignRecord, recipient: RecipientRecord) -> str:
        return "hello"


class Life:
    """One life. It writes to the socket itself, so that a kill leaves nothing half said."""

    def __init__(self, database: str, talk: socket.socket) -> None:
        self.database = database
        self.talk = talk

    def say(self, **values: Any) -> None:
        self.talk.sendall(json.dumps(values).encode() + b"\n")

    async def carry(self, outgoing: Outgoing, media: str) -> None:
        self.say(id=outgoing.id, command=encode(outgoing.command))

    async def serve(self) -> None:
        lines, _ = await asyncio.open_unix_connection(sock=self.talk.dup())
        self.talk.setblocking(True)
        async with Database(f"sqlite:///{self.database}") as database:
            books = SqlBooks(database, CONFIG.centre, "secret")
            service = OutboundService(
                CONFIG, books, SqlOwnership(database, CONFIG.centre, "house"), NoRules(), OneWord(),
                self.carry, SteadyClock(),
            )  # fmt: skip
            await service.open()
            self.say(open=service.epoch)
            async with asyncio.TaskGroup() as group:
                running = group.create_task(service.run())
                while line := await lines.readline():
                    # Each on its own, as many processes would: so events share commits.
                    group.create_task(self.take(service, json.loads(line)))
                running.cancel()

    async def take(self, service: OutboundService, said: dict[str, Any]) -> None:
        if "taken" in said:
            service.confirm(said["taken"])
            return
        try:
            await service.submit(decode(said["event"]))
        except IllegalTransition as error:
            self.say(refused=said["n"], why=str(error))
        else:
            self.say(done=said["n"])


if __name__ == "__main__":
    bring_forth(lambda database, talk: Life(database, talk).serve())
