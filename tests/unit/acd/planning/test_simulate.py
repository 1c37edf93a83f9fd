from __future__ import annotations

import random
from collections import Counter
from statistics import mean

import pytest

from acd.config import CentreConfig, QueueConfig
from acd.errors import AcdConfigError
from acd.numbers import Doing, Terms, figures, occupancy
from acd.planning.day import Day, Law, Length, Rate, Shift, Stream
from acd.planning.erlang import erlang_a, erlang_c
from acd.planning.simulate import Outcome, simulate
from acd.visits import Exit

HOUR = 3600.0
CENTRE = CentreConfig("centre", (QueueConfig("q", "client", "", 0.0, 60.0),), redial_seconds=0.0)


def steady(agents: int, per_hour: float, handling: float, patience: float | None) -> Day:
    """One queue, agents alike, long enough for a steady state after the warm-up."""
    end = 10 * HOUR
    return Day(
        CENTRE,
        (
            Stream(
                "q", (Rate(0.0, end, per_hour),), Length(handling),
                Length(patience) if patience else None,
            ),
        ),
        (Shift(agents, 0.0, end, ("q",)),),
        warm_up=HOUR,
    )  # fmt: skip


def waits(outcome: Outcome) -> list[float]:
    return [v.waited() for v in outcome.visits if v.exit in (Exit.ANSWERED, Exit.ABANDONED)]


def test_without_hope_of_an_end_erlang_c_says_nothing() -> None:
    assert erlang_c(1.0, 10.0, 10) is None


def test_the_formulas_against_published_values() -> None:
    # 10 agents, 8 erlangs: Erlang C .409 (any table of Erlang C).
    found = erlang_c(8 / 180, 180.0, 10)
    assert found is not None and found.wait_probability == pytest.approx(0.409, abs=0.001)
    # With patience without end Erlang A is Erlang C.
    endless = erlang_a(8 / 180, 180.0, 10, 1e9)
    assert endless.wait_probability == pytest.approx(found.wait_probability, abs=0.002)
    assert endless.mean_wait == pytest.approx(found.mean_wait, rel=0.01)
    assert erlang_a(900 / 180, 180.0, 1000, 60.0).abandon_rate < 0.01


def test_two_more_agents_shorten_the_wait() -> None:
    day = steady(agents=8, per_hour=90.0, handling=340.0, patience=120.0)
    more = day.with_more(Shift(2, 2 * HOUR, 10 * HOUR, ("q",)))
    few, many = simulate(day, random.Random(3)), simulate(more, random.Random(3))
    assert mean(waits(many)) < 0.7 * mean(waits(few))


def test_the_day_is_the_same_for_the_same_seed() -> None:
    day = steady(agents=3, per_hour=40.0, handling=200.0, patience=60.0)
    assert simulate(day, random.Random(5)).visits == simulate(day, random.Random(5)).visits


def test_everybody_who_came_is_accounted_for_and_time_adds_up() -> None:
    day = Day(
        CENTRE,
        (Stream("q", (Rate(0.0, HOUR, 60.0),), Length(120.0, Law.LOGNORMAL, 0.8), Length(90.0)),),
        (Shift(2, 600.0, HOUR, ("q",), answer=Length(4.0, Law.FIXED)),),
    )
    outcome = simulate(day, random.Random(1))
    found = figures(outcome.visits, Terms(), outcome.end)
    assert found.offered == sum(found.exits.values()) == len({v.call for v in outcome.visits})
    assert found.asa is not None and found.asa >= 4.0
    times: Counter[Doing] = Counter()
    for stretch in outcome.stretches:
        times[stretch.doing] += stretch.end - stretch.begin  # type: ignore[assignment]
    busy = occupancy(times)
    assert busy is not None and 0.5 < busy <= 1.0


@pytest.mark.parametrize(
    ("streams", "shifts", "says"),
    [
        ((Stream("x", (), Length(1.0)),), (), "'x'"),
        ((), (Shift(1, 0.0, 1.0, ("y",)),), "'y'"),
        ((), (Shift(1, 5.0, 1.0, ("q",)),), "from 5.0 to 1.0"),
        ((Stream("q", (Rate(0.0, 0.0, 1.0),), Length(1.0)),), (), "from 0.0 to 0.0"),
    ],
)
def test_a_day_that_cannot_be(
    streams: tuple[Stream, ...], shifts: tuple[Shift, ...], says: str
) -> None:
    with pytest.raises(AcdConfigError, match=says):
        Day(CENTRE, streams, shifts)
