"""How much room there is, and what is left out: a table of loads."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centralino.media.capacity import (
    COSTS,
    WAITS_ENOUGH,
    Capacity,
    CapacityCore,
    Doing,
    Shed,
    Work,
    more_until_too_late,
    shed_at,
)


def work(
    conversing: int = 0,
    busy: float = 0.0,
    recognising: float = 0.0,
    behind: float = 0.0,
    utterances: int = 20,
    each: float = 0.0,
    ended: int = 0,
    overdue: bool = False,
    **more: int,
) -> Work:
    calls = {Doing.CONVERSING: conversing, **{Doing(name): n for name, n in more.items()}}
    return Work(calls, 2.0, busy, recognising, behind, utterances, each, ended, overdue)


@pytest.mark.parametrize(
    ("load", "use", "room", "shed"),
    [
        (work(), 0.0, 25, Shed.NOTHING),
        (work(10, busy=0.6, recognising=0.2), 0.353, 15, Shed.NOTHING),
        (work(10, busy=0.6, recognising=0.6), 0.857, 1, Shed.NOTHING),
        (work(20, busy=1.65), 0.971, 0, Shed.NOTHING),
        (work(20, busy=1.75), 1.029, 0, Shed.INTERIM),
        (work(20, busy=1.0, behind=0.06), 0.588, 6, Shed.NOTHING),
        (work(20, busy=1.0, behind=0.13), 0.588, 0, Shed.NOTHING),
        (work(20, busy=1.0, behind=0.28), 1.12, 0, Shed.TURN_DETECTOR),
        (work(20, busy=1.0, behind=0.5), 2.0, 0, Shed.SPEECH),
        (work(20, busy=1.0, recognising=0.9), 1.286, 0, Shed.CARE),
        (work(20, busy=1.0, recognising=0.98), 1.4, 0, Shed.GUESSES),
        (work(waiting=40, busy=0.6), 0.353, 15, Shed.NOTHING),
        (work(1, behind=0.38, utterances=1), 0.0, 25, Shed.NOTHING),
        (work(12, busy=0.3, behind=0.38), 0.176, 20, Shed.NOTHING),
        (work(1, behind=0.38, utterances=3, each=0.38), 1.14, 25, Shed.TURN_DETECTOR),
        (work(1, behind=0.5, utterances=3, each=0.5), 1.5, 25, Shed.SPEECH),
    ],
)
def test_what_follows_from_a_load(load: Work, use: float, room: int, shed: Shed) -> None:
    core = CapacityCore()
    found = core.decide(load)
    assert found.use == pytest.approx(use, abs=0.001)
    assert abs(found.room - room) <= 1
    for ended in Shed:
        found = core.decide(replace(load, ended=ended))
    assert found.shed is shed


def test_on_a_slower_machine_there_is_room_for_fewer() -> None:
    quick, slow = CapacityCore(), CapacityCore()
    for _ in range(20):
        one = quick.decide(work(10, busy=10 * COSTS[Doing.CONVERSING]))
        other = slow.decide(work(10, busy=20 * COSTS[Doing.CONVERSING]))
    assert other.room < one.room / 2
    assert 1.9 < slow.correction < 2.1


@given(cores=st.integers(1, 64), processes=st.integers(1, 8))
def test_processes_that_share_the_cores_have_the_room_of_one_that_has_all(
    cores: int, processes: int
) -> None:
    share = 1 / processes
    whole = CapacityCore().decide(Work({}, cores, 0.05)).room
    each = CapacityCore().decide(Work({}, cores * share, 0.05 * share, share=share)).room
    assert whole - processes < each * processes <= whole


def test_many_processes_on_few_cores_have_room_again_after_a_dear_burst() -> None:
    share, core = 1 / 32, CapacityCore()
    for _ in range(20):
        core.decide(Work({Doing.CONVERSING: 2}, 4 * share, 0.36, share=share))
    idle = Work({}, 4 * share, 0.05 * share, share=share)
    assert core.decide(idle).room == 0
    for _ in range(120):
        found = core.decide(idle)
    assert found.room == 1


def test_what_calls_cost_is_kept_while_some_are_there() -> None:
    core = CapacityCore(correction=2.0)
    for _ in range(120):
        core.decide(work(4, busy=8 * COSTS[Doing.CONVERSING]))
    assert core.correction == pytest.approx(2.0)


def test_callers_who_were_only_greeted_do_not_say_that_calls_are_cheap() -> None:
    core = CapacityCore()
    for _ in range(10):  # seconds in which twelve came
        greeted = core.decide(work(12, busy=12 * COSTS[Doing.CONVERSING] / 3))
    cheap = CapacityCore(correction=1 / 3).decide(work(12, busy=12 * COSTS[Doing.CONVERSING] / 3))
    assert greeted.room < 0.6 * cheap.room


def test_one_full_second_is_no_shortage_and_many_are() -> None:
    core = CapacityCore()
    for _ in range(10):
        core.decide(work(12, busy=0.9))
    assert core.decide(work(12, busy=2.0)).shed is Shed.NOTHING
    for _ in range(10):
        found = core.decide(work(12, busy=2.0))
    assert found.shed >= Shed.INTERIM and found.room == 0


@given(load=st.floats(0.05, 0.95), waits=st.floats(0.021, 1.0))
def test_the_longer_is_waited_the_less_room_is_left(load: float, waits: float) -> None:
    more = more_until_too_late(load, waits)
    assert (more > 0) is (waits < WAITS_ENOUGH) or waits == pytest.approx(WAITS_ENOUGH)
    assert load * (1 + more) < 1, "no queue is ever full and still in time"
    assert more_until_too_late(load, 2 * waits) < more


@given(conversing=st.integers(0, 2), behind=st.floats(0.0, 2.0), utterances=st.integers(0, 30))
def test_two_callers_who_wait_keep_nobody_out(
    conversing: int, behind: float, utterances: int
) -> None:
    waiting = CapacityCore().decide(work(conversing, 1.0, 0.2, behind, utterances))
    assert waiting.room == CapacityCore().decide(work(conversing, 1.0, 0.2)).room > 0


def test_a_single_wait_or_waits_in_an_idle_house_keep_nobody_out() -> None:
    for conversing in range(1, 13):
        for busy, utterances in ((1.0, 1), (0.3, 12)):
            waiting = CapacityCore().decide(work(conversing, busy, 0.1, 0.2, utterances))
            assert waiting.room == CapacityCore().decide(work(conversing, busy, 0.1)).room > 0


def test_twelve_on_a_core_keep_others_out_once_they_wait_for_one_another() -> None:
    calls = {Doing.CONVERSING: 12}
    early, late = (Work(calls, 1.0, 0.55, 0.3, behind, 11) for behind in (0.05, 0.12))
    assert CapacityCore(correction=0.5).decide(early).room > 0
    assert CapacityCore(correction=0.5).decide(late).room == 0


def test_recognisers_that_are_full_keep_others_out_where_cores_are_idle() -> None:
    assert CapacityCore().decide(work(8, 0.3, recognising=0.6, behind=0.15)).room == 0


def test_calls_that_wait_leave_more_room_than_calls_that_converse() -> None:
    assert COSTS[Doing.WAITING] < COSTS[Doing.BRIDGED] < COSTS[Doing.CONVERSING]


def test_a_first_call_does_not_say_what_calls_cost() -> None:
    core = CapacityCore()
    core.decide(work(1, busy=1.2))
    assert core.correction == 1.0


def test_what_is_left_out_comes_back_late() -> None:
    assert shed_at(1.05, Shed.NOTHING) is Shed.INTERIM
    assert shed_at(0.95, Shed.INTERIM) is Shed.INTERIM
    assert shed_at(0.84, Shed.INTERIM) is Shed.NOTHING
    assert shed_at(1.6, Shed.INTERIM) is Shed.SPEECH
    assert shed_at(1.3, Shed.SPEECH) is Shed.SPEECH
    assert shed_at(1.1, Shed.SPEECH) is Shed.CARE
    assert shed_at(0.1, Shed.SPEECH) is Shed.NOTHING


def test_room_is_never_negative() -> None:
    assert CapacityCore().decide(work(30, busy=9.0, recognising=1.0, behind=9.0)) == Capacity(
        36.0, 0, Shed.INTERIM
    )


def test_a_long_wait_on_an_idle_machine_leaves_out_nothing() -> None:
    waits, quiet = CapacityCore(), CapacityCore()
    for utterances in (1, 1, 2, 2, 1):  # of one caller, in the seconds after one waited 0.38 s
        late = work(1, 0.1, 0.05, 0.38 / utterances, utterances)
        assert waits.decide(late) == quiet.decide(work(1, 0.1, 0.05))
    assert waits.shed is Shed.NOTHING


def test_each_step_has_a_second_to_help_and_all_come_back_at_once() -> None:
    core, late = CapacityCore(), work(20, busy=1.0, behind=0.6, ended=1)
    looks = [core.decide(replace(late, ended=ended)).shed for ended in range(1, 7)]
    assert looks == [*list(Shed)[1:], Shed.SPEECH]
    assert core.decide(work(20, busy=1.0, behind=0.05)).shed is Shed.NOTHING
    helped = CapacityCore()
    assert helped.decide(late).shed is Shed.INTERIM
    assert helped.decide(work(20, busy=1.0, behind=0.24)).shed is Shed.INTERIM


def test_while_nobody_speaks_what_was_waited_leaves_out_nothing_more() -> None:
    core, waited = CapacityCore(), work(1, behind=0.6, utterances=3, each=0.6, ended=3)
    assert [core.decide(waited).shed for _ in range(5)] == [Shed.INTERIM] * 5
    again = replace(waited, ended=4)
    assert [core.decide(again).shed for _ in range(3)] == [Shed.TURN_DETECTOR] * 3
    in_time = replace(waited, behind=0.1, each=0.0, ended=5)
    assert core.decide(in_time).shed is Shed.NOTHING


@pytest.mark.parametrize(
    "load",
    [
        work(1, behind=0.6, utterances=3, each=0.6, ended=3, overdue=True),
        work(20, busy=2.6, behind=0.3, ended=3),
    ],
    ids=["a recogniser that does not answer", "the cores"],
)
def test_what_is_seen_anew_each_second_leaves_out_more_each_second(load: Work) -> None:
    core = CapacityCore()
    assert [core.decide(load).shed for _ in range(3)] == list(Shed)[1:4]
