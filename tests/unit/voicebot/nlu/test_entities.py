"""Which things are found in a sentence, and what the question changes about it."""

from __future__ import annotations

import datetime

import pytest

from voicebot.nlu.entities import EntityFinder, yes_or_no
from voicebot.nlu.training import Training

TODAY = datetime.date(2026, 11, 22)
FINDER = EntityFinder(
    Training(
        language="en",
        timezone="UTC",
        examples=(),
        synonyms={"sat": "saturday", "saturdays": "saturday", "tonight": "today"},
        lookups={"day": ("saturday", "sat", "sunday", "today", "tomorrow", "weekend")},
        regexes={"account_number": (r"\b\d{8}\b",), "plate": (r"\b[A-Z]{2}-\d{3}\b",)},
    )
)


def values(said: str, expects: str = "open") -> dict[str, str]:
    return {entity.name: entity.value for entity in FINDER.find(said, expects, TODAY)}


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("are you open on Saturdays", "saturday"),
        ("on sat", "saturday"),
        ("at the weekend", "weekend"),
        ("today", "sunday"),
        ("until when tonight", "sunday"),
        ("tomorrow", "monday"),
        ("on december fifth", "saturday"),
    ],
)
def test_a_day_is_a_day_of_the_week(said: str, day: str) -> None:
    assert values(said)["day"] == day


def test_a_pattern_is_tried_on_the_digits_that_were_said() -> None:
    said = "my account is one two three four five six double seven"
    (found,) = [e for e in FINDER.find(said, "open", TODAY) if e.name == "account_number"]
    assert found.value == "12345677"
    assert said[found.start : found.end] == "one two three four five six double seven"


def test_a_pattern_is_tried_on_the_text() -> None:
    assert values("my plate is AB-123")["plate"] == "AB-123"


def test_digits_asked_for_are_put_together() -> None:
    assert values("one two three, i think, four five", "digits")["digits"] == "12345"


def test_digits_beside_a_pattern_are_not_told_twice() -> None:
    assert "digits" not in values("12345678")
    assert values("12345678", "digits")["digits"] == "12345678"


def test_a_number_is_one_piece() -> None:
    found = values("one thousand two hundred", "digits")
    assert found["number"] == "1200"
    assert "number" not in values("one two", "digits")


def test_a_name_only_where_it_is_asked_for_or_announced() -> None:
    assert values("john smith", "name")["name"] == "John Smith"
    assert "name" not in values("john smith")
    assert values("my name is john smith")["name"] == "John Smith"


def test_yes_only_where_it_is_asked_for() -> None:
    assert values("yes please", "yes_no")["yes_no"] == "yes"
    assert "yes_no" not in values("yes please")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("yes", "yes"), ("Yeah, that's right.", "yes"), ("correct", "yes"), ("uh-huh", "yes"),
        ("no", "no"), ("no that's not right", "no"), ("that's wrong", "no"), ("nope", "no"),
        ("not quite", "no"), ("i smell gas", None), ("", None), ("twelve", None),
        ("no my name is miller", "no"), ("that's it", None),
    ],
)  # fmt: skip
def test_yes_or_no(said: str, answer: str | None) -> None:
    assert yes_or_no(said) == answer
