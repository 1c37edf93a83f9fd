"""What became of earlier waits makes the next estimate better."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from acd.config import CentreConfig, QueueConfig
from acd.estimate import Handling, Z, delays
from acd.forecast import KEEP
from acd.hindsight import Hindsight, WaitsRecord, after
from acd.messages import CallerLeft, TellPosition
from acd.visits import Exit, Visit
from tests.unit.acd.house import House, only

NEW = WaitsRecord("gas", "utility")


def stay(exit: Exit, waited: float, foretold: tuple[float, float] | None = None) -> Visit:
    told = (1_000.0, *foretold) if foretold else None
    return Visit("c", "utility", "gas", 1_000.0, exit, 1_000.0 + waited, foretold=told)


def test_of_little_evidence_nearly_all_stay_and_much_of_it_is_believed() -> None:
    chance, known = random.Random(1), NEW
    assert known.rate == 0
    rates = []
    for _ in range(400):
        patience, wait = chance.expovariate(1 / 180), chance.uniform(0, 300)
        gave_up = patience < wait
        exit = Exit.ABANDONED if gave_up else Exit.ANSWERED
        known = after(known, stay(exit, min(patience, wait)))
        rates.append(known.rate)
    assert rates[1] < 0.5 / 180
    assert known.rate == pytest.approx(1 / 180, rel=0.25)


@pytest.mark.parametrize("longest", [200.0, 400.0])
def test_each_end_of_the_range_is_missed_once_in_ten_whatever_the_waits_are(
    longest: float,
) -> None:
    chance, known, missed = random.Random(2), NEW, [0, 0]
    for number in range(3_000):
        low, high = 150 - 50 * known.low, 150 + 50 * known.high
        came = chance.triangular(0, longest, longest / 2)
        known = after(known, stay(Exit.ANSWERED, came, (low, high)))
        if number >= 1_000:
            missed[0] += came < low
            missed[1] += came > high
    assert all(0.07 < each / 2_000 < 0.13 for each in missed)


def test_who_gave_up_before_it_was_known_says_nothing_of_the_range() -> None:
    before = after(NEW, stay(Exit.ABANDONED, 50, (100, 200)))
    assert (before.low, before.high) == (Z, Z) and before.gave_up == 1
    later = after(NEW, stay(Exit.ABANDONED, 250, (100, 200)))
    assert later.high > Z > later.low


def test_a_range_that_is_nothing_moves_no_end() -> None:
    """An agent was free and had not this call: in a tier not open yet, kept, or who declined it."""
    known = after(NEW, stay(Exit.ANSWERED, 30, (0, 0)))
    assert (known.low, known.high) == (Z, Z) and known.waited == 30


def test_who_was_answered_at_once_has_not_waited() -> None:
    written: list[WaitsRecord] = []
    hindsight = Hindsight(written.append)
    hindsight.over(stay(Exit.ANSWERED, 0))
    assert not written
    hindsight.over(stay(Exit.ANSWERED, 10, (5, 8)))
    assert written == [hindsight.of("gas")] and hindsight.accuracy["gas"].n == 1


def test_a_line_that_some_leave_moves_as_erlang_a_has_it() -> None:
    agents, mean, rate = 3, 200.0, 1 / 300
    one = Handling(50, mean, mean**2)
    got = [delays(one, place * rate * mean / agents) for place in range(1, 11)]
    waits = [1 / (agents / mean + place * rate) for place in range(1, 11)]
    assert [each[0] / agents for each in got] == pytest.approx(waits)
    assert [each[1] / agents**2 for each in got] == pytest.approx([w**2 for w in waits])


# --- on the distributor


def behind_ten(house: House) -> tuple[float, float]:
    """What one behind ten others is told."""
    for number in range(10):
        house.call(f"ahead-{number}", "gas")
    house.walk(KEEP + 1)
    told = only(house.call("behind", "gas"), TellPosition)[-1]
    house.say(CallerLeft("behind"))
    house.say(*(CallerLeft(f"ahead-{number}") for number in range(10)))
    return told.low, told.high


def test_callers_who_give_up_shorten_what_those_behind_are_told_and_a_restart_knows_it() -> None:
    queue = QueueConfig("gas", "utility", handling_seconds=240.0, ring_timeout=20)
    house = House(CentreConfig("house", (queue,), redial_seconds=0.0))
    house.agent("a", "gas")
    house.call("busy", "gas")
    house.talk("busy")
    before = behind_ten(house)
    for number in range(60):
        house.call(f"c{number}", "gas")
        house.walk(20)
        house.say(CallerLeft(f"c{number}"))
    after_it = behind_ten(house)
    assert after_it[1] < before[1] / 2
    known = house.core.floor.hindsight.of("gas")
    assert known.rate > 1 / 60
    house.restart()
    assert house.core.floor.hindsight.of("gas") == known == replace(known, client="utility")


def test_only_agents_who_have_the_skill_count_and_callers_who_take_their_time() -> None:
    queue = QueueConfig("gas", "utility", handling_seconds=120.0, ring_timeout=20)
    house = House(CentreConfig("house", (queue,)))
    for number in range(4):
        house.agent(f"a{number}", "gas", welsh=int(number == 3))
        house.call(f"busy{number}", "gas")
        house.talk(f"busy{number}")
    for number in range(6):
        house.call(f"ahead-{number}", "gas")
    house.walk(KEEP + 1)
    any_of_four, the_one = (
        only(house.call(name, "gas", required=asked), TellPosition)[-1]
        for name, asked in (("plain", ()), ("welsh", ("welsh",)))
    )
    assert the_one.high > any_of_four.high > 60
    behind = only(house.call("welsh too", "gas", required=("welsh",)), TellPosition)[-1]
    assert behind.high > the_one.high + 60
    nobody = only(house.call("scots", "gas", required=("scots",)), TellPosition)[-1]
    assert nobody.high == 0
