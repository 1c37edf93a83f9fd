"""Making and changing users. Who may do so is asked elsewhere (`permissions.py`)."""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from centralino.db.engine import Database
from centralino.db.tables import roles, sessions, users
from centralino.users.attempts import Attempts, by_name, by_number
from centralino.users.errors import (
    BadName,
    LastAdministrator,
    NameTaken,
    NumberTaken,
    UnknownUser,
)
from centralino.users.passwords import Passwords
from centralino.users.rows import (
    check_role,
    check_settings,
    clean_name,
    load,
    profiles,
    settings_row,
    to_credential,
    to_user,
)
from centralino.users.tokens import digest_secrets
from centralino.users.types import (
    CENTRE,
    AgentProfile,
    AgentSettings,
    NewUser,
    Role,
    SipCredential,
    User,
)
from kernel.ids import Chance, new_id, random_hex

log = structlog.get_logger()
UserList = list[User]
ProfileList = list[AgentProfile]


class Users:
    """The users of one centre."""

    def __init__(
        self,
        database: Database,
        centre: str,
        passwords: Passwords | None = None,
        chance: Chance = random_hex,
    ) -> None:
        self.database = database
        self.centre = centre
        self.passwords = passwords or Passwords()
        self.chance = chance

    async def create(self, new: NewUser, now: float) -> str:
        """Make a user; his id. Raises NameTaken, NumberTaken, WeakPassword, BadName."""
        hashed = None
        if new.password is not None:
            self.passwords.check_password(new.password)
            hashed = await self.passwords.hash(new.password)
        async with self.database.write() as connection:
            return await self.insert(connection, new, hashed, now)

    async def insert(
        self, connection: AsyncConnection, new: NewUser, hashed: str | None, now: float
    ) -> str:
        """The same within a transaction, with the password hashed before."""
        if new.agent is not None:
            check_settings(new.agent)
        pairs = [(client, role) for client, of in new.roles.items() for role in of]
        for client, role in pairs:
            check_role(role, client)
        user = new_id("user", self.chance)
        row = {
            "id": user,
            "centre": self.centre,
            "client": new.client,
            "name": clean_name(new.name),
            "full_name": new.full_name,
            "created": now,
            "disabled": False,
            "password_hash": hashed,
            **settings_row(new.agent),
        }
        await self._refuse_taken(connection, user, row["name"], row["number"])
        await connection.execute(insert(users), row)
        for client, role in pairs:
            await connection.execute(insert(roles), self._role_row(user, client, role))
        log.info("user.created", user=user, roles=[str(role) for _, role in pairs])
        return user

    async def set_password(self, user: str, password: str, now: float) -> None:
        """Change the password, end every session and any lock-out. Raises UnknownUser,
        WeakPassword."""
        self.passwords.check_password(password)
        hashed = await self.passwords.hash(password)
        async with self.database.write() as connection:
            row = await self._row(connection, user)
            await self._change(connection, user, {"password_hash": hashed})
            await connection.execute(delete(sessions).where(sessions.c.user == user))
            await self._attempts().succeeded(connection, by_name(row.name))
        log.info("user.password_changed", user=user, at=now)

    async def set_pin(self, user: str, pin: str) -> None:
        """Change the PIN that an agent types by keys, and end a lock-out. Raises UnknownUser,
        WeakPassword."""
        self.passwords.check_pin(pin)
        hashed = await self.passwords.hash(pin)
        async with self.database.write() as connection:
            row = await self._row(connection, user)
            await self._change(connection, user, {"pin_hash": hashed})
            await self._attempts().succeeded(connection, by_number(row.number or ""))

    async def set_sip_password(self, user: str, realm: str, password: str) -> None:
        """Let the agent's phone register with his number and this password.

        Raises UnknownUser, WeakPassword, and BadName for somebody without a number.
        """
        self.passwords.check_sip(password)
        async with self.database.write() as connection:
            number = await self._number(connection, user)
            md5, sha256 = digest_secrets(number, realm, password)
            change = {"sip_realm": realm, "ha1_md5": md5, "ha1_sha256": sha256}
            await self._change(connection, user, change)

    async def set_agent(self, user: str, settings: AgentSettings) -> None:
        """Change how an agent works. Another number takes the phone's password away, which was
        made with it. Raises UnknownUser, NumberTaken, BadName."""
        check_settings(settings)
        change = settings_row(settings)
        async with self.database.write() as connection:
            before = await self._row(connection, user)
            await self._refuse_taken(connection, user, before.name, settings.number)
            if before.number != settings.number:
                change |= {"sip_realm": None, "ha1_md5": None, "ha1_sha256": None}
            await self._change(connection, user, change)

    async def grant(self, user: str, client: str, role: Role) -> None:
        """Give a role. Raises UnknownUser, BadName."""
        check_role(role, client)
        statement = self.database.insert_new(roles, ("user", "client", "role"))
        async with self.database.write() as connection:
            await self._row(connection, user)
            await connection.execute(statement, self._role_row(user, client, role))
        log.info("user.role_granted", user=user, client=client, role=str(role))

    async def revoke(self, user: str, client: str, role: Role) -> None:
        """Take a role away. Raises UnknownUser, LastAdministrator."""
        mine = (roles.c.user == user, roles.c.client == client, roles.c.role == role.value)
        async with self.database.write() as connection:
            await self._row(connection, user)
            await connection.execute(delete(roles).where(*mine))
            if role is Role.ADMINISTRATOR:
                await self._keep_an_administrator(connection)
        log.info("user.role_revoked", user=user, client=client, role=str(role))

    async def disable(self, user: str, now: float) -> None:
        """Shut somebody out at once, and keep his name in the history. Raises UnknownUser,
        LastAdministrator."""
        async with self.database.write() as connection:
            was = await count_administrators(connection, self.centre)
            await self._change(connection, user, {"disabled": True})
            await connection.execute(delete(sessions).where(sessions.c.user == user))
            if was:
                await self._keep_an_administrator(connection)
        log.info("user.disabled", user=user, at=now)

    async def enable(self, user: str, now: float) -> None:
        """Let somebody in again. Raises UnknownUser."""
        async with self.database.write() as connection:
            await self._change(connection, user, {"disabled": False})
        log.info("user.enabled", user=user, at=now)

    async def get(self, user: str) -> User | None:
        """Somebody by id."""
        async with self.database.read() as connection:
            found = await load(connection, self.centre, users.c.id == user)
        return to_user(*found[0]) if found else None

    async def by_name(self, name: str) -> User | None:
        """Somebody by the name typed at sign-in."""
        try:
            cleaned = clean_name(name)
        except BadName:
            return None
        async with self.database.read() as connection:
            found = await load(connection, self.centre, users.c.name == cleaned)
        return to_user(*found[0]) if found else None

    async def list(self) -> UserList:
        """Everybody, by name."""
        async with self.database.read() as connection:
            return [to_user(*one) for one in await load(connection, self.centre)]

    async def agents(self) -> ProfileList:
        """Every agent who may work, by name."""
        async with self.database.read() as connection:
            return profiles(await load(connection, self.centre))

    async def agent(self, user: str) -> AgentProfile | None:
        """An agent by id; None for somebody who may not work as one."""
        async with self.database.read() as connection:
            found = profiles(await load(connection, self.centre, users.c.id == user))
        return found[0] if found else None

    async def credentials(self) -> dict[str, SipCredential]:
        """What the edge needs to know every agent's phone, by SIP user name."""
        able = (users.c.ha1_md5.is_not(None), users.c.disabled.is_(False))
        async with self.database.read() as connection:
            found = await load(connection, self.centre, *able)
        return {row.number: to_credential(row) for row, _ in found if row.number}

    def _attempts(self) -> Attempts:
        return Attempts(self.database, self.centre)

    def _role_row(self, user: str, client: str, role: Role) -> dict[str, str]:
        return {"centre": self.centre, "user": user, "client": client, "role": role.value}

    async def _change(self, connection: AsyncConnection, user: str, change: dict[str, Any]) -> None:
        mine = (users.c.centre == self.centre, users.c.id == user)
        result = await connection.execute(update(users).where(*mine).values(**change))
        if result.rowcount == 0:
            raise UnknownUser(user)

    async def _row(self, connection: AsyncConnection, user: str) -> Any:
        query = select(users).where(users.c.centre == self.centre, users.c.id == user)
        row = (await connection.execute(query)).first()
        if row is None:
            raise UnknownUser(user)
        return row

    async def _number(self, connection: AsyncConnection, user: str) -> str:
        number = (await self._row(connection, user)).number
        if not number:
            raise BadName("only an agent with a number has a phone that registers")
        return str(number)

    async def _refuse_taken(
        self, connection: AsyncConnection, user: str, name: str, number: str | None
    ) -> None:
        others = (users.c.centre == self.centre, users.c.id != user)
        same_name = select(users.c.id).where(*others, users.c.name == name)
        if (await connection.execute(same_name)).first() is not None:
            raise NameTaken(name)
        same_number = select(users.c.id).where(*others, users.c.number == number)
        if number and (await connection.execute(same_number)).first() is not None:
            raise NumberTaken(number)

    async def _keep_an_administrator(self, connection: AsyncConnection) -> None:
        if await count_administrators(connection, self.centre) == 0:
            raise LastAdministrator


async def count_administrators(connection: AsyncConnection, centre: str) -> int:
    """How many people can administer the centre."""
    query = (
        select(func.count())
        .select_from(roles.join(users))
        .where(
            users.c.centre == centre,
            users.c.disabled.is_(False),
            roles.c.client == CENTRE,
            roles.c.role == Role.ADMINISTRATOR.value,
        )
    )
    return int((await connection.execute(query)).scalar_one())
