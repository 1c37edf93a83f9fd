"""The simulation against queueing theory: thirty runs on the real distributor."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from statistics import mean, stdev

import pytest

from acd.planning.day import Day
from acd.planning.erlang import erlang_a, erlang_c, service_level_c
from acd.planning.simulate import Outcome, simulate
from acd.visits import Exit
from tests.unit.acd.planning.test_simulate import HOUR, steady, waits

pytestmark = pytest.mark.timeout(200)  # thirty days take half a minute of one core


def runs(day: Day, count: int = 30) -> list[Outcome]:
    """Callers are told their place once: it changes nothing of it, and is a third of the work."""
    seldom = replace(day.config, position_seconds=20 * HOUR)
    return [simulate(replace(day, config=seldom), random.Random(seed)) for seed in range(count)]


def interval_95(values: list[float]) -> tuple[float, float]:
    """The 95 % interval of the mean, of 30 runs: Student's t with 29 degrees of freedom."""
    assert len(values) == 30
    half = 2.045 * stdev(values) / math.sqrt(30)
    return mean(values) - half, mean(values) + half


def test_nobody_gives_up_as_erlang_c_says() -> None:
    day = steady(agents=10, per_hour=90.0, handling=340.0, patience=None)
    theory = erlang_c(90 / HOUR, 340.0, 10)
    assert theory is not None
    outcomes = runs(day)
    low, high = interval_95([mean(waits(outcome)) for outcome in outcomes])
    assert low <= theory.mean_wait <= high
    low, high = interval_95([mean(w > 0 for w in waits(o)) for o in outcomes])
    assert low <= theory.wait_probability <= high
    level = service_level_c(theory, 90 / HOUR, 340.0, 10, 20.0)
    low, high = interval_95([mean(w <= 20.0 for w in waits(o)) for o in outcomes])
    assert low <= level <= high


def test_the_impatient_give_up_as_erlang_a_says() -> None:
    day = steady(agents=8, per_hour=90.0, handling=340.0, patience=120.0)
    theory = erlang_a(90 / HOUR, 340.0, 8, 120.0)
    outcomes = runs(day)
    for measured, expected in (
        ([mean(waits(o)) for o in outcomes], theory.mean_wait),
        ([mean(v.exit is Exit.ABANDONED for v in o.visits) for o in outcomes],
         theory.abandon_rate),
    ):  # fmt: skip
        low, high = interval_95(measured)
        assert low <= expected <= high
