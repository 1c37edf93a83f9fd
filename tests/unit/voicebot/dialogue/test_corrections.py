"""A few digits that put right what was read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.corrections import patched

PAIRS = (2, 2, 2, 2)


@pytest.mark.parametrize(
    ("held", "said", "groups", "value"),
    [
        ("77421903", "72", PAIRS, "72421903"),
        ("77421903", "43", PAIRS, "77431903"),
        ("77421903", "1904", PAIRS, "77421904"),
        ("77421903", "22", (), "77422903"),
        ("77421903", "5", PAIRS, None),
        ("77421903", "77421904", PAIRS, None),
        ("77421903", "66", PAIRS, None),
        ("12", "12", (), None),
    ],
)
def test_the_likest_stretch_is_replaced(
    held: str, said: str, groups: tuple[int, ...], value: str | None
) -> None:
    assert patched(held, said, groups, lambda _: True) == value


def test_what_is_not_possible_is_passed_over() -> None:
    assert patched("77421903", "72", PAIRS, lambda value: value != "72421903") == "77721903"


digits = st.text("0123456789", min_size=2, max_size=9)


@given(digits, digits)
def test_it_stays_as_long_and_holds_what_was_said(held: str, said: str) -> None:
    value = patched(held, said, (), lambda _: True)
    if value is not None:
        assert len(value) == len(held) and said in value and value != held
