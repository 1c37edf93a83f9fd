"""Digits as people say them."""

from __future__ import annotations

import pytest

from voicebot.nlu.numbers import digit_runs, spoken_to_figures


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("one two three four five six seven eight", ["12345678"]),
        ("double seven oh one two three", ["770123"]),
        ("seventy seven forty two ninety oh one", ["77429001"]),
        ("triple five one", ["5551"]),
        ("12 34 56-78", ["12345678"]),
        ("1, 2, 3, 4.", ["1234"]),
        ("four four uh five six", ["4456"]),
        ("oh oh seven", ["007"]),
        ("six six oh", ["660"]),
        ("one thousand two hundred and thirty four", ["1234"]),
        ("i have two cars and one dog", ["2", "1"]),
        ("the second of december", []),
        ("oh i see", []),
        ("", []),
        ("double", []),
    ],
)
def test_digit_runs(said: str, digits: list[str]) -> None:
    assert [run.digits for run in digit_runs(said)] == digits


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("four four to for nine ate", ["442498"]),
        ("for my account", []),
        ("won too tree", []),
        ("one too three", ["123"]),
    ],
)
def test_where_digits_are_expected_their_homophones_count(said: str, digits: list[str]) -> None:
    assert [run.digits for run in digit_runs(said, guess=True)] == digits


def test_a_run_knows_where_it_was_said() -> None:
    text = "My number is double one two, thanks"
    (run,) = digit_runs(text)
    assert text[run.start : run.end] == "double one two"
    assert run.pieces > 1


def test_a_language_without_number_words_still_has_figures() -> None:
    assert [run.digits for run in digit_runs("12 34", language="xx")] == ["1234"]


def test_ordinals_become_figures() -> None:
    assert spoken_to_figures("the twenty fifth of december") == "the 25th of december"
