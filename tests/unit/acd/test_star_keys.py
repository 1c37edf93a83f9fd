"""Keys in a call."""

from __future__ import annotations

import pytest

from acd.star_keys import StarKey, StarKeys


@pytest.mark.parametrize(
    ("presses", "meant"),
    [
        ([("*", 0.0), ("1", 1.0)], StarKey.REPEAT_WHISPER),
        ([("*", 0.0), ("2", 3.0)], StarKey.NOT_READY_AFTER),
        ([("*", 0.0), ("*", 5.0), ("9", 6.0)], StarKey.LOG_OUT_AFTER),
        ([("*", 0.0), ("1", 3.1)], None),
        ([("1", 0.0)], None),
        ([("*", 0.0), ("7", 0.5), ("1", 0.6)], None),
        ([("*", 0.0), ("#", 0.5)], StarKey.END),
    ],
)
def test_a_star_and_a_digit(presses: list[tuple[str, float]], meant: StarKey | None) -> None:
    keys = StarKeys()
    assert [keys.press(digit, now) for digit, now in presses][-1] is meant
