"""A round calls everybody; one that raises is taken out; stalls are made up for, or given up."""

from __future__ import annotations

import pytest

from telephony.media.pump import CATCH_UP, Pump


def test_a_round_calls_every_tick_once() -> None:
    calls: list[str] = []
    pump = Pump()
    pump.add("a", lambda: calls.append("a"))
    pump.add("b", lambda: calls.append("b"))
    pump.round()
    pump.remove("a")
    pump.remove("never there")
    pump.round()
    assert calls == ["a", "b", "b"]
    assert pump.ticks == 2


def test_a_tick_removed_in_this_round_is_not_called() -> None:
    calls: list[str] = []
    pump = Pump()
    pump.add("a", lambda: pump.remove("b"))
    pump.add("b", lambda: calls.append("b"))
    pump.round()
    assert calls == []


def test_a_tick_that_raises_is_taken_out_and_the_others_go_on() -> None:
    calls: list[str] = []
    pump = Pump()
    pump.add("bad", lambda: 1 // 0)
    pump.add("good", lambda: calls.append("good"))
    pump.round()
    pump.round()
    assert calls == ["good", "good"]
    assert pump.failed == 1


@pytest.mark.parametrize(
    ("behind", "due", "skipped"),
    [(0.0, 10.0, 0), (0.05, 10.0, 0), (0.02 * CATCH_UP, 10.0, 0), (1.01, 11.0, 50)],
)
def test_small_delays_are_made_up_for_and_stalls_given_up(
    behind: float, due: float, skipped: int
) -> None:
    pump = Pump(monotonic=lambda: 10.0 + behind)
    assert pump._next_due(10.0) == pytest.approx(due)
    assert pump.skipped == skipped
