"""PURE. May this person be called now, for this kind of reason? The law as data, asked as a value.

What the law says stands in `legal_classes.toml`, one table for each kind of campaign with the
changes that a country makes to it; this file only applies it. It is a tool for those who know their
law, and no advice. What is not known forbids: an unknown time zone, a consent not recorded. Only
the emergency class calls all the same, because there a call too many harms less than one too few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from outbound.errors import OutboundConfigError
from outbound.schedule import Hours, is_open, known_zones, next_opening, read_hours

DAY = 86_400.0
EMERGENCY = "emergency"


class Denial(StrEnum):
    """Why a call must not be placed now."""

    DO_NOT_CALL = "do_not_call"
    NO_CONSENT = "no_consent"
    UNKNOWN_ZONE = "unknown_zone"
    """Nobody knows what time it is there."""
    HOURS = "hours"
    FREQUENCY = "frequency"


@dataclass(frozen=True)
class Frequency:
    """At most so many calls in so many days, all attempts counted."""

    calls: int
    days: float


@dataclass(frozen=True)
class LegalClass:
    """What holds for one kind of campaign in one country."""

    name: str
    title: str
    hours: Hours | None
    """At the called place; None: at any hour."""
    do_not_call: bool
    """Whether numbers on a do-not-call list are left alone."""
    consent: bool
    """Whether each person must have consented to this purpose."""
    frequency: tuple[Frequency, ...]
    min_ring: float
    """Seconds that it rings at least before we give up."""
    attempts: int
    """At most, for one campaign and person."""
    unknown_zone: bool
    """Whether somebody whose time zone is unknown may be called."""
    live_only: bool = False
    """Whether a machine may not speak: an agent must be on the line."""
    opt_out: bool = False
    """Whether the call must offer "do not call again"."""
    sources: tuple[str, ...] = ()
    """Where it stands."""


@dataclass(frozen=True)
class Asked:
    """What is known of the called at this moment."""

    zones: Sequence[str]
    """IANA names of where the number may be."""
    blocked: bool = False
    """The number or the person is on a do-not-call list."""
    consented: bool = False
    called: Sequence[float] = ()
    """When this person was called before for this purpose, UTC seconds."""


@dataclass(frozen=True)
class Ruling:
    """The answer. `again_at`: UTC seconds from which on it may be asked again; None: never."""

    denial: Denial | None = None
    again_at: float | None = None

    @property
    def allowed(self) -> bool:
        """Whether the call may be placed."""
        return self.denial is None


ALLOWED = Ruling()


def may_call(law: LegalClass, asked: Asked, now: float) -> Ruling:
    """Whether this person may be called now."""
    if law.do_not_call and asked.blocked:
        return Ruling(Denial.DO_NOT_CALL)
    if law.consent and not asked.consented:
        return Ruling(Denial.NO_CONSENT)
    until = _too_often(law.frequency, asked.called, now)
    if until is not None:
        return Ruling(Denial.FREQUENCY, until)
    return _within_hours(law, asked.zones, now)


def _too_often(rules: Sequence[Frequency], called: Sequence[float], now: float) -> float | None:
    """When the frequency allows another call, None if it does now."""
    until = []
    for rule in rules:
        recent = sorted(at for at in called if at > now - rule.days * DAY)
        if len(recent) >= rule.calls:
            until.append(recent[len(recent) - rule.calls] + rule.days * DAY)
    return max(until, default=None)


def _within_hours(law: LegalClass, names: Sequence[str], now: float) -> Ruling:
    if law.hours is None:
        return ALLOWED
    zones = known_zones(names)
    if zones is None:
        return ALLOWED if law.unknown_zone else Ruling(Denial.UNKNOWN_ZONE)
    if is_open(law.hours, zones, now):
        return ALLOWED
    return Ruling(Denial.HOURS, next_opening(law.hours, zones, now))


# The data.

_KEYS = {
    "title": str, "hours": dict, "closed": list, "do_not_call": bool, "consent": bool,
    "frequency": list, "min_ring": (int, float), "attempts": int, "unknown_zone": bool,
    "live_only": bool, "opt_out": bool, "sources": list,
}  # fmt: skip


def read_classes(data: Mapping[str, Any], region: str = "") -> dict[str, LegalClass]:
    """Every class, as it is in this country (ISO 3166-1 alpha-2, none: the plain ones).

    `data` is the parsed TOML: `[class]` tables, `[class.region.XX]` what differs there. Raises
    OutboundConfigError.
    """
    found = {}
    for name, table in data.items():
        if not isinstance(table, Mapping):
            raise OutboundConfigError(f"legal classes: {name} is no table")
        plain = {key: value for key, value in table.items() if key != "region"}
        there = table.get("region", {}).get(region.upper(), {})
        found[name] = _class(name, {**plain, **there})
    if EMERGENCY not in found:
        raise OutboundConfigError("legal classes: there is no class `emergency`")
    return found


def _class(name: str, table: Mapping[str, Any]) -> LegalClass:
    for key, value in table.items():
        if key not in _KEYS:
            raise OutboundConfigError(f"legal classes: {name}: there is no key {key!r}")
        if not isinstance(value, _KEYS[key]):  # type: ignore[arg-type]
            raise OutboundConfigError(f"legal classes: {name}: {key} cannot be {value!r}")
    hours = table.get("hours")
    law = LegalClass(
        name=name,
        title=table.get("title", name),
        hours=read_hours(hours, table.get("closed", ())) if hours else None,
        do_not_call=table.get("do_not_call", True),
        consent=table.get("consent", False),
        frequency=tuple(_frequency(name, each) for each in table.get("frequency", ())),
        min_ring=float(table.get("min_ring", 15)),
        attempts=table.get("attempts", 3),
        unknown_zone=table.get("unknown_zone", False),
        live_only=table.get("live_only", False),
        opt_out=table.get("opt_out", False),
        sources=tuple(table.get("sources", ())),
    )
    if law.unknown_zone and name != EMERGENCY:
        raise OutboundConfigError(
            f"legal classes: {name}: only emergencies call where the time zone is unknown"
        )
    return law


def _frequency(name: str, table: object) -> Frequency:
    if not isinstance(table, Mapping) or set(table) != {"calls", "days"}:
        raise OutboundConfigError(
            f"legal classes: {name}: frequency is a list of {{calls = 3, days = 30}}"
        )
    return Frequency(int(table["calls"]), float(table["days"]))
