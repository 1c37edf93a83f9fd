"""A callback: a caller's place in the line without the caller. PURE.

Who asks to be called back keeps the place (`WaitingRecord.callback`): position, head start and
skills as before, and the line goes on. When the place comes up, the offer is a call out:

    agent first      the agent's phone rings, sees and hears whom; then the caller's telephone rings
    customer first   the agent is held free, the caller's telephone rings and is told at once who
                     calls; then the agent's phone rings as for any waiting caller

An attempt is counted when the caller's telephone may ring, with the move that lets it: a crash can
cost a ring, never give one too many. Outside its hours, and in the pause between two attempts, a
place is passed by; it keeps its rank.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from acd.hours import Hours, next_change
from acd.visits import Exit, Visit
from kernel.codec import message

First = Literal["agent", "customer"]

SOON = 5.0
"""Seconds after which somebody is called again whom a fault of ours cut off."""


@dataclass(frozen=True)
class CallbackTerms:
    """How a queue calls back. Lengths in seconds."""

    first: First = "agent"
    offer_from: float = 0.0
    """Callers whose wait may be this long are asked whether they want it; 0: who asks for it."""
    hours: Hours | None = None
    """Nobody is called outside of these; None: at any time."""
    attempts: int = 3
    retry: float = 600.0
    """Between two attempts."""
    keep: float = 24 * 3600.0
    """After this nobody is called any more."""
    ring: float = 25.0
    """How long the caller's telephone rings."""
    sent_back: bool = True
    """Whether who may not wait (closed, full, nobody at work, too long) is asked, too."""


@message("acd.callback_plan")
@dataclass(frozen=True)
class CallbackPlan:
    """What is owed to a caller who will be called back."""

    call: str
    """In which it was asked for."""
    asked: float
    number: str
    """A key by which the number to call is known; the number itself is content."""
    stay: float
    """When the stay began that ended with it."""
    expires: float
    attempts: int = 0
    not_before: float = 0.0
    """The place is passed by until then: the hours, or a pause; 0: it may be called."""
    pause: float = 0.0
    """End of the pause after the last attempt."""
    offer: str = ""
    """The offer in which the caller's telephone may have rung."""
    here: bool = False
    """The caller was reached, and waits on the line."""


class Became(StrEnum):
    """What became of a callback."""

    OPEN = "open"
    ANSWERED = "answered"
    """Caller and agent hear each other."""
    ABANDONED = "abandoned"
    """The caller was reached and hung up before an agent came."""
    FAILED = "failed"
    """Not reached in as many attempts as the queue makes."""
    EXPIRED = "expired"
    MERGED = "merged"
    """The caller called again before, and has the place."""
    DUPLICATE = "duplicate"
    """Asked for twice with one number: the older place holds."""
    WITHDRAWN = "withdrawn"
    """By a person, or with the queue."""


@message("acd.callback")
@dataclass(frozen=True)
class Callback:
    """One callback, counted apart from stays: the stay in which it was asked for has ended with it.

    Times are UTC seconds.
    """

    callback: str
    call: str
    client: str
    queue: str
    joined: float
    """When the caller first joined the queue."""
    asked: float
    stay: float
    """When the stay began that ended with it."""
    became: Became = Became.OPEN
    ended: float = 0.0
    attempts: int = 0
    agent: str = ""
    intent: str = ""


@dataclass(frozen=True)
class CallbackFigures:
    """What a group of callbacks comes to."""

    asked: int
    became: dict[Became, int]
    success: float | None
    """Answered, of those that are over and were neither merged nor duplicates."""
    tries: float | None
    """Mean number of attempts of the answered."""
    delay: float | None
    """Mean seconds from asking to the answer."""


OWN = (Became.ANSWERED, Became.ABANDONED, Became.FAILED, Became.EXPIRED, Became.WITHDRAWN)


def callback_figures(callbacks: Iterable[Callback]) -> CallbackFigures:
    """The figures of these callbacks."""
    known = list(callbacks)
    became = {each: sum(one.became is each for one in known) for each in Became}
    over = sum(became[each] for each in OWN)
    answered = [one for one in known if one.became is Became.ANSWERED]
    n = len(answered)
    return CallbackFigures(
        len(known), {each: count for each, count in became.items() if count},
        n / over if over else None,
        sum(one.attempts for one in answered) / n if n else None,
        sum(one.ended - one.asked for one in answered) / n if n else None,
    )  # fmt: skip


def reconcile_callbacks(visits: Iterable[Visit], callbacks: Iterable[Callback]) -> list[str]:
    """What does not add up: every stay that ended with a callback has exactly one, and the other
    way round. Of a span of time, both are taken by the beginning of the stay."""
    asked = sorted(visit.call for visit in visits if visit.exit is Exit.CALLBACK)
    owed = sorted(one.call for one in callbacks)
    if asked == owed:
        return []
    return [f"{len(asked)} stays ended with a callback, {len(owed)} callbacks are accounted for"]


def planned(plan: CallbackPlan, terms: CallbackTerms, now: float) -> tuple[CallbackPlan, float]:
    """The plan as of now, and when to look again: at the end of a pause, when hours begin or end,
    or when it expires."""
    opens, change = (True, float("inf")) if terms.hours is None else next_change(terms.hours, now)
    if plan.pause > now:
        return replace(plan, not_before=plan.pause), min(plan.pause, plan.expires)
    not_before = 0.0 if opens else min(change, plan.expires)
    return replace(plan, not_before=not_before, pause=0.0), min(change, plan.expires)


def kept_until(terms: CallbackTerms, now: float) -> float:
    """When a callback that is asked for now expires: `keep` counts from when the caller may be
    called, so that who asks on Friday night is called on Monday."""
    opens, change = (True, now) if terms.hours is None else next_change(terms.hours, now)
    begins = now if opens or change == float("inf") else change
    return begins + terms.keep


def until(terms: CallbackTerms, expires: float, now: float) -> float:
    """UTC seconds after which an INVITE that is decided now may not go out any more."""
    if terms.hours is None:
        return expires
    return min(next_change(terms.hours, now)[1], expires)
