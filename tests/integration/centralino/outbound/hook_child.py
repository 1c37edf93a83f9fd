"""A process that empties the outbox of a database until it is killed."""

from __future__ import annotations

import asyncio
import sys

from centralino.db.engine import Database
from centralino.outbound.webhooks import Hook, Outbox
from kernel.clock import SteadyClock


async def carry(url: str, hook: str) -> None:
    """Until the end of the process."""
    async with Database(url) as database:
        hooks = [Hook("crm", hook, b"a secret of our own")]
        await Outbox(database, "house", hooks, SteadyClock(), lambda: 0.5).run()


if __name__ == "__main__":
    asyncio.run(carry(sys.argv[1], sys.argv[2]))
