"""The one-time link by which a new installation gets its first administrator.

The token lies in `meta` under its hash. Asking for a new one makes those before worthless.
"""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from centralino.db.engine import Database
from centralino.db.meta import get_meta, set_meta, take_meta
from centralino.db.tables import meta
from centralino.users.people import count_administrators
from centralino.users.tokens import hash_of, new_token

PREFIX = "first_admin:"
VALID = 3600.0  # s


async def offer(database: Database, centre: str, now: float) -> str | None:
    """A token for the link; None where there is an administrator."""
    token = new_token()
    earlier = (meta.c.centre == centre, meta.c.key.startswith(PREFIX, autoescape=True))
    async with database.write() as connection:
        await connection.execute(delete(meta).where(*earlier))
        if await count_administrators(connection, centre):
            return None
        await set_meta(database, connection, centre, PREFIX + hash_of(token), now + VALID)
    return token


async def valid(connection: AsyncConnection, centre: str, token: str, now: float) -> bool:
    """Whether the token may still be used."""
    until = await get_meta(connection, centre, PREFIX + hash_of(token))
    return until is not None and now < until


async def take(connection: AsyncConnection, centre: str, token: str, now: float) -> bool:
    """Use the token up: of several at once one gets True."""
    until = await take_meta(connection, centre, PREFIX + hash_of(token))
    if until is None or now >= until:
        return False
    return await count_administrators(connection, centre) == 0
