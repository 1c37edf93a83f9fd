"""Users between rows and values."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from centralino.db.tables import roles, users
from centralino.users.errors import BadName
from centralino.users.types import (
    CENTRE,
    AgentProfile,
    AgentSettings,
    Role,
    Roles,
    SignedIn,
    SipCredential,
    User,
)

_NAME = re.compile(r"[\w.@+-]{1,64}")
_NUMBER = re.compile(r"[0-9]{2,10}")
LEVELS = range(1, 6)
TIERS = range(1, 9)


def clean_name(name: str) -> str:
    """A name as it is stored and compared. Raises BadName."""
    folded = unicodedata.normalize("NFKC", name.strip()).casefold()
    if not _NAME.fullmatch(folded):
        raise BadName("a name has 1 to 64 letters, digits or any of . _ - + @")
    return folded


def check_settings(settings: AgentSettings) -> None:
    """Raises BadName."""
    if not _NUMBER.fullmatch(settings.number):
        raise BadName("an agent's number has 2 to 10 digits")
    wrong = [skill for skill, level in settings.skills.items() if level not in LEVELS]
    if wrong:
        raise BadName(f"the level of the skill {wrong[0]} must be 1 to 5")
    wrong = [queue for queue, tier in settings.tiers.items() if tier not in TIERS]
    if wrong:
        raise BadName(f"the tier in the queue {wrong[0]} must be 1 to 8")


def check_role(role: Role, client: str) -> None:
    """Raises BadName."""
    if role is Role.ADMINISTRATOR and client != CENTRE:
        raise BadName("an administrator is one of the whole centre, not of a client")


def settings_row(settings: AgentSettings | None) -> dict[str, Any]:
    """The columns of an agent's settings."""
    found = settings or AgentSettings("")
    return {
        "number": found.number or None,
        "contact": found.contact,
        "queues": list(found.queues),
        "skills": dict(found.skills),
        "tiers": dict(found.tiers),
        "nailed_up": found.nailed_up,
    }


async def load(
    connection: AsyncConnection, centre: str, *conditions: ColumnElement[bool]
) -> list[tuple[Row[Any], Roles]]:
    """Users by name, each with his roles."""
    query = select(users).where(users.c.centre == centre, *conditions).order_by(users.c.name)
    found = (await connection.execute(query)).all()
    theirs = select(roles.c.user, roles.c.client, roles.c.role).join_from(roles, users)
    rows = await connection.execute(theirs.where(users.c.centre == centre, *conditions))
    by_user: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for user, client, role in rows:
        by_user[user].append((client, role))
    return [(row, _roles(by_user[row.id])) for row in found]


def _roles(pairs: Iterable[tuple[str, str]]) -> Roles:
    found: dict[str, set[Role]] = defaultdict(set)
    for client, role in pairs:
        found[client].add(Role(role))
    return {client: frozenset(of) for client, of in sorted(found.items())}


def to_user(row: Row[Any], theirs: Roles) -> User:
    """What an administrator sees."""
    return User(
        id=row.id,
        name=row.name,
        full_name=row.full_name,
        client=row.client,
        created=row.created,
        disabled=row.disabled,
        roles=theirs,
        has_password=row.password_hash is not None,
        has_pin=row.pin_hash is not None,
        has_phone=row.ha1_md5 is not None,
        agent=_settings(row) if row.number else None,
    )


def to_signed_in(row: Row[Any], theirs: Roles) -> SignedIn:
    """Who is there."""
    return SignedIn(row.id, row.name, row.full_name, row.client, theirs)


def to_profile(row: Row[Any], theirs: Roles) -> AgentProfile | None:
    """What the distributor needs; None for somebody who is no agent, or is one no more."""
    clients = tuple(client for client, of in theirs.items() if Role.AGENT in of)
    if row.disabled or not row.number or not clients:
        return None
    return AgentProfile(
        id=row.id,
        name=row.name,
        full_name=row.full_name or row.name,
        client=row.client,
        clients=clients,
        number=row.number,
        contact=row.contact,
        queues=tuple(row.queues),
        skills=dict(row.skills),
        sip_user=row.number,
        tiers=dict(row.tiers),
        nailed_up=row.nailed_up,
    )


def to_credential(row: Row[Any]) -> SipCredential:
    """What the edge needs to know a phone."""
    return SipCredential(row.id, row.number, row.sip_realm, row.ha1_md5, row.ha1_sha256)


def profiles(loaded: Sequence[tuple[Row[Any], Roles]]) -> list[AgentProfile]:
    """The agents among them."""
    found = (to_profile(row, theirs) for row, theirs in loaded)
    return [profile for profile in found if profile is not None]


def _settings(row: Row[Any]) -> AgentSettings:
    return AgentSettings(
        row.number, row.contact, tuple(row.queues), dict(row.skills), dict(row.tiers),
        row.nailed_up,
    )  # fmt: skip
