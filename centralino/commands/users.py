"""`centralino user`."""

from __future__ import annotations

import getpass
import time

from rich.console import Console
from rich.table import Table

from centralino.commands.contacts import known_client
from centralino.config.model import Config
from centralino.db.engine import Database
from centralino.db.migrate import upgrade
from centralino.errors import StartRefused
from centralino.users.people import Users
from centralino.users.types import AgentSettings, NewUser, Role
from voicebot.nlu.marked import hint


async def add_user(
    config: Config,
    name: str,
    client: str,
    role: str,
    number: str,
    queues: list[str],
    contact: str,
) -> None:
    """Make a user. Raises StartRefused, UsersError."""
    if role not in (Role.AGENT, Role.SUPERVISOR):
        raise StartRefused(f"{role!r} is no role: use agent or supervisor")
    client = known_client(config, client)
    known = [queue.id for queue in config.queues]
    for queue in queues:
        if queue not in known:
            raise StartRefused(f"there is no queue {queue!r}{hint(queue, known)}")
    agent = AgentSettings(number, contact, tuple(queues)) if number else None
    password = getpass.getpass("password for the pages (empty: none): ") or None
    new = NewUser(name, client, password=password, roles={client: (Role(role),)}, agent=agent)
    async with Database(config.database_url) as database:
        await upgrade(database)
        users = Users(database, config.centre)
        user = await users.create(new, time.time())
        if agent is not None:
            await _agent_secrets(users, user, config.domain)
    Console().print(f"{name}: made; a running house lets the phone in after its next start")


async def _agent_secrets(users: Users, user: str, realm: str) -> None:
    if pin := getpass.getpass("PIN for log-in by keys (empty: none): "):
        await users.set_pin(user, pin)
    if sip := getpass.getpass("password of the SIP phone (empty: none): "):
        await users.set_sip_password(user, realm, sip)


async def list_users(config: Config) -> None:
    """Print who there is."""
    async with Database(config.database_url) as database:
        await upgrade(database)
        table = Table("name", "client", "roles", "number", "queues")
        for user in await Users(database, config.centre).list():
            roles = ", ".join(f"{r}@{c or 'centre'}" for c, rs in user.roles.items() for r in rs)
            number = user.agent.number if user.agent else ""
            queues = ", ".join(user.agent.queues) if user.agent else ""
            table.add_row(user.name, user.client, roles, number, queues)
    Console().print(table)
