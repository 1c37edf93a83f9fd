"""The order of service, seats, and what callers are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.messages import AgentReady, CallerLeft, CallQueued, ReleaseCall, TellPosition
from acd.queue import Line, place_of
from acd.records import WaitingRecord, seat_key
from tests.unit.acd.house import CONFIG, House, only

CALL = WaitingRecord("c1", "utility", "bills", "k", "media-1", "e1", 1_000.0, 1_000.0, 1)


@pytest.mark.parametrize(
    ("priority", "key"),
    [(0, 1_000.0), (60, 940.0), (600, 400.0), (100_000, 400.0), (-50, 1_000.0)],
)
def test_a_place_is_the_time_of_joining_less_a_capped_head_start(priority: int, key: float) -> None:
    assert place_of(replace(CALL, priority=priority), cap=600)[0] == key


def test_a_line_knows_positions() -> None:
    line = Line()
    for place in [(3.0, 3.0, 3, "c"), (1.0, 1.0, 1, "a"), (2.0, 2.0, 2, "b")]:
        line.add(place)
    assert [place[3] for place in line] == ["a", "b", "c"]
    assert line.position((2.0, 2.0, 2, "b")) == 2
    line.remove((1.0, 1.0, 1, "a"))
    assert (len(line), line.position((3.0, 3.0, 3, "c"))) == (2, 2)
    with pytest.raises(ValueError, match="no call"):
        line.remove((1.0, 1.0, 1, "a"))


def served(house: House, calls: list[str]) -> list[str]:
    """The order in which one agent gets these calls."""
    house.agent("a")
    order = []
    while calls:
        call = next(call for call in calls if house.holder(call) == "a")
        order.append(call)
        calls.remove(call)
        house.contact(call, 10)
        house.walk(31)
    return order


def test_calls_are_served_as_they_came() -> None:
    house = House()
    for name in ("c1", "c2", "c3"):
        house.call(name)
    assert served(house, ["c3", "c2", "c1"]) == ["c1", "c2", "c3"]


def test_a_head_start_overtakes_and_starves_nobody() -> None:
    house = House()
    house.call("old")
    house.walk(601)
    house.call("plain")
    house.walk(5)
    house.call("urgent", priority=10_000)
    assert served(house, ["plain", "urgent", "old"]) == ["old", "urgent", "plain"]


def test_the_order_holds_across_queues() -> None:
    house = House()
    house.call("shop", "shop")
    house.walk(1)
    house.call("bills", "bills")
    house.walk(1)
    house.call("gas", "gas", priority=10)
    house.agent("a", "bills", "gas", "shop")
    assert house.holder("gas") == "a"


def test_a_call_for_no_queue_of_ours_is_released() -> None:
    house = House()
    said = house.call("c1", "nowhere")
    assert said == [ReleaseCall("c1", "media-1", "no queue nowhere")]
    said = house.say(CallQueued("c2", "retailer", "bills", "k", "media-1", "e1"))
    assert [command.call for command in only(said, ReleaseCall)] == ["c2"]
    assert not house.core.floor.waiting


def test_a_queue_that_is_gone_after_a_restart_releases_its_calls() -> None:
    house = House()
    house.call("c1")
    house.config = replace(CONFIG, queues=CONFIG.queues[1:])
    house.restart()
    assert [command.call for command in only(house.walk(0), ReleaseCall)] == ["c1"]
    assert not house.core.floor.waiting


# --- what callers are told


def test_a_caller_is_told_the_position_once_and_then_when_it_changes() -> None:
    house = House()
    house.agent("a", ready=False)
    assert house.call("c1") == [TellPosition("c1", "media-1", 1, 1, 1, "bills")]
    assert house.call("c2") == [TellPosition("c2", "media-1", 2, 2, 1, "bills")]
    assert house.walk(60) == []
    house.say(CallerLeft("c1"))
    assert house.walk(10) == [TellPosition("c2", "media-1", 1, 1, 1, "bills")]


def test_a_caller_is_told_at_most_every_ten_seconds() -> None:
    house = House()
    for name in ("c1", "c2", "c3"):
        house.call(name)
    said: list[tuple[float, int]] = []
    for name in ("c1", "c2"):
        house.say(CallerLeft(name))
        for _ in range(12):
            said += [(house.now, c.position) for c in house.walk(1) if c.call == "c3"]
    assert [position for _, position in said] == [2, 1]
    assert said[1][0] - said[0][0] >= 10


def test_a_caller_who_is_offered_at_once_is_told_nothing() -> None:
    house = House()
    house.agent("a")
    assert not only(house.call("c1"), TellPosition)


def test_a_long_line_is_told_over_several_seconds() -> None:
    house = House()
    for number in range(450):
        house.call(f"c{number}")
    house.walk(20)
    house.say(CallerLeft("c0"))
    told = [only(house.walk(1), TellPosition) for _ in range(15)]
    assert max(map(len, told)) <= 250
    assert sum(map(len, told)) == 449


# --- seats


@pytest.mark.parametrize(
    ("why", "after", "kept"),
    [
        ("lost", 599, True),
        ("lost", 601, False),
        ("hang_up", 59, True),
        ("hang_up", 61, False),
        ("exit", 1, False),
    ],
)
def test_a_redial_gets_the_old_place_while_it_is_kept(why: str, after: float, kept: bool) -> None:
    house = House()
    house.call("c1", caller="anna")
    joined = house.now
    house.call("c2")
    house.say(CallerLeft("c1", why))  # type: ignore[arg-type]
    house.walk(after)
    house.call("c9", caller="anna")
    record = house.core.floor.waiting["c9"]
    assert (record.joined == joined) == kept
    assert record.queued == house.now
    assert house.core.floor.position(record) == (1 if kept else 2)
    assert not house.core.floor.seats


def test_a_seat_is_of_one_queue_and_one_caller() -> None:
    house = House()
    house.call("c1", caller="anna")
    house.say(CallerLeft("c1", "lost"))
    house.walk(5)
    house.call("c2", "gas", caller="anna")
    house.call("c3", caller="bert")
    assert {house.core.floor.waiting[c].joined for c in ("c2", "c3")} == {house.now}


def test_without_a_key_no_seat_is_kept() -> None:
    house = House()
    house.call("c1", caller="")
    house.say(CallerLeft("c1", "lost"))
    assert not house.core.floor.seats


def test_two_lost_calls_of_one_number_keep_the_older_place() -> None:
    house = House()
    house.call("c1", caller="anna")
    first = house.now
    house.walk(5)
    house.call("c2", caller="anna")
    house.say(CallerLeft("c1", "lost"), CallerLeft("c2", "hang_up"))
    (seat,) = house.core.floor.seats.values()
    assert (seat.joined, seat.expires) == (first, house.now + 600)


def test_names_of_seats_cannot_be_confused() -> None:
    assert seat_key("a", "bc", "d") != seat_key("ab", "c", "d")


def test_a_call_that_is_known_is_stale() -> None:
    house = House()
    house.agent("a")
    house.call("c1")
    house.call("c1")
    house.talk("c1")
    house.call("c1")
    assert house.core.counts["stale"] == 2
    assert not house.core.floor.waiting


def test_positions_keep_while_a_call_is_offered_and_comes_back() -> None:
    house = House()
    house.agent("a", ready=False)
    for name in ("c1", "c2"):
        house.call(name)
    house.say(AgentReady("a"))
    assert house.core.floor.position(house.core.floor.waiting["c2"]) == 2
    house.fail("c1", "no_answer")
    assert house.core.floor.position(house.core.floor.waiting["c1"]) == 1
