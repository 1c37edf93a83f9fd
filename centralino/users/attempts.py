"""Lock-outs: how often a name, a number or a source was tried, counted before the secret is looked
at, so that many tries at once are no more than many tries in turn.

A row is one subject's tries since `since`. Up to the limit each try moves `since`; from the limit
on it stands still, so the lock ends LOCK seconds after the last try that was looked at, however
often somebody knocks meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from centralino.db.engine import Database
from centralino.db.tables import login_attempts
from centralino.users.tokens import hash_of

LOCK = 900.0  # s
USER_LIMIT = 5
PIN_LIMIT = 3
SOURCE_LIMIT = 20
"""More than for one name: the agents of a house often share one address."""

_tries, _since = login_attempts.c.tries, login_attempts.c.since


@dataclass(frozen=True)
class Subject:
    """What is counted."""

    name: str
    limit: int

    @property
    def key(self) -> str:
        """What is stored of it: a name that was typed may be a password by mistake."""
        return hash_of(self.name)


def by_name(name: str) -> Subject:
    """Sign-ins with this name, cleaned if it is one that somebody can have."""
    return Subject(f"user:{name}", USER_LIMIT)


def by_number(number: str) -> Subject:
    """PINs for this agent number."""
    return Subject(f"pin:{number}", PIN_LIMIT)


def by_source(source: str) -> Subject:
    """Everything tried from one place: an IP address, a calling number."""
    return Subject(f"from:{source}", SOURCE_LIMIT)


@dataclass(frozen=True)
class Attempts:
    """The lock-outs of one centre. Each call belongs into the caller's write transaction."""

    database: Database
    centre: str

    async def admit(
        self, connection: AsyncConnection, subjects: list[Subject], now: float
    ) -> float:
        """Count a try; seconds that one of the subjects is still locked, 0 if the try may be
        looked at."""
        return max([await self._count(connection, subject, now) for subject in subjects])

    async def succeeded(self, connection: AsyncConnection, own: Subject, *others: Subject) -> None:
        """The try was right: `own` begins anew, `others` forget only this try."""
        mine = (login_attempts.c.centre == self.centre, login_attempts.c.subject == own.key)
        await connection.execute(delete(login_attempts).where(*mine))
        for other in others:
            theirs = (login_attempts.c.centre == self.centre, login_attempts.c.subject == other.key)
            statement = update(login_attempts).where(*theirs, _tries > 0)
            await connection.execute(statement.values(tries=_tries - 1))

    async def forget_old(self, connection: AsyncConnection, now: float) -> None:
        """Delete rows that lock nobody any more."""
        old = (login_attempts.c.centre == self.centre, _since <= now - LOCK)
        await connection.execute(delete(login_attempts).where(*old))

    async def _count(self, connection: AsyncConnection, subject: Subject, now: float) -> float:
        over = _since <= now - LOCK
        change = {
            "tries": case((over, 1), else_=_tries + 1),
            "since": case((over, now), (_tries < subject.limit, now), else_=_since),
        }
        statement = self.database.upsert(login_attempts, ("centre", "subject"), change)
        row = {
            "centre": self.centre,
            "client": "",
            "subject": subject.key,
            "tries": 1,
            "since": now,
        }
        result = await connection.execute(statement.returning(_tries, _since), row)
        tries, since = result.one()
        return 0.0 if tries <= subject.limit else max(0.001, float(since + LOCK - now))
