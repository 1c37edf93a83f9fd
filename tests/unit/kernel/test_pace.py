"""However late a turn is taken, no second has more than the pace and one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.pace import Departures, Pace

STALLS = st.lists(st.floats(0.0, 0.4), min_size=20, max_size=100)


@settings(deadline=None)
@given(rate=st.floats(1.0, 50.0), stalls=STALLS, called=st.lists(st.booleans(), min_size=1))
def test_however_often_it_stalls_no_second_has_more_than_its_pace(
    rate: float, stalls: list[float], called: list[bool]
) -> None:
    way, now, left = Departures[int](Pace(rate)), 1000.0, list[float]()
    for number, stall in enumerate(stalls):
        way.add(number)
        now += stall  # whoever lets calls go comes late
        while way and way.wait(now) <= 0:
            goes = called[way.first() % len(called)]
            left += [now] * goes
            way.gone(now, goes)
    for first in left:
        assert sum(first <= at < first + 1.0 for at in left) <= rate + 1


@settings(deadline=None)
@given(
    rate=st.floats(0.2, 120.0),
    catch_up=st.floats(0.02, 0.3),
    apart=st.booleans(),
    gaps=st.lists(st.floats(0.0, 0.4), min_size=50, max_size=300),
)
def test_a_pace_never_lets_more_than_its_rate_through(
    rate: float, catch_up: float, apart: bool, gaps: list[float]
) -> None:
    pace, now, begun = Pace(rate, catch_up, apart), 1000.0, list[float]()
    for gap in gaps:
        now += gap
        while pace.ready_at() <= now:
            pace.take(now)
            begun.append(now)
    for first in begun:
        within = sum(first <= at < first + 1.0 for at in begun)
        assert within <= rate + 1


def test_who_comes_behind_others_is_expected_after_them() -> None:
    way = Departures[str](Pace(10.0))
    for name in ("first", "second", "third"):
        way.add(name)
    assert way.expected(1000.0) == 1000.3
    way.gone(1000.0, called=True)
    assert way.first() == "second"
    assert 0.0 < way.wait(1000.0) <= 0.1


def test_who_is_not_called_costs_nobody_a_place() -> None:
    way = Departures[str](Pace(10.0))
    way.add("cancelled")
    way.gone(1000.0, called=False)
    assert way.expected(1000.0) == 1000.0


def test_turns_that_catch_up_keep_their_distance() -> None:
    pace, now, begun = Pace(10.0, catch_up=0.3, apart=True), 1000.0, list[float]()
    for wait in (0.0, 0.3, *(0.01,) * 30):  # the second comes late
        now += wait
        if pace.ready_at() <= now:
            pace.take(now)
            begun.append(now)
    gaps = [after - before for before, after in pairwise(begun[1:])]
    assert min(gaps) >= 0.05 and gaps[0] < 0.07
