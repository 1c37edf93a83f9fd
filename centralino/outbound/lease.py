"""`outbound.ports.Ownership` on a database: one dialler a centre, by a lease with an epoch."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, text, update

from centralino.db.engine import Database
from centralino.db.outbound_tables import lease
from outbound.errors import LeaseLost, LeaseTaken

LEASE_SECONDS = 10.0
RENEW_SECONDS = 2.0


@dataclass
class SqlOwnership:
    """`owner` names the house: its next life may take over at once, another has to wait until the
    lease has run out."""

    database: Database
    centre: str
    owner: str

    async def acquire(self, now: float) -> int:
        """Take the lease under a new epoch. Raises LeaseTaken."""
        async with self.database.write() as connection:
            query = select(lease).where(lease.c.centre == self.centre)
            if not self.database.is_sqlite:
                query = query.with_for_update()
            held = (await connection.execute(query)).first()
            if held is not None and held.owner != self.owner and held.until > now:
                raise LeaseTaken(self.centre, held.owner, held.until - now)
            epoch = (held.epoch if held is not None else 0) + 1
            values = {"owner": self.owner, "epoch": epoch, "until": now + LEASE_SECONDS}
            newer = {name: text(f"excluded.{name}") for name in values}
            statement = self.database.upsert(lease, ("centre",), newer)
            await connection.execute(statement, {"centre": self.centre, **values})
            return epoch

    async def renew(self, epoch: int, now: float) -> None:
        """Hold it longer. Raises LeaseLost."""
        mine = (lease.c.centre == self.centre, lease.c.epoch == epoch)
        async with self.database.write() as connection:
            longer = {"until": now + LEASE_SECONDS}
            result = await connection.execute(update(lease).where(*mine).values(longer))
        if not result.rowcount:
            raise LeaseLost(self.centre, epoch)
