"""The table of what questions expect, masks, and the pauses that a caller makes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.grammar import EXPECTS
from voicebot.expected import EXPECTED, HARD_STOP, Mask, Pace, expected, luhn


def test_every_expectation_that_a_flow_may_name_has_a_row() -> None:
    assert set(EXPECTED) == set(EXPECTS)
    assert expected("whatever") is EXPECTED["open"]


@pytest.mark.parametrize(
    ("kind", "endpoint"), [("yes_no", 0.35), ("menu", 0.5), ("open", 0.85), ("digits", 1.8)]
)
def test_how_long_silence_ends_an_answer(kind: str, endpoint: float) -> None:
    assert expected(kind).endpoint == endpoint


@pytest.mark.parametrize("kind", EXPECTED)
def test_what_is_complete_ends_sooner_and_what_hangs_later(kind: str) -> None:
    row = EXPECTED[kind]
    assert 0.2 < row.complete <= row.by_words <= row.endpoint <= row.prefix <= HARD_STOP


@pytest.mark.parametrize(
    ("mask", "digits", "fits", "full"),
    [
        (Mask(4, 4), "1234", True, True),
        (Mask(4, 4), "123", False, False),
        (Mask(4, 6), "1234", True, False),
        (Mask(4, 6), "1234567", False, False),
        (Mask(), "12", True, False),
        (Mask(1, 4), "12a", False, False),
        (Mask(16, 16, luhn=True), "4539578763621486", True, True),
        (Mask(0, 2, scale=(0, 10)), "9", True, True),
        (Mask(0, 2, scale=(0, 10)), "99", False, False),
        (Mask(0, 2, scale=(0, 10)), "1", True, False),
        (Mask(0, 2, scale=(0, 10)), "10", True, True),
        (Mask(0, 2, scale=(0, 10)), "0", True, True),
        (Mask(0, 1, scale=(1, 5)), "0", False, False),
        (Mask(16, 16, luhn=True), "4539578763621487", False, False),
    ],
)
def test_masks(mask: Mask, digits: str, fits: bool, full: bool) -> None:
    assert (mask.fits(digits), mask.full(digits)) == (fits, full)


@given(st.text("0123456789", min_size=1, max_size=18), st.integers(0, 17), st.integers(1, 9))
def test_luhn_sees_every_wrong_digit(payload: str, place: int, change: int) -> None:
    number = next(payload + str(check) for check in range(10) if luhn(payload + str(check)))
    at = place % len(number)
    wrong = str((int(number[at]) + change) % 10)
    assert not luhn(number[:at] + wrong + number[at + 1 :])


@pytest.mark.parametrize(
    ("pauses", "kind", "endpoint"),
    [
        ([], "open", 0.85),
        ([0.7], "open", 0.91),
        ([0.25] * 5, "open", 0.85),
        ([2.0] * 9, "open", 1.275),
        ([2.5] * 9, "digits", 2.7),
        ([0.7], "yes_no", 0.35),
    ],
    ids=["nothing known", "slow", "quick", "bounded", "bounded too", "yes is yes"],
)
def test_the_endpoint_follows_the_caller(pauses: list[float], kind: str, endpoint: float) -> None:
    pace = Pace()
    for pause in pauses:
        pace.paused(pause)
    assert pace.endpoint(expected(kind)) == pytest.approx(endpoint)


def test_the_mean_moves_towards_the_newest_pause() -> None:
    pace = Pace()
    pace.paused(0.5)
    pace.paused(1.0)
    assert pace.mean == pytest.approx(0.65)


@given(st.lists(st.floats(0.0, 60.0), max_size=20), st.sampled_from(sorted(EXPECTED)))
def test_it_never_leaves_its_bounds(pauses: list[float], kind: str) -> None:
    row, pace = EXPECTED[kind], Pace()
    for pause in pauses:
        pace.paused(pause)
    assert row.endpoint - 1e-9 <= pace.endpoint(row) <= min(HARD_STOP, 1.5 * row.endpoint)


def test_a_patient_line_waits_longer_for_everything_and_thinks_as_soon() -> None:
    row, patient = expected("menu"), expected("menu").times(1.5)
    assert patient.endpoint == pytest.approx(1.5 * row.endpoint)
    assert patient.more == pytest.approx(1.5 * row.more)
    assert (patient.pause, patient.no_input) == (row.pause, row.no_input)
