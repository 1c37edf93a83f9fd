"""Sessions in the database: begun, looked up, ended. Only hashes of tokens are stored."""

from __future__ import annotations

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from centralino.db.tables import sessions, users
from centralino.users.rows import load, to_signed_in
from centralino.users.tokens import csrf_of, hash_of, new_token
from centralino.users.types import Session, SignedIn

IDLE = 12 * 3600.0  # s without a request
ABSOLUTE = 24 * 3600.0  # s since the sign-in
SEEN_EVERY = 60.0  # s: a request writes at most this often


async def begin(connection: AsyncConnection, centre: str, user: str, now: float) -> Session | None:
    """A new session with a new token; None if the user is gone or disabled by now."""
    found = await load(connection, centre, users.c.id == user, users.c.disabled.is_(False))
    if not found:
        return None
    token = new_token()
    signed_in = to_signed_in(*found[0])
    row = {
        "token_hash": hash_of(token),
        "centre": centre,
        "client": signed_in.client,
        "user": user,
        "created": now,
        "seen": now,
    }
    await connection.execute(insert(sessions), row)
    return Session(token, csrf_of(token), signed_in, now + ABSOLUTE)


async def end(connection: AsyncConnection, centre: str, token: str) -> None:
    """The token is worth nothing any more."""
    mine = (sessions.c.centre == centre, sessions.c.token_hash == hash_of(token))
    await connection.execute(delete(sessions).where(*mine))


async def find(
    connection: AsyncConnection, centre: str, token: str, now: float
) -> tuple[SignedIn, float] | None:
    """Whose session it is and when it was last seen; None for one unknown or over."""
    query = select(sessions.c.user, sessions.c.seen).where(
        sessions.c.centre == centre,
        sessions.c.token_hash == hash_of(token),
        sessions.c.seen > now - IDLE,
        sessions.c.created > now - ABSOLUTE,
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    found = await load(connection, centre, users.c.id == row.user, users.c.disabled.is_(False))
    return (to_signed_in(*found[0]), row.seen) if found else None


async def seen(connection: AsyncConnection, token: str, now: float) -> None:
    """The session was used."""
    statement = update(sessions).where(sessions.c.token_hash == hash_of(token))
    await connection.execute(statement.values(seen=now))


async def forget_over(connection: AsyncConnection, centre: str, now: float) -> None:
    """Delete sessions that are over."""
    over = or_(sessions.c.seen <= now - IDLE, sessions.c.created <= now - ABSOLUTE)
    await connection.execute(delete(sessions).where(sessions.c.centre == centre, over))
