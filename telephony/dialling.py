"""May this number be dialled? PURE. Asked before every leg that we place and every REFER target.

What no rule allows is denied: a number typed wrongly by an administrator, a list from somebody
else, or a signed-in stranger must not ring premium numbers at the house's cost. Rules are tried in
order and the first that fits decides.

A target is a SIP URI. At a host of ours or of a carrier of ours, its user is a phone that registers
here or a number that a trunk carries; at any other host it is somebody's SIP address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from telephony.drivers.addresses import parse_uri

SHORT = 6
"""Digits up to which a number is an extension, not one of the public network (ITU-T E.164)."""
LONGEST = 15  # ITU-T E.164 §6.2.1
_SEPARATORS = re.compile(r"[\s().\-/]")
_NUMBER = re.compile(r"\+?[0-9]+")


def bare(user: str) -> str:
    """A number without what people write between its digits; a name as it is."""
    number = _SEPARATORS.sub("", user)
    return number if _NUMBER.fullmatch(number) else user


class Purpose(StrEnum):
    """What a leg is placed for."""

    AGENT = "agent"
    """An agent's phone, for a caller who waits."""
    REFER = "refer"
    """A caller is sent to another house."""
    TRANSFER = "transfer"
    """An agent calls an outside number for a caller."""
    CAMPAIGN = "campaign"
    """Somebody on a list is called."""
    CALLBACK = "callback"
    """A caller who asked for it is called back."""


class Kind(StrEnum):
    """What a target is; rules name kinds by these words."""

    PHONES = "phones"
    """A name or a short number at a host of ours: a phone that registers, or an extension."""
    NATIONAL = "national"
    """A number of the house's own country."""
    FOREIGN = "foreign"
    """A number of another country, or of none: satellites, networks."""
    SIP = "sip"
    """An address at another host."""
    INVALID = "invalid"
    """Nothing that can be dialled; no rule allows it."""


@dataclass(frozen=True)
class Target:
    """A target as rules see it."""

    kind: Kind
    text: str
    """`201`, `+390212345678` or `service@water.example`."""


@dataclass(frozen=True)
class DialRule:
    """One rule. What is empty fits everything."""

    allow: bool = True
    purposes: frozenset[Purpose] = frozenset()
    clients: frozenset[str] = frozenset()
    targets: tuple[str, ...] = ()
    """Kinds, or patterns of a target's text in which `*` stands for anything: `+39*`."""

    def fits(self, target: Target, purpose: Purpose, client: str) -> bool:
        """Whether this rule decides."""
        return (
            (not self.purposes or purpose in self.purposes)
            and (not self.clients or client in self.clients)
            and (not self.targets or any(_matches(target, each) for each in self.targets))
        )


def _matches(target: Target, pattern: str) -> bool:
    return pattern == target.kind.value or fnmatchcase(target.text, _only_stars(pattern))


def _only_stars(pattern: str) -> str:
    return pattern.replace("[", "[[]").replace("?", "[?]")


@dataclass(frozen=True)
class DialPlan:
    """The rules, and how this house reads numbers."""

    rules: tuple[DialRule, ...] = ()
    hosts: frozenset[str] = field(default_factory=frozenset)
    """`host` or `host:port`, in lower case, that mean this house or one of its carriers."""
    country_code: str = ""
    """Ours, without +; empty: a number without a country is taken as one of ours."""
    international_prefix: str = "00"
    national_prefix: str = ""
    """Dialled before a national number and no part of it, such as the 0 of Germany."""

    def read(self, uri: str) -> Target:
        """What this SIP URI is to us."""
        parsed = parse_uri(uri)
        if parsed is None or not parsed.user:
            return Target(Kind.INVALID, "")
        host = parsed.host.lower().rstrip(".")
        if (host if parsed.port is None else f"{host}:{parsed.port}") not in self.hosts:
            return Target(Kind.SIP, f"{parsed.user}@{host}".lower())
        return self._at_home(parsed.user.partition(";")[0])

    def _at_home(self, user: str) -> Target:
        number = bare(user)
        if not _NUMBER.fullmatch(number):
            named = re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", user)
            return Target(Kind.PHONES if named else Kind.INVALID, user)
        if number[0] != "+" and len(number) <= SHORT:
            return Target(Kind.PHONES, number)
        return self._public(number)

    def _public(self, user: str) -> Target:
        if not user.startswith("+") and user.startswith(self.international_prefix):
            user = "+" + user.removeprefix(self.international_prefix)
        elif not user.startswith("+"):
            if not self.country_code:
                return Target(Kind.NATIONAL if len(user) <= LONGEST else Kind.INVALID, user)
            user = f"+{self.country_code}{user.removeprefix(self.national_prefix)}"
        if not SHORT < len(user) - 1 <= LONGEST or user[1] == "0":
            return Target(Kind.INVALID, user)
        ours = bool(self.country_code) and user.startswith(f"+{self.country_code}")
        return Target(Kind.NATIONAL if ours else Kind.FOREIGN, user)


class Why(StrEnum):
    """Why a target may be dialled or not. Holds nothing personal, so the journal takes it."""

    ALLOWED = "allowed"
    DENIED = "denied by a rule"
    NO_RULE = "no rule allows it"
    INVALID = "nothing that can be dialled"


@dataclass(frozen=True)
class Verdict:
    """What was decided."""

    why: Why
    kind: Kind
    rule: int | None = None
    """Which rule decided, counted from 0; None: none did."""

    @property
    def allowed(self) -> bool:
        """Whether it may be dialled."""
        return self.why is Why.ALLOWED

    def __str__(self) -> str:
        place = "" if self.rule is None else f" (rule {self.rule + 1})"
        return f"{self.kind.value}: {self.why.value}{place}"


def may_dial(target: str, purpose: Purpose, client: str, plan: DialPlan) -> Verdict:
    """Whether this SIP URI may be dialled for this purpose on behalf of this client."""
    read = plan.read(target)
    if read.kind is Kind.INVALID:
        return Verdict(Why.INVALID, read.kind)
    for number, rule in enumerate(plan.rules):
        if rule.fits(read, purpose, client):
            return Verdict(Why.ALLOWED if rule.allow else Why.DENIED, read.kind, number)
    return Verdict(Why.NO_RULE, read.kind)
