"""Limits, overflow, hours, and what callers are told of their wait."""

from __future__ import annotations

import contextlib
import datetime
import heapq
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.config import CentreConfig, QueueConfig
from acd.errors import AcdConfigError
from acd.estimate import Handling, Range, Said, estimate, residual, rounded, to_say
from acd.hours import Hours, is_open
from acd.messages import (
    AgentLoggedOut,
    AgentNotReady,
    AgentReady,
    CallerLeft,
    CallQueued,
    CallsHeld,
    MediaLost,
    ReleaseCall,
    TellPosition,
    WrapUpExtended,
)
from acd.numbers import estimated
from kernel.errors import IllegalTransition
from tests.unit.acd.house import House, only

NINE = datetime.time(9)
FIVE = datetime.time(17)
OFFICE = Hours(
    "Europe/Rome", {"mon": ((NINE, FIVE),), "sun": ((datetime.time(22), datetime.time(0)),)},
    frozenset({datetime.date(2026, 11, 30)}),
)  # fmt: skip


def utc(text: str) -> float:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC).timestamp()


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        ("2026-11-23T07:59:59", False),
        ("2026-11-23T08:00:00", True),  # 9 in Rome, in winter
        ("2026-11-23T15:59:59", True),
        ("2026-11-23T16:00:00", False),
        ("2026-07-06T07:00:00", True),  # 9 in Rome, in summer
        ("2026-11-24T10:00:00", False),  # no hours on Tuesday
        ("2026-11-30T10:00:00", False),  # a holiday
        ("2026-11-22T22:30:00", True),  # until midnight
        ("2026-11-22T23:00:00", False),
    ],
)
def test_hours_are_those_of_the_place(at: str, open_: bool) -> None:
    assert is_open(OFFICE, utc(at)) is open_


def house_of(first: dict[str, Any], *more: tuple[str, dict[str, Any]]) -> House:
    queues = [QueueConfig("gas", "utility", **{"wrap_up_seconds": 0, **first})]
    queues += [QueueConfig(name, "utility", **keys) for name, keys in more]
    return House(CentreConfig("house", tuple(queues)))


def released(said: list[Any]) -> list[str]:
    return [command.why for command in only(said, ReleaseCall)]


def test_outside_hours_nobody_joins_and_who_waits_is_served() -> None:
    house = house_of({"hours": OFFICE})
    house.now = utc("2026-11-23T15:59:00")
    house.call("c1", "gas")
    house.walk(120)
    assert released(house.call("c2", "gas")) == ["closed"]
    house.agent("a", "gas")
    assert house.holder("c1") == "a"


def test_a_full_queue_takes_nobody() -> None:
    house = house_of({"max_length": 2})
    assert [released(house.call(name, "gas")) for name in ("c1", "c2", "c3")] == [[], [], ["full"]]
    house.agent("a", "gas")
    house.contact("c1")
    assert released(house.call("c4", "gas")) == []


def test_a_wait_that_is_too_long_ends() -> None:
    house = house_of({"max_wait": 60.0})
    house.call("c1", "gas")
    assert released(house.walk(59.9)) == []
    assert released(house.walk(0.2)) == ["too_long"]


def test_a_call_that_rings_has_that_last_chance() -> None:
    house = house_of({"max_wait": 60.0})
    house.call("c1", "gas")
    house.walk(55)
    house.agent("a", "gas")
    house.ring("c1")
    assert released(house.walk(10)) == []
    house.fail("c1", "declined")
    assert released(house.sent) == ["too_long"]


@pytest.mark.parametrize("why", ["log-out", "break"])
def test_where_nobody_is_at_work_nobody_waits_for_long(why: str) -> None:
    house = house_of({"no_agent_wait": 30.0})
    house.agent("a", "gas")
    house.call("c0", "gas")
    house.talk("c0")
    house.call("c1", "gas")
    assert released(house.walk(100)) == []
    house.say(CallerLeft("c0"))  # c1 rings
    house.fail("c1", "declined")
    house.say(AgentLoggedOut("a") if why == "log-out" else AgentNotReady("a", "lunch"))
    assert released(house.walk(29.9)) == []
    assert released(house.walk(0.2)) == ["no_agents"]


def test_who_comes_back_in_time_keeps_the_callers() -> None:
    house = house_of({"no_agent_wait": 30.0})
    house.call("c1", "gas", required=("welsh",))
    house.agent("a", "gas")
    assert released(house.walk(500)) == []
    house.say(AgentNotReady("a", "lunch"))
    house.walk(29)
    house.say(AgentReady("a"))
    assert released(house.walk(500)) == []


def test_overflow_goes_along_the_queues_and_keeps_the_place() -> None:
    full = ("b", {"max_length": 1, "overflow": "c"})
    house = house_of({"max_wait": 60.0, "overflow": "b"}, full, ("c", {}))
    house.call("x", "b")
    house.call("c1", "gas")
    house.walk(30)
    house.call("later", "c")
    house.walk(30.1)
    waiting = house.core.floor.waiting["c1"]
    assert (waiting.queue, waiting.origin) == ("c", "gas")
    house.agent("a", "c")
    assert house.holder("c1") == "a"  # before the one who came later to c itself
    why = [row.why for row in house.journal if row.subject == "call:c1"]
    assert "too_long: from gas to c" in why
    house.restart()
    assert house.core.floor.waiting["c1"].queue == "c"


def test_who_is_cut_off_after_an_overflow_has_the_old_place_in_the_first_queue() -> None:
    house = house_of({"max_wait": 60.0, "overflow": "b"}, ("b", {}))
    house.call("c1", "gas")
    house.walk(70)
    house.say(MediaLost("media-1", "e1"))
    house.call("c2", "gas", caller="k-c1", media="media-2")
    assert house.core.floor.waiting["c2"].joined == 1_000.0


def test_a_call_that_overflowed_is_told_so_at_once_and_released_from_there() -> None:
    house = house_of({"max_wait": 60.0, "overflow": "b"}, ("b", {"max_wait": 3.0}))
    house.call("c1", "gas")
    said = house.walk(61)
    assert [told.queue for told in only(said, TellPosition)][-1] == "b"
    [order] = only(house.walk(3), ReleaseCall)
    assert (order.why, order.queue) == ("too_long", "b")


@pytest.mark.parametrize(("voicemail", "exit"), [(True, "voicemail"), (False, "overflowed")])
def test_who_may_not_wait_leaves_by_one_exit(voicemail: bool, exit: str) -> None:
    house = house_of({"max_wait": 60.0, "voicemail": voicemail})
    house.call("c1", "gas")
    house.walk(61)
    assert [visit.exit for visit in house.visits()] == [exit]


@pytest.mark.parametrize(
    ("ways", "words"),
    [
        ({"a": "b", "b": "a"}, "a → b → a"),
        ({"a": "a", "b": ""}, "a → a"),
        ({"a": "nowhere", "b": ""}, "no queue 'nowhere'"),
    ],
)
def test_an_overflow_that_leads_nowhere_is_refused(ways: dict[str, str], words: str) -> None:
    queues = tuple(QueueConfig(name, "u", overflow=to) for name, to in ways.items())
    with pytest.raises(AcdConfigError, match=words):
        CentreConfig("house", queues)


def test_no_overflow_to_another_client() -> None:
    queues = (QueueConfig("a", "one", overflow="b"), QueueConfig("b", "two"))
    with pytest.raises(AcdConfigError, match="another client's"):
        CentreConfig("house", queues)


# --- wrap-up that is longer


def test_wrap_up_is_lengthened_and_has_an_end() -> None:
    config = CentreConfig("house", (QueueConfig("gas", "utility"),), longest_wrap_up=100.0)
    house = House(config)
    house.agent("a", "gas")
    house.call("c1", "gas")
    house.contact("c1")
    house.walk(29)
    house.say(WrapUpExtended("a", 60))
    house.walk(60)
    assert house.see("a").state == "wrap_up"
    for _ in range(5):
        house.say(WrapUpExtended("a", 60))
    house.walk(12)
    assert house.see("a").state == "idle"
    house.say(WrapUpExtended("a", 60), WrapUpExtended("nobody", 60))
    assert house.core.counts["stale"] >= 2


# --- the estimate


def told(said: list[Any]) -> list[tuple[float, float]]:
    return [(command.low, command.high) for command in only(said, TellPosition)]


def test_nothing_is_foretold_while_nothing_is_known() -> None:
    house = house_of({})
    house.agent("a", "gas", ready=False)
    assert told(house.call("c1", "gas")) == [(0.0, 0.0)]


def test_the_range_grows_with_the_callers_ahead_and_shrinks_with_agents() -> None:
    widths = []
    for agents in (1, 4):
        house = house_of({"handling_seconds": 120.0})
        for number in range(agents):
            house.agent(f"a{number}", "gas")
            house.call(f"busy{number}", "gas")
            house.talk(f"busy{number}")
        said = [told(house.call(f"c{number}", "gas"))[-1] for number in range(8)]
        assert all(low <= high for low, high in said)
        assert said[0][1] < said[7][1]
        widths.append(said[7][1])
    assert widths[1] < widths[0] / 2


def test_a_queue_is_looked_at_anew_though_another_was_in_the_same_step() -> None:
    house = house_of({"handling_seconds": 120.0}, ("b", {"handling_seconds": 120.0}))
    house.agent("a", "gas")
    house.agent("b", "b")
    for queue in ("gas", "b"):
        house.call(f"busy-{queue}", queue)
        house.talk(f"busy-{queue}")
    morning = told(house.call("b-1", "b"))[-1]
    house.say(CallerLeft("b-1"))
    house.walk(600)
    for number in range(8):
        house.agent(f"b{number}", "b", ready=False)
        house.say(AgentReady(f"b{number}"))
        house.call(f"busy{number}", "b")
        house.talk(f"busy{number}")
    house.walk(60)
    for call, queue in (("g-2", "gas"), ("b-2", "b")):
        event = CallQueued(call, "utility", queue, call, "media-1", "e1")
        house.core.receive(event, house.now)
    noon = told(house.say())
    assert len(noon) == 2 and noon[1][1] < morning[1] / 2


def test_nobody_at_work_means_no_estimate() -> None:
    house = house_of({"handling_seconds": 120.0})
    house.agent("a", "gas", ready=False)
    assert told(house.call("c1", "gas")) == [(0.0, 0.0)]


def test_handling_times_are_learned_by_intent_wrap_up_included_and_survive() -> None:
    house = house_of({"wrap_up_seconds": 10})
    house.agent("a", "gas")
    for number in range(6):
        name = f"c{number}"
        house.call(name, "gas", intent="meter")
        house.contact(name, 50)
        house.walk(10)
    house.restart()
    known = house.core.forecast.handling("gas", "meter")
    assert (known.n, round(known.mean)) == (6, 60)
    assert house.core.forecast.handling("gas", "other").n == 6  # the queue's


def test_what_was_foretold_is_measured() -> None:
    house = house_of({"handling_seconds": 100.0})
    house.agent("a", "gas")
    house.call("c0", "gas")
    house.call("c1", "gas")
    house.contact("c0", 90)
    house.talk("c1")
    accuracy = house.core.floor.hindsight.accuracy["gas"]
    assert (accuracy.n, accuracy.covered) == (1, 1)
    row = next(
        row for row in house.journal if row.to_state == "talking" and row.subject == "call:c1"
    )
    assert "waited=90s foretold=" in row.why and row.why.endswith("came=90s")
    stay = next(visit for visit in house.visits() if visit.call == "c1")
    assert stay.foretold is not None
    found = estimated(house.visits())
    assert (found.n, found.within, found.later) == (1, 1.0, 0.0)
    middle = (stay.foretold[1] + stay.foretold[2]) / 2
    assert found.error == pytest.approx(abs(90 - middle)) and found.off == pytest.approx(
        90 - middle
    )


@given(st.lists(st.tuples(st.floats(0, 4000), st.floats(0, 4000)), max_size=30))
def test_what_is_said_goes_up_once_at_most(estimates: list[tuple[float, float]]) -> None:
    said: Said | None = None
    heights = []
    for one, other in estimates:
        said = to_say(said, Range(min(one, other), max(one, other)))
        assert 0 <= said.low <= said.high and said.high >= 60
        heights.append(said.high)
    ups = sum(after > before for before, after in zip(heights, heights[1:], strict=False))
    assert ups <= 1


def test_minutes_are_said_whole() -> None:
    assert rounded(Range(10, 20)) == Range(0, 60)
    assert rounded(Range(110, 200)) == Range(60, 240)
    assert rounded(Range(119, 186)) == Range(120, 180)


@given(st.floats(1, 3600), st.floats(0, 3600), st.lists(st.floats(0, 7200), max_size=5))
def test_what_is_left_of_a_call_is_finite_and_positive(
    mean: float, spread: float, elapsed: list[float]
) -> None:
    left = residual(Handling(9, mean, spread**2), elapsed)
    assert 0 <= left <= 3 * mean + 1e-6


def test_the_range_covers_what_a_queue_really_does() -> None:
    """Four agents, exponential handling times, twelve ahead: eight of ten waits are in the range
    (the walk is deterministic: its numbers come from a generator with a seed)."""
    chance = random.Random(3)
    agents, mean, ahead, inside, walks = 4, 200.0, 12, 0, 2_000
    found = estimate(mean, ahead * mean, ahead * mean**2, agents, mean**2)
    assert found is not None
    for _ in range(walks):
        free = [chance.expovariate(1 / mean) for _ in range(agents)]
        heapq.heapify(free)
        for _ in range(ahead):
            heapq.heapreplace(free, free[0] + chance.expovariate(1 / mean))
        inside += found.low <= free[0] <= found.high
    assert 0.76 <= inside / walks <= 0.84


def test_a_handling_time_forgets_slowly() -> None:
    known = Handling()
    for _ in range(500):
        known = known.learned(100.0)
    for _ in range(100):
        known = known.learned(200.0)
    assert 180 < known.mean < 190
    assert replace(known, n=0).n == 0


def test_a_greatest_wait_stands_whoever_comes_and_goes() -> None:
    house = house_of({"max_wait": 60.0, "no_agent_wait": 300.0})
    house.agent("a", "gas")
    house.call("c0", "gas")
    house.talk("c0")
    house.call("c1", "gas")
    house.walk(30)
    house.agent("b", "gas", ready=False)
    house.say(AgentLoggedOut("b"))
    assert released(house.walk(30.1)) == ["too_long"]


def test_who_is_cut_off_and_calls_again_does_not_wait_for_ever() -> None:
    house = house_of({"max_wait": 100.0})
    house.call("c1", "gas", caller="k")
    house.walk(90)
    house.say(CallerLeft("c1"))
    house.walk(20)
    house.call("c2", "gas", caller="k")
    assert house.core.floor.waiting["c2"].joined < house.core.floor.waiting["c2"].queued
    assert released(house.walk(99.9)) == []
    assert released(house.walk(0.2)) == ["too_long"]


@given(
    st.lists(
        st.tuples(st.sampled_from(["in", "out", "break", "back", "restart"]),
                  st.floats(0.1, 40.0)),
        max_size=12,
    ),
    st.sampled_from([None, 0.5, 20.0, 300.0]),
)  # fmt: skip
def test_no_call_waits_longer_than_it_may_whatever_agents_do(
    doings: list[tuple[str, float]], no_agent_wait: float | None
) -> None:
    house = house_of({"max_wait": 60.0, "no_agent_wait": no_agent_wait})
    house.agent("a", "gas")
    house.call("c1", "gas", required=("welsh",))
    for doing, seconds in doings:
        if doing == "restart":
            house.restart()
            house.say(CallsHeld("media-1", "e1", tuple(house.core.floor.waiting), ()))
        elif doing == "in":
            house.agent("b", "gas")
        elif doing == "out":
            house.say(AgentLoggedOut("b"), AgentLoggedOut("a"))
        elif doing == "back":
            house.agent("a", "gas")
        else:
            with contextlib.suppress(IllegalTransition):  # of one who is out
                house.say(AgentNotReady("a", "lunch"))
        house.walk(seconds)
        for call in house.core.floor.waiting.values():
            assert house.now < call.queued + 60.0
    house.walk(60.0)
    assert not house.core.floor.waiting
