"""Proving who one is: name and password, session, PIN, the first administrator's link.

A refusal takes as long, and says as much, for a name that nobody has as for a wrong password.
Neither secrets nor what was typed as a name are logged.
"""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from centralino.db.engine import Database
from centralino.db.tables import users
from centralino.users import first_admin, sessions
from centralino.users.attempts import Attempts, Subject, by_name, by_number, by_source
from centralino.users.errors import BadName
from centralino.users.passwords import Passwords
from centralino.users.people import Users
from centralino.users.permissions import Action, may
from centralino.users.rows import clean_name, load, to_profile
from centralino.users.types import (
    CENTRE,
    AgentProfile,
    NewUser,
    Refused,
    Role,
    Session,
    SignedIn,
)

log = structlog.get_logger()
WRONG = Refused("wrong")
EXPIRED = Refused("expired")


class SignIn:
    """Sign-ins at one centre."""

    def __init__(self, database: Database, centre: str, passwords: Passwords | None = None) -> None:
        self.database = database
        self.centre = centre
        self.passwords = passwords or Passwords()
        self.attempts = Attempts(database, centre)
        self._users = Users(database, centre)

    async def sign_in(
        self, name: str, password: str, source: str, now: float, old_token: str | None = None
    ) -> Session | Refused:
        """Begin a session. `source` is where the try comes from, e.g. an IP address; `old_token` a
        session that the new one replaces."""
        cleaned = _cleaned(name)
        subjects = [by_name(cleaned or name), by_source(source)]
        locked = await self._admit(subjects, now)
        if locked:
            log.warning("sign_in.locked", source=source, retry_after=round(locked))
            return Refused("locked", locked)
        row = await self._user(users.c.name == cleaned) if cleaned is not None else None
        right = await self.passwords.verify(row.password_hash if row else None, password)
        session = await self._begin(row, password, now) if row and right else None
        if session is None:
            log.warning("sign_in.wrong", source=source)
            return WRONG
        async with self.database.write() as connection:
            await self.attempts.succeeded(connection, *subjects)
            await self._tidy(connection, old_token, now)
        log.info("sign_in.done", user=session.signed_in.user, source=source)
        return session

    async def session(self, token: str, now: float) -> SignedIn | None:
        """Who is signed in with this token; None for one unknown, unused too long or too old."""
        async with self.database.read() as connection:
            found = await sessions.find(connection, self.centre, token, now)
        if found is None:
            return None
        signed_in, last = found
        if now - last >= sessions.SEEN_EVERY:
            async with self.database.write() as connection:
                await sessions.seen(connection, token, now)
        return signed_in

    async def sign_out(self, token: str) -> None:
        """End the session. Harmless when there is none."""
        async with self.database.write() as connection:
            await sessions.end(connection, self.centre, token)

    async def check_pin(
        self, number: str, pin: str, now: float, source: str = ""
    ) -> AgentProfile | Refused:
        """The agent with this number and PIN, typed by keys. Three tries a number, then locked.

        With a `source`, e.g. the calling number, one that tries many numbers is locked as well.
        """
        subjects = [by_number(number), *([by_source(source)] if source else [])]
        locked = await self._admit(subjects, now)
        if locked:
            log.warning("pin.locked", retry_after=round(locked))
            return Refused("locked", locked)
        digits = number.isascii() and number.isdigit()
        row = await self._user(users.c.number == number) if digits else None
        right = await self.passwords.verify(row.pin_hash if row else None, pin)
        if not right or row is None:
            log.warning("pin.wrong")
            return WRONG
        async with self.database.write() as connection:
            await self.attempts.succeeded(connection, *subjects)
            found = await load(connection, self.centre, users.c.id == row.id)
        return (to_profile(*found[0]) if found else None) or WRONG

    async def allowed_by_pin(
        self, number: str, pin: str, action: Action, client: str, now: float
    ) -> bool:
        """Whether whoever has this number and PIN may do this for a client."""
        found = await self.check_pin(number, pin, now)
        user = None if isinstance(found, Refused) else await self._users.get(found.id)
        if user is None:
            return False
        allowed = may(
            SignedIn(user.id, user.name, user.full_name, user.client, user.roles), action, client
        )
        if not allowed:
            log.warning("pin.not_allowed", user=user.id, action=str(action))
        return allowed

    async def first_admin_token(self, now: float) -> str | None:
        """A token for the one-time link, valid once and for an hour; None where there is an
        administrator. Those made before are worth nothing any more."""
        return await first_admin.offer(self.database, self.centre, now)

    async def redeem_first_admin(
        self, token: str, name: str, password: str, now: float
    ) -> Session | Refused:
        """Make the first administrator and sign him in. What cannot be used leaves the token as it
        was. Raises WeakPassword, BadName, NameTaken."""
        async with self.database.read() as connection:
            if not await first_admin.valid(connection, self.centre, token, now):
                return EXPIRED
        self.passwords.check_password(password)
        hashed = await self.passwords.hash(password)
        new = NewUser(name, CENTRE, roles={CENTRE: (Role.ADMINISTRATOR,)})
        people = Users(self.database, self.centre, self.passwords)
        async with self.database.write() as connection:
            if not await first_admin.take(connection, self.centre, token, now):
                return EXPIRED
            user = await people.insert(connection, new, hashed, now)
            session = await sessions.begin(connection, self.centre, user, now)
        return session or EXPIRED

    async def _admit(self, subjects: list[Subject], now: float) -> float:
        async with self.database.write() as connection:
            return await self.attempts.admit(connection, subjects, now)

    async def _user(self, condition: ColumnElement[bool]) -> Row[Any, Any, Any] | None:
        query = select(users.c.id, users.c.password_hash, users.c.pin_hash).where(
            users.c.centre == self.centre, users.c.disabled.is_(False), condition
        )
        async with self.database.read() as connection:
            return (await connection.execute(query)).first()

    async def _begin(self, row: Row[Any, Any, Any], password: str, now: float) -> Session | None:
        """A session, unless the password was changed or the user disabled since it was checked."""
        fresh = stored = row.password_hash
        if self.passwords.outdated(stored):
            fresh = await self.passwords.hash(password)
        same = (users.c.id == row.id, users.c.password_hash == stored)
        async with self.database.write() as connection:
            result = await connection.execute(
                update(users).where(*same).values(password_hash=fresh)
            )
            if result.rowcount == 0:
                return None
            return await sessions.begin(connection, self.centre, row.id, now)

    async def _tidy(self, connection: AsyncConnection, old_token: str | None, now: float) -> None:
        if old_token is not None:
            await sessions.end(connection, self.centre, old_token)
        await sessions.forget_over(connection, self.centre, now)
        await self.attempts.forget_old(connection, now)


def _cleaned(name: str) -> str | None:
    try:
        return clean_name(name)
    except BadName:
        return None
