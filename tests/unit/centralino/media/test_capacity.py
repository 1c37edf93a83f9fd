"""How much room there is, and what is left out: a table of loads."""

from __future__ import annotations

import pytest

from centralino.media.capacity import (
    COSTS,
    Capacity,
    CapacityCore,
    Doing,
    Shed,
    Work,
    shed_at,
)


def work(
    conversing: int = 0,
    busy: float = 0.0,
    recognising: float = 0.0,
    behind: float = 0.0,
    **more: int,
) -> Work:
    calls = {Doing.CONVERSING: conversing, **{Doing(name): n for name, n in more.items()}}
    return Work(calls, 2.0, busy, recognising, behind)


@pytest.mark.parametrize(
    ("load", "use", "room", "shed"),
    [
        (work(), 0.0, 28, Shed.NOTHING),
        (work(10, busy=0.6, recognising=0.2), 0.353, 18, Shed.NOTHING),
        (work(10, busy=0.6, recognising=0.6), 0.857, 1, Shed.NOTHING),
        (work(20, busy=1.65), 0.971, 0, Shed.NOTHING),
        (work(20, busy=1.75), 1.029, 0, Shed.GUESSES),
        (work(20, busy=1.0, behind=0.2), 0.8, 12, Shed.NOTHING),
        (work(20, busy=1.0, behind=0.3), 1.2, 0, Shed.TURN_DETECTOR),
        (work(20, busy=1.0, behind=0.5), 2.0, 0, Shed.SPEECH),
        (work(20, busy=1.0, recognising=0.9), 1.286, 0, Shed.CARE),
        (work(waiting=40, busy=0.6), 0.353, 18, Shed.NOTHING),
    ],
)
def test_what_follows_from_a_load(load: Work, use: float, room: int, shed: Shed) -> None:
    found = CapacityCore().decide(load)
    assert found.use == pytest.approx(use, abs=0.001)
    assert abs(found.room - room) <= 1
    assert found.shed is shed


def test_on_a_slower_machine_there_is_room_for_fewer() -> None:
    quick, slow = CapacityCore(), CapacityCore()
    for _ in range(20):
        one = quick.decide(work(10, busy=10 * COSTS[Doing.CONVERSING]))
        other = slow.decide(work(10, busy=20 * COSTS[Doing.CONVERSING]))
    assert other.room < one.room / 2
    assert 1.9 < slow.correction < 2.1


def test_calls_that_wait_leave_more_room_than_calls_that_converse() -> None:
    assert COSTS[Doing.WAITING] < COSTS[Doing.BRIDGED] < COSTS[Doing.CONVERSING]


def test_a_first_call_does_not_say_what_calls_cost() -> None:
    core = CapacityCore()
    core.decide(work(1, busy=1.2))
    assert core.correction == 1.0


def test_what_is_left_out_comes_back_late() -> None:
    assert shed_at(1.05, Shed.NOTHING) is Shed.GUESSES
    assert shed_at(0.95, Shed.GUESSES) is Shed.GUESSES
    assert shed_at(0.84, Shed.GUESSES) is Shed.NOTHING
    assert shed_at(1.6, Shed.GUESSES) is Shed.SPEECH
    assert shed_at(1.3, Shed.SPEECH) is Shed.SPEECH
    assert shed_at(1.0, Shed.SPEECH) is Shed.TURN_DETECTOR
    assert shed_at(0.1, Shed.SPEECH) is Shed.NOTHING


def test_room_is_never_negative() -> None:
    assert CapacityCore().decide(work(30, busy=9.0, recognising=1.0, behind=9.0)) == Capacity(
        36.0, 0, Shed.SPEECH
    )
