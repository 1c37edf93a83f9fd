"""Packet tokens in the database: a restart within their time does not end them."""

from __future__ import annotations

from sqlalchemy import delete, select

from centralino.db.engine import Database
from centralino.db.tables import packet_tokens
from centralino.web.ports import PacketAddress
from centralino.web.tokens import token_digest
from kernel.ids import Chance, random_hex


class SqlPacketTokens:
    """A `PacketTokens` of one centre. Only digests of tokens are kept; `life` is in seconds."""

    def __init__(
        self, database: Database, centre: str, life: float, chance: Chance = random_hex
    ) -> None:
        self._database = database
        self._centre = centre
        self._life = life
        self._chance = chance

    async def issue(self, call: str, client: str, now: float) -> str:
        """A new token of 128 random bits, as 32 hex digits; those that expired are forgotten."""
        token = self._chance(16)
        row = {
            "centre": self._centre, "digest": token_digest(token), "client": client, "call": call,
            "expires": now + self._life,
        }  # fmt: skip
        mine = packet_tokens.c.centre == self._centre
        async with self._database.write() as connection:
            await connection.execute(
                delete(packet_tokens).where(mine, packet_tokens.c.expires <= now)
            )
            await connection.execute(packet_tokens.insert(), row)
        return token

    async def resolve(self, token: str, now: float) -> PacketAddress | None:
        """Which packet it names; None for an unknown, expired or revoked one."""
        query = select(packet_tokens.c.call, packet_tokens.c.client).where(
            packet_tokens.c.centre == self._centre,
            packet_tokens.c.digest == token_digest(token),
            packet_tokens.c.expires > now,
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        return PacketAddress(row.call, row.client) if row else None

    async def revoke(self, call: str) -> None:
        """Make every token of a call worthless."""
        statement = delete(packet_tokens).where(
            packet_tokens.c.centre == self._centre, packet_tokens.c.call == call
        )
        async with self._database.write() as connection:
            await connection.execute(statement)
