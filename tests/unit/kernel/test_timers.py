"""Timers by name."""

from __future__ import annotations

from kernel.timers import Timers


def test_the_earliest_comes_first_and_setting_again_replaces() -> None:
    timers: Timers[str] = Timers()
    assert timers.next() is None and timers.pop_due(9.0) is None
    timers.set("a", 3.0)
    timers.set("b", 2.0)
    timers.set("a", 1.0)
    timers.set("a", 1.0)
    assert timers.next() == 1.0
    assert [timers.pop_due(2.5) for _ in range(3)] == ["a", "b", None]


def test_a_cancelled_one_never_comes() -> None:
    timers: Timers[str] = Timers()
    timers.set("a", 1.0)
    timers.cancel("a")
    timers.cancel("never set")
    assert timers.pop_due(9.0) is None


def test_the_heap_does_not_grow_with_what_was_replaced() -> None:
    timers: Timers[str] = Timers()
    for number in range(10_000):
        timers.set(f"t{number % 10}", float(number))
    assert len(timers._heap) < 200
    assert timers.next() == 9_990.0
