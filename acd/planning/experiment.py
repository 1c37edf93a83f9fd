"""Many runs of one day: means with their 95 % intervals, by interval of the day. PURE."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from acd.numbers import Doing, Figures, Terms, figures, occupancy
from acd.planning.day import Day
from acd.planning.erlang import Steady, erlang_a, erlang_c
from acd.planning.simulate import START, Outcome
from acd.visits import Visit

T_95 = {1: 12.706, 2: 4.303, 4: 2.776, 9: 2.262, 19: 2.093, 29: 2.045, 59: 2.001}
"""Student's t for a two-sided 95 % interval, by degrees of freedom."""


@dataclass(frozen=True)
class Estimate:
    """A mean over runs."""

    mean: float
    half: float
    """Half of the 95 % interval; 0 of one run."""


@dataclass(frozen=True)
class Row:
    """One interval of the day, or the whole of it. None where nothing was there to measure."""

    begin: float
    offered: Estimate | None
    service_level: Estimate | None
    asa: Estimate | None
    abandon_rate: Estimate | None
    longest_wait: Estimate | None


def estimate(values: Iterable[float | None]) -> Estimate | None:
    """Of the runs that have a value."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    if len(known) == 1:
        return Estimate(known[0], 0.0)
    freedom = len(known) - 1
    t = T_95[max((f for f in T_95 if f <= freedom), default=1)]
    return Estimate(mean(known), t * stdev(known) / math.sqrt(len(known)))


def rows(outcomes: Sequence[Outcome], terms: Terms, minutes: int) -> list[Row]:
    """A row for each interval in which somebody called; then one for the whole day."""
    runs = [_by_interval(outcome.visits, minutes) for outcome in outcomes]
    begins = sorted({begin for run in runs for begin in run})
    table = [
        _row(begin, [figures(run.get(begin, []), terms, START) for run in runs]) for begin in begins
    ]
    whole = [figures(outcome.visits, terms, START + outcome.end) for outcome in outcomes]
    return [*table, _row(-1.0, whole)]


def _by_interval(visits: Iterable[Visit], minutes: int) -> dict[float, list[Visit]]:
    groups: defaultdict[float, list[Visit]] = defaultdict(list)
    for visit in visits:
        at = visit.joined - START
        groups[at - at % (60 * minutes)].append(visit)
    return groups


def _row(begin: float, found: list[Figures]) -> Row:
    def of(value: Callable[[Figures], float | None]) -> Estimate | None:
        return estimate(value(each) for each in found)

    return Row(
        begin,
        of(lambda f: f.offered),
        of(lambda f: f.service_level),
        of(lambda f: f.asa),
        of(lambda f: f.abandon_rate),
        of(lambda f: f.longest_wait),
    )


def busy(outcomes: Iterable[Outcome]) -> Estimate | None:
    """Occupancy over all agents."""
    shares = []
    for outcome in outcomes:
        times: Counter[Doing] = Counter()
        for stretch in outcome.stretches:
            times[stretch.doing] += stretch.end - stretch.begin  # type: ignore[assignment]
        shares.append(occupancy(times))
    return estimate(shares)


def theory(day: Day, begin: float, end: float) -> Steady | None:
    """Erlang's answer for one interval as if it lasted for ever; None where it does not apply.

    It applies to one queue and one kind of caller. Other laws than the exponential it knows only by
    their means, which is what planners do.
    """
    if len(day.streams) != 1 or len(day.config.queues) != 1:
        return None
    stream, queue = day.streams[0], day.config.queues[0]
    hours = [r for r in stream.rates if r.begin <= begin and end <= r.end]
    agents = sum(s.agents for s in day.shifts if s.begin <= begin and end <= s.end)
    if len(hours) != 1 or not agents or not hours[0].per_hour:
        return None
    rate = hours[0].per_hour / 3600
    handling = stream.handling.mean + queue.wrap_up_seconds + day.shifts[0].answer.mean
    if stream.patience is None:
        return erlang_c(rate, handling, agents)
    return erlang_a(rate, handling, agents, stream.patience.mean)
