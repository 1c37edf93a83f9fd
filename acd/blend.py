"""What kinds of contact a team of agents takes, and when: inbound, callback, outbound. PURE.

A rule is data: what a kind may wait for, and how much of it an agent gets. Callers are never held
back by a rule; what is not urgent is, for as long as callers need the agent:

    wait_below      only while no caller of the agent's queues has waited so long
    service_above   only while each of the agent's queues answers this share of its callers in time;
                    fewer than ten callers in the last half hour say nothing against it
    share           at most this share of the agent's last ten contacts, while any caller waits

All of them change with events (a caller who has waited too long stops it, and goes by an event) or
as a row does, so nothing is polled. The service level is that of the last fifty callers of a queue
who were answered or gave up within the last half hour: callers of the evening hold back nobody in
the night (`levels.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from kernel.codec import message

Kind = Literal["inbound", "callback", "outbound"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LAST_CONTACTS = 10
LAST_CALLERS = 50
LAST_SECONDS = 1800.0
"""Callers of longer ago say nothing of now."""
FEWEST_CALLERS = 10
"""Fewer than these say nothing of a service level."""


@dataclass(frozen=True)
class Takes:
    """One kind of contact that a team takes."""

    kind: Kind
    wait_below: float | None = None
    """Seconds."""
    service_above: float | None = None
    """From 0 to 1."""
    share: float | None = None
    """From 0 to 1."""

    @property
    def asks(self) -> bool:
        """Whether anything is asked at all."""
        return any(each is not None for each in (self.wait_below, self.service_above, self.share))


@dataclass(frozen=True)
class Team:
    """Agents who take the same kinds. One who is in no team takes everything."""

    name: str
    takes: tuple[Takes, ...] = ()

    def rule(self, kind: Kind) -> Takes | None:
        """What holds for a kind; None: it is not taken."""
        return next((each for each in self.takes if each.kind == kind), None)


def takes(team: Team | None, kind: Kind) -> bool:
    """Whether agents of a team ever take contacts of a kind."""
    return team is None or team.rule(kind) is not None


@message("acd.level_record")
@dataclass(frozen=True)
class LevelRecord:
    """How the last callers of a queue fared."""

    queue: str
    client: str
    last: tuple[bool, ...] = ()
    """Answered in time, or not; the newest at the end."""
    at: tuple[float, ...] = ()
    """When: UTC seconds, one for each of them."""

    @property
    def key(self) -> str:
        """The row's name."""
        return self.queue

    @property
    def level(self) -> float:
        """The share that was answered in time; 1 while too few are known."""
        return sum(self.last) / len(self.last) if len(self.last) >= FEWEST_CALLERS else 1.0


def with_caller(
    level: LevelRecord, now: float, *, answered: bool, waited: float, threshold: float, short: float
) -> LevelRecord:
    """The level after one more caller; who gave up within `short` seconds says nothing of it."""
    level = aged(level, now)
    if not answered and waited < short:
        return level
    last = (*level.last, answered and waited <= threshold)
    return replace(level, last=last[-LAST_CALLERS:], at=(*level.at, now)[-LAST_CALLERS:])


def aged(level: LevelRecord, now: float) -> LevelRecord:
    """The level without callers of long ago."""
    fared = zip(level.last, level.at, strict=False)  # rows once had no times
    fresh = [(in_time, at) for in_time, at in fared if at + LAST_SECONDS > now]
    return replace(level, last=tuple(one for one, _ in fresh), at=tuple(at for _, at in fresh))


@dataclass(frozen=True)
class Need:
    """How much the callers of an agent's queues need the agent, at one moment."""

    waiting: bool = False
    """Whether any of them waits."""
    longest: float = 0.0
    """Seconds."""
    level: float = 1.0
    """The lowest service level of the queues."""


def held_back(rule: Takes, last: tuple[str, ...], need: Need) -> str:
    """Why an agent does not get a contact of this kind now, in a few words; empty: may have it.

    `last`: kinds of the agent's last contacts, the newest at the end.
    """
    if rule.wait_below is not None and need.longest >= rule.wait_below:
        return "callers wait"
    if rule.service_above is not None and need.level < rule.service_above:
        return f"service level {need.level:.0%}"
    if rule.share is not None and need.waiting:
        others = last[1 - LAST_CONTACTS :]
        had = sum(kind == rule.kind for kind in others)
        if had + 1 > rule.share * (len(others) + 1):
            return f"had {had} of {len(others)}"
    return ""


def problems_of(team: Team) -> list[str]:
    """What is wrong with a team's rules."""
    found = [f"{kind} is there twice" for kind in KINDS
             if sum(each.kind == kind for each in team.takes) > 1]  # fmt: skip
    for each in team.takes:
        if each.kind not in KINDS:
            found.append(f"there is no kind {each.kind!r}")
        if each.kind == "inbound" and each.asks:
            found.append("callers are held back by no rule: give the agents another tier instead")
        for name in ("service_above", "share"):
            value = getattr(each, name)
            if value is not None and not 0 <= value <= 1:
                found.append(f"{each.kind}: {name} must be from 0 to 1")
        if each.wait_below is not None and not 0 <= each.wait_below < float("inf"):
            found.append(f"{each.kind}: wait_below must be finite, 0 or more")
    return found
