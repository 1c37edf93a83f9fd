"""Whether sound is late."""

from __future__ import annotations

from itertools import groupby

import pytest

from voicebot.speech.arrivals import GAP, LOST, STALL, Arrivals


def walk(ticks: list[int]) -> list[bool]:
    """So many frames came at each tick; whether sound was late after it."""
    arrivals, seen = Arrivals(), []
    for number, frames in enumerate(ticks):
        for _ in range(frames):
            arrivals.came(number * 0.02)
        if not frames:
            arrivals.none_came()
        seen.append(arrivals.late)
    return seen


@pytest.mark.parametrize(
    ("ticks", "late"),
    [
        ([1, 0, 2, 0, 2, 0, 0, 3, 1], []),  # two clocks side by side
        ([1, *[0] * 7, 6, 3, 1], [3, 4, 5, 6, 7]),  # a stall, and what it held back
        ([1, *[0] * 7, 1, 1, 1], [3, 4, 5, 6, 7, 8]),  # a stall whose packets are lost
        ([1, *[0] * 7, 2, 4, 3, 1], [3, 4, 5, 6, 7, 8, 9]),  # read slower than it came
    ],
)
def test_sound_is_late_until_it_has_come_or_is_lost(ticks: list[int], late: list[int]) -> None:
    assert [at for at, is_late in enumerate(walk(ticks)) if is_late] == late


def test_who_sends_nothing_in_silence_is_not_late() -> None:
    seen = walk([1, *[0] * 50, 1, 1])
    assert seen[STALL : GAP - 1 + 1] == [True] * (GAP - STALL) and not any(seen[GAP:])


@pytest.mark.parametrize(
    ("usual", "with_a_loss"),
    [([0, 2] * 16, [0, 2, 0, 0]), ([1, 0, 2] * 16, [1, 0, 0, 0, 0, 2])],
    ids=["40 ms a packet", "30 ms a packet"],
)
def test_packets_that_are_lost_for_good_are_given_up(
    usual: list[int], with_a_loss: list[int]
) -> None:
    seen = walk((usual + with_a_loss) * 20)
    late = [len(list(ticks)) for is_late, ticks in groupby(seen) if is_late]
    assert len(late) > 1 and max(late) <= LOST
