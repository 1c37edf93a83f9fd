"""Alarms of calling out: when they hold, when they are over, and that each says what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from outbound.alarms import Alarms, Ended, Standing, Thresholds

GOOD = Ended(0.0, "one", "+39021", True, 200)
STANDS = Standing("cam", "town", "Storm", "running", False, 100.0, 50.0, 5.0, 0)
LIMITS = Thresholds(calls=10, no_progress=120.0, oldest=600.0, oldest_emergency=60.0)


@pytest.fixture
def alarms() -> Alarms:
    return Alarms(LIMITS)


def calls(alarms: Alarms, count: int, **changes: object) -> None:
    for _ in range(count):
        alarms.ended(replace(GOOD, **changes))  # type: ignore[arg-type]


def keys(alarms: Alarms, now: float, *standings: Standing) -> list[str]:
    alarms.look(standings, now)
    return [one.key for one in alarms.holding]


def test_few_calls_say_nothing(alarms: Alarms) -> None:
    calls(alarms, 9, answered=False, sip_status=608)
    assert keys(alarms, 1.0) == []


def test_a_trunk_over_which_few_pick_up(alarms: Alarms) -> None:
    calls(alarms, 2)
    calls(alarms, 8, answered=False, sip_status=480)
    assert keys(alarms, 1.0) == []
    calls(alarms, 1, answered=False, sip_status=480)
    raised, _ = alarms.look([], 2.0)
    assert [one.key for one in raised] == ["answers:one"]
    assert "2 of the last 11" in raised[0].what and raised[0].do
    assert alarms.look([], 3.0) == ([], []), "told once"


@pytest.mark.parametrize("status", [603, 607, 608])
def test_unwanted_calls_are_told_by_trunk_and_by_number(alarms: Alarms, status: int) -> None:
    calls(alarms, 8)
    calls(alarms, 2, answered=False, sip_status=status)
    assert keys(alarms, 1.0) == ["blocked:trunk:one", "blocked:number:+39021"]


def test_a_number_for_which_people_do_not_pick_up_while_they_do_for_others(alarms: Alarms) -> None:
    calls(alarms, 10, caller_id="+39022", answered=False, sip_status=480)
    calls(alarms, 9)
    assert keys(alarms, 1.0) == [], "the others are too few to compare with"
    calls(alarms, 1)
    assert keys(alarms, 2.0) == ["answers:number:+39022"]


def test_old_calls_are_forgotten_and_the_alarm_is_over_after_a_while(alarms: Alarms) -> None:
    calls(alarms, 10, answered=False, sip_status=480)
    assert keys(alarms, 1.0) == ["answers:one"]
    assert keys(alarms, 299.0) == ["answers:one"]
    assert keys(alarms, 301.0) == ["answers:one"], "what comes and goes is one alarm"
    _, cleared = alarms.look([], 361.0)
    assert [one.since for one in cleared] == [1.0] and alarms.holding == []


@pytest.mark.parametrize(
    ("changes", "now", "holds"),
    [
        ({}, 219.0, []),
        ({}, 220.0, ["still:cam"]),
        ({"up": 1}, 500.0, []),
        ({"state": "paused"}, 500.0, []),
        ({"oldest": None}, 500.0, []),
        ({"since": 450.0}, 500.0, []),
        ({"oldest": 600.0}, 150.0, ["oldest:cam"]),
        ({"oldest": 60.0, "emergency": True}, 150.0, ["oldest:cam"]),
    ],
)
def test_a_campaign_that_stands_still_or_lags(
    alarms: Alarms, changes: dict[str, object], now: float, holds: list[str]
) -> None:
    assert keys(alarms, now, replace(STANDS, **changes)) == holds  # type: ignore[arg-type]
