"""Figures of queues and agents, from stays (`visits.py`) and from agents' times. PURE.

A service level without its formula is no figure: the variants below give 81 to 86 % of the same
day (the example is ICMI's, and a test). All are computed; the centre names the one it goes by.
Answered within T counts from joining the queue to caller and agent hearing each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from acd.estimate import Accuracy, Range
from acd.visits import STAYING, Exit, Visit
from kernel.codec import message


class ServiceLevel(StrEnum):
    """Which calls a service level counts. T is the threshold."""

    SHORT_NEUTRAL = "short_neutral"
    """Answered within T, of answered and not shortly abandoned: the default."""
    ABANDONED_WITHIN_COUNT = "abandoned_within_count"
    """Answered or abandoned within T, of answered and abandoned (Asterisk's SL2)."""
    ABANDONED_AGAINST = "abandoned_against"
    """Answered within T, of answered and abandoned."""
    ANSWERED_ONLY = "answered_only"
    """Answered within T, of answered (Asterisk's SL): it ignores everybody who gave up."""


@dataclass(frozen=True)
class Terms:
    """By what the figures go; all lengths in seconds."""

    threshold: float = 20.0
    """T of the service level."""
    short: float = 5.0
    """Who hangs up sooner than this did not wait."""
    variant: ServiceLevel = ServiceLevel.SHORT_NEUTRAL


@dataclass(frozen=True)
class EstimateFigures:
    """How good estimated waits were. The ranges are made to hold eight of ten."""

    n: int
    """Callers to whom a wait had been foretold, and of whom it is known how that came out: those
    who were answered, and those who left when it was already longer than the range."""
    within: float | None
    sooner: float | None
    later: float | None
    """Shares of them: within the range, below and above it."""
    error: float | None
    """Seconds beside the middle of the range, on average."""
    off: float | None
    """The same with its sign: above 0 where waits were longer than told."""


@dataclass(frozen=True)
class Figures:
    """What a group of stays comes to. None where nothing was there to count."""

    offered: int
    exits: dict[Exit, int]
    service_level: float | None
    """By the variant of the terms; `levels` has all."""
    levels: dict[ServiceLevel, float | None]
    abandon_rate: float | None
    """Abandoned, without the short ones, of offered without the short ones."""
    short_abandons: int
    asa: float | None
    """Average speed of answer: mean wait of the answered, in seconds."""
    longest_wait: float
    aht: float | None
    """Mean talk, hold and wrap-up of the answered, in seconds."""
    transfer_rate: float | None
    tries: float | None
    """Mean number of agents to whom an answered call was offered."""
    estimates: EstimateFigures


def figures(visits: Iterable[Visit], terms: Terms, now: float) -> Figures:
    """The figures of these stays. `now` is how long the waiting have waited by."""
    stays = list(visits)
    exits = Counter(visit.exit for visit in stays)
    answered = [visit for visit in stays if visit.exit is Exit.ANSWERED]
    gave_up = [visit for visit in stays if visit.exit is Exit.ABANDONED]
    short = [visit for visit in gave_up if visit.waited() < terms.short]
    levels = {kind: _level(kind, answered, gave_up, terms) for kind in ServiceLevel}
    return Figures(
        offered=len(stays),
        exits=dict(exits),
        service_level=levels[terms.variant],
        levels=levels,
        abandon_rate=_share(len(gave_up) - len(short), len(stays) - len(short)),
        short_abandons=len(short),
        asa=_mean([visit.waited() for visit in answered]),
        longest_wait=max((visit.waited(now) for visit in stays), default=0.0),
        aht=_mean([visit.handled for visit in answered]),
        transfer_rate=_share(sum(visit.transferred for visit in answered), len(answered)),
        tries=_mean([float(visit.offers) for visit in answered]),
        estimates=estimated(stays),
    )


def estimated(stays: Iterable[Visit]) -> EstimateFigures:
    """What was foretold to these callers, against the waits that came."""
    found = Accuracy()
    for stay in stays:
        if (outcome := stay.outcome) is not None:
            low, high, came = outcome
            found.learned(Range(low, high), came)
    within, sooner = _share(found.covered, found.n), _share(found.sooner, found.n)
    later = _share(found.n - found.covered - found.sooner, found.n)
    error, off = _share(found.error, found.n), _share(found.off, found.n)
    return EstimateFigures(found.n, within, sooner, later, error, off)


def _level(
    kind: ServiceLevel, answered: Sequence[Visit], gave_up: Sequence[Visit], terms: Terms
) -> float | None:
    good = sum(visit.waited() <= terms.threshold for visit in answered)
    of = len(answered)
    if kind is ServiceLevel.ABANDONED_WITHIN_COUNT:
        good += sum(visit.waited() <= terms.threshold for visit in gave_up)
        of += len(gave_up)
    elif kind is ServiceLevel.ABANDONED_AGAINST:
        of += len(gave_up)
    elif kind is ServiceLevel.SHORT_NEUTRAL:
        of += sum(visit.waited() >= terms.short for visit in gave_up)
    return _share(good, of)


def with_times(visits: Iterable[Visit], stretches: Iterable[Stretch]) -> list[Visit]:
    """The stays, with what their agents spent on them, and whether they gave the caller on: to a
    queue, where the call has a later stay, or to another agent, who then talks about it. A call may
    have several answered stays: each gets the time of its own agent."""
    spent: defaultdict[tuple[str, str], Counter[Doing]] = defaultdict(Counter)
    later: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    stays = list(visits)
    for stretch in stretches:
        if stretch.call:
            length = stretch.end - stretch.begin
            spent[stretch.call, stretch.agent][stretch.doing] += length  # type: ignore[assignment]
            if stretch.doing is Doing.TALKING:
                later[stretch.call].append((stretch.begin, stretch.agent))
    for stay in stays:
        later[stay.call].append((stay.joined, ""))
    return [
        _with(visit, spent.get((visit.call, visit.agent), Counter()), later[visit.call])
        for visit in stays
    ]


def _with(visit: Visit, spent: Counter[Doing], later: Iterable[tuple[float, str]]) -> Visit:
    if visit.exit is not Exit.ANSWERED:
        return visit
    times = (spent[Doing.TALKING], spent[Doing.HOLD], spent[Doing.WRAP_UP])
    given_on = any(begin > visit.left and agent != visit.agent for begin, agent in later)
    return replace(visit, talk=times[0], hold=times[1], wrap_up=times[2], transferred=given_on)


def by(
    visits: Iterable[Visit], key: Callable[[Visit], str], terms: Terms, now: float
) -> dict[str, Figures]:
    """The figures of each group: by client, queue, agent, intent, or interval (`interval`)."""
    groups: defaultdict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        groups[key(visit)].append(visit)
    return {name: figures(group, terms, now) for name, group in sorted(groups.items())}


def interval(visit: Visit, minutes: int = 30) -> float:
    """UTC seconds of the beginning of the interval in which the caller joined."""
    return visit.joined - visit.joined % (60 * minutes)


def resolved_at_first(visits: Iterable[Visit], known: Iterable[Visit], days: float) -> float | None:
    """First-contact resolution: the share of answered callers who did not come again.

    "Again" is another call of the same caller with the same intent that joins a queue within `days`
    after the answer; `known` are the stays among which it is looked for. A caller who is not known,
    and what became of one whose days are not over yet, count as far as they are known: the first is
    left out, the second has not come again so far.
    """
    came: defaultdict[tuple[str, str], list[Visit]] = defaultdict(list)
    for visit in known:
        came[visit.caller, visit.intent].append(visit)
    firsts = [v for v in visits if v.caller and v.exit is Exit.ANSWERED]
    again = sum(
        any(
            other.call != v.call and v.left < other.joined <= v.left + days * 86_400
            for other in came[v.caller, v.intent]
        )
        for v in firsts
    )
    return _share(len(firsts) - again, len(firsts))


def reconcile(visits: Iterable[Visit], entered: int) -> list[str]:
    """What does not add up: every call that entered a queue left it by exactly one exit, or is in.

    `entered` is counted where calls join, the stays where they leave. No line: they agree.
    """
    stays = list(visits)
    problems = []
    if len(stays) != entered:
        problems.append(f"{entered} entered, {len(stays)} are accounted for")
    for visit in stays:
        if (visit.exit in STAYING) != (not visit.left):
            problems.append(f"call {visit.call}: {visit.exit}, and left at {visit.left}")
        if (visit.exit is Exit.ANSWERED) != bool(visit.agent):
            problems.append(f"call {visit.call}: {visit.exit}, by agent {visit.agent or 'nobody'}")
    return problems


# --- agents


class Doing(StrEnum):
    """What an agent's time goes into."""

    AVAILABLE = "available"
    RINGING = "ringing"
    TALKING = "talking"
    HOLD = "hold"
    WRAP_UP = "wrap_up"
    NOT_READY = "not_ready"
    LOGGED_OUT = "logged_out"


@message("acd.stretch")
@dataclass(frozen=True)
class Stretch:
    """A stretch of an agent's time. UTC seconds."""

    agent: str
    client: str
    doing: Doing
    begin: float
    end: float
    reason: str = ""
    """Why not ready."""
    call: str = ""
    """The call that it went into."""


@dataclass(frozen=True)
class AgentFigures:
    """How an agent's time went, in seconds."""

    times: dict[Doing, float]
    reasons: dict[str, float]
    """Not-ready time by reason."""
    occupancy: float | None
    """(talk + hold + wrap-up) ÷ (that + available); ringing counts as neither."""


def adherence(found: AgentFigures, allowed: Mapping[str, float], days: float) -> float | None:
    """The share of an agent's logged-in time that was kept to: all of it but what not-ready reasons
    took beyond their allowance (`allowed`: reason → seconds a day). Other reasons have no limit."""
    there = sum(length for doing, length in found.times.items() if doing is not Doing.LOGGED_OUT)
    over = sum(
        max(0.0, found.reasons.get(reason, 0.0) - seconds * days)
        for reason, seconds in allowed.items()
    )
    return _share(there - over, there)


BUSY = (Doing.TALKING, Doing.HOLD, Doing.WRAP_UP)


def agent_figures(stretches: Iterable[Stretch]) -> dict[str, AgentFigures]:
    """Each agent's figures."""
    times: defaultdict[str, Counter[Doing]] = defaultdict(Counter)
    reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for stretch in stretches:
        seconds = stretch.end - stretch.begin
        times[stretch.agent][stretch.doing] += seconds  # type: ignore[assignment]
        if stretch.doing is Doing.NOT_READY:
            reasons[stretch.agent][stretch.reason] += seconds  # type: ignore[assignment]
    return {
        agent: AgentFigures(dict(spent), dict(reasons[agent]), occupancy(spent))
        for agent, spent in times.items()
    }


def occupancy(times: Counter[Doing]) -> float | None:
    """The share of working time that callers took; None of no time."""
    busy = sum(times[doing] for doing in BUSY)
    return _share(busy, busy + times[Doing.AVAILABLE])


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
