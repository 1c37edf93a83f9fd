"""The circuit breaker, walked by hand."""

from __future__ import annotations

import pytest

from kernel.errors import IllegalTransition
from voicebot.breaker import MACHINE, Breaker, Circuit, Recovered


def opened(at: float) -> Breaker:
    breaker = Breaker(failures=3, rest=10.0)
    assert [breaker.failed(at) for _ in range(3)] == [False, False, True]
    return breaker


def test_failures_running_open_it() -> None:
    breaker = Breaker(failures=3)
    for _ in range(5):  # never three running
        assert breaker.allows(0.0)
        breaker.failed(0.0)
        breaker.failed(0.0)
        assert not breaker.succeeded()
    assert breaker.state is Circuit.CLOSED
    assert opened(0.0).state is Circuit.OPEN


def test_open_it_is_left_alone_and_then_tried_once() -> None:
    breaker = opened(100.0)
    assert not breaker.allows(109.9)
    assert breaker.allows(110.0)
    assert not breaker.allows(110.0), "one question tries it, not two"
    assert breaker.succeeded(), "it is told that it is back"
    assert breaker.allows(110.0)


def test_who_fails_when_tried_is_left_alone_again() -> None:
    breaker = opened(0.0)
    assert breaker.allows(10.0)
    assert breaker.failed(10.5)
    assert not breaker.allows(20.4)
    assert breaker.allows(20.5)


def test_a_trial_that_nobody_waited_for_is_put_again() -> None:
    breaker = opened(0.0)
    assert breaker.allows(10.0)
    breaker.unknown(10.0)
    assert not breaker.allows(19.0)
    assert breaker.allows(20.0)
    closed = Breaker(failures=1)
    closed.unknown(0.0)
    assert closed.state is Circuit.CLOSED


def test_late_failures_of_an_open_circuit_change_nothing() -> None:
    breaker = opened(0.0)
    assert not any(breaker.failed(5.0) for _ in range(9))
    assert breaker.allows(10.0)


def test_what_the_table_has_not_is_refused() -> None:
    with pytest.raises(IllegalTransition):
        MACHINE.next(Circuit.CLOSED, Recovered())
