"""Agents named in the configuration are made at the first start, and left alone afterwards."""

from __future__ import annotations

from pathlib import Path

from centralino.config.model import AgentSeed, Config
from centralino.errors import ConfigError
from centralino.users.errors import WeakPassword
from centralino.users.passwords import Passwords
from centralino.users.people import Users
from centralino.users.types import AgentSettings, NewUser, Role


async def plant_agents(config: Config, users: Users, now: float) -> list[str]:
    """Make the agents that are not there yet; their numbers. Raises ConfigError."""
    made = []
    known = {user.name for user in await users.list()}
    for seed in config.agents:
        name = seed.number
        if name not in known:
            await _plant(seed, users, config.domain, now)
            made.append(seed.number)
    return made


async def _plant(seed: AgentSeed, users: Users, realm: str, now: float) -> None:
    secrets = read_secrets(seed.secrets_file)
    settings = AgentSettings(
        number=seed.number,
        contact=seed.contact,
        queues=seed.queues,
        skills=dict(seed.skills),
        tiers=dict(seed.tiers),
        nailed_up=seed.nailed_up,
    )
    user = await users.create(
        NewUser(
            name=seed.number,
            client=seed.client,
            full_name=seed.name,
            password=secrets.get("password"),
            roles={seed.client: (Role.AGENT,)},
            agent=settings,
        ),
        now,
    )
    if "pin" in secrets:
        await users.set_pin(user, secrets["pin"])
    if "sip" in secrets:
        await users.set_sip_password(user, realm, secrets["sip"])


def _check(kind: str, secret: str, path: Path, line: int) -> None:
    """Before the agent is made: one who is there already is left alone, without that secret."""
    passwords = Passwords()
    checks = {"pin": passwords.check_pin, "password": passwords.check_password,
              "sip": passwords.check_sip}  # fmt: skip
    try:
        checks[kind](secret)
    except WeakPassword as error:
        raise ConfigError(str(path), line, "", str(error)) from None


def read_secrets(path: Path | None) -> dict[str, str]:
    """Lines of `pin …`, `password …`, `sip …`. Raises ConfigError."""
    if path is None:
        return {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(
            str(path), None, "agents.secrets_file", f"cannot be read: {error.strerror}"
        ) from error
    except UnicodeDecodeError as error:
        problem = f"is not UTF-8: {error.reason}"
        raise ConfigError(str(path), None, "agents.secrets_file", problem) from error
    found = {}
    for number, line in enumerate(lines, start=1):
        kind, _, value = line.strip().partition(" ")
        if kind and (kind not in ("pin", "password", "sip") or not value):
            raise ConfigError(str(path), number, "", "say `pin …`, `password …` or `sip …`")
        if kind:
            _check(kind, value, path, number)
            found[kind] = value
    return found
