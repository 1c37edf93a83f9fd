"""Which queues agents serve with which skills, at work or not: for the distributor and `doctor`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from acd.staff import Profile
from centralino.config.model import AgentSeed, Config
from centralino.db.engine import Database
from centralino.db.errors import StoreUnreachable
from centralino.users.people import Users
from centralino.users.types import AgentProfile


@dataclass(frozen=True)
class Staff:
    """Who may log in."""

    profiles: tuple[Profile, ...]
    unmade: tuple[AgentSeed, ...]
    """Those of the file who are made at the next start."""


def served(agent: AgentProfile, clients: Mapping[str, str]) -> tuple[str, ...]:
    """The queues of an agent that exist and whose client gave the agent a role; `clients`: queue →
    whose it is, of all there are."""
    return tuple(
        queue
        for queue, client in clients.items()
        if queue in agent.queues and client in agent.clients
    )


def profiles_of(config: Config, agents: Iterable[AgentProfile]) -> tuple[Profile, ...]:
    """What decides which calls they could take; equal ones once."""
    clients = {queue.id: queue.client for queue in config.queues}
    each = (
        Profile(served(agent, clients), dict(agent.skills), config.team_of(agent.number))
        for agent in agents
    )
    return tuple({profile.key: profile for profile in each}.values())


async def read_staff(config: Config) -> Staff:
    """Everybody in the database, and in the file. Raises StoreUnreachable; nothing is changed."""
    database = Database(config.database_url)
    made: set[str] = set()
    agents: list[AgentProfile] = []
    if _is_there(database):
        try:
            async with database:
                users = Users(database, config.centre)
                made = {user.name for user in await users.list()}
                agents = await users.agents()
        except DBAPIError as error:
            raise StoreUnreachable(database.name, str(error.orig)) from error
        except OSError as error:
            raise StoreUnreachable(database.name, str(error)) from error
    unmade = tuple(seed for seed in config.agents if seed.number not in made)
    return Staff(profiles_of(config, [*agents, *map(_to_come, unmade)]), unmade)


def _is_there(database: Database) -> bool:
    """A file that was never made is not made by looking at it."""
    return not database.is_sqlite or Path(database.url.database or "").exists()


def _to_come(seed: AgentSeed) -> AgentProfile:
    return AgentProfile(
        seed.number, seed.number, seed.name, seed.client, (seed.client,), seed.number,
        seed.contact, seed.queues, seed.skills, seed.number, seed.tiers, seed.nailed_up,
    )  # fmt: skip
