"""Who uses the house, as values. Nothing secret is shown by `repr`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

CENTRE = ""
"""The client of a role that holds for every client of the centre."""


class Role(StrEnum):
    """What somebody is to a client; an administrator is one of the whole centre."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    AGENT = "agent"


Roles = Mapping[str, frozenset[Role]]
"""Client → roles; under CENTRE those that hold for every client."""


@dataclass(frozen=True)
class AgentSettings:
    """How an agent works."""

    number: str
    """Dialled and typed by keys; also the user name of the SIP phone. 2–10 digits."""
    contact: str = ""
    """Where the phone is: a SIP URI or a plain number. Empty: the phone registers at the edge."""
    queues: tuple[str, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    """Skill → level 1–5."""
    tiers: Mapping[str, int] = field(default_factory=dict)
    """Queue → tier 1–8; 1 where none is said."""
    nailed_up: bool = False
    """Whether the phone is called once at log-in and stays up."""


@dataclass(frozen=True)
class NewUser:
    """Somebody to be made."""

    name: str
    client: str
    """Where the user belongs; CENTRE for somebody of the centre itself."""
    full_name: str = ""
    password: str | None = field(default=None, repr=False)
    """None: cannot sign in at the pages (yet)."""
    roles: Mapping[str, tuple[Role, ...]] = field(default_factory=dict)
    agent: AgentSettings | None = None


@dataclass(frozen=True)
class User:
    """Somebody, as an administrator sees him."""

    id: str
    name: str
    full_name: str
    client: str
    created: float
    disabled: bool
    roles: Roles
    has_password: bool
    has_pin: bool
    has_phone: bool
    """Whether a SIP phone may register."""
    agent: AgentSettings | None


@dataclass(frozen=True)
class AgentProfile:
    """An agent, as the distributor needs to know him at log-in."""

    id: str
    name: str
    full_name: str
    client: str
    clients: tuple[str, ...]
    """Whose calls he may take."""
    number: str
    contact: str
    queues: tuple[str, ...]
    skills: Mapping[str, int]
    sip_user: str
    tiers: Mapping[str, int] = field(default_factory=dict)
    nailed_up: bool = False


@dataclass(frozen=True)
class SipCredential:
    """What proves that a phone is an agent's (RFC 8760 §2.6: one H(A1) for each algorithm)."""

    agent: str
    sip_user: str
    realm: str
    ha1_md5: str = field(repr=False)
    ha1_sha256: str = field(repr=False)


@dataclass(frozen=True)
class SignedIn:
    """Who is there."""

    user: str
    name: str
    full_name: str
    client: str
    roles: Roles

    @property
    def administrator(self) -> bool:
        """Whether it is an administrator."""
        return Role.ADMINISTRATOR in self.roles.get(CENTRE, frozenset())


@dataclass(frozen=True)
class Session:
    """A sign-in that succeeded."""

    token: str = field(repr=False)
    """For the cookie; only its hash is stored."""
    csrf: str = field(repr=False)
    """To be sent with everything that changes something."""
    signed_in: SignedIn
    expires: float
    """At the latest; sooner when it is not used."""


@dataclass(frozen=True)
class Refused:
    """A sign-in that failed. `wrong` never tells whether the name or the secret was."""

    why: Literal["wrong", "locked", "expired"]
    retry_after: float = 0.0
    """Seconds until another try is looked at."""
