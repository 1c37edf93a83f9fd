"""Sums of money and times of day, as callers say them."""

from __future__ import annotations

import datetime

import pytest

from voicebot.nlu.entities import EntityFinder
from voicebot.nlu.hours import find_hours
from voicebot.nlu.money import find_sums
from voicebot.nlu.training import Training


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("en", "I paid twelve dollars and fifty cents", ["12.50 USD"]),
        ("en", "it was $12.50 and then 30 dollars", ["12.50 USD", "30.00 USD"]),
        ("en", "one hundred and twenty pounds", ["120.00 GBP"]),
        ("en", "1,200.50 euros", ["1200.50 EUR"]),
        ("en", "fifty cents", ["0.50"]),
        ("en", "twenty bucks please", ["20.00 USD"]),
        ("en", "£ 7 a month", ["7.00 GBP"]),
        ("en", "twelve dollars fifty.", ["12.50 USD"]),
        ("en", "thirty dollars twelve months", ["30.00 USD"]),
        ("en", "three people and a dollar sign", []),
        ("en", "my number is 12 34 56", []),
        ("de", "zwanzig Euro", ["20.00 EUR"]),
        ("de", "1.200,50 Euro", ["1200.50 EUR"]),
        ("it", "venti euro e cinquanta centesimi", ["20.50 EUR"]),
        ("fr", "douze euros", ["12.00 EUR"]),
        ("es", "quince dólares", ["15.00 USD"]),
    ],
)
def test_sums(language: str, text: str, values: list[str]) -> None:
    assert [found.value for found in find_sums(text, language)] == values


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("en", "at half past nine", ["09:30"]),
        ("en", "a quarter to five in the afternoon", ["16:45"]),
        ("en", "ten past three pm", ["15:10"]),
        ("en", "nine thirty am", ["09:30"]),
        ("en", "twelve am", ["00:00"]),
        ("en", "at noon or at midnight", ["12:00", "00:00"]),
        ("en", "two o'clock tonight", ["14:00"]),
        ("en", "14:30 or 9:05", ["14:30", "09:05"]),
        ("en", "at three", ["03:00"]),
        ("en", "at the third house", []),
        ("en", "three apples", []),
        ("en", "my account is 77421188", []),
        ("de", "um halb zehn", ["09:30"]),
        ("de", "15 Uhr 30", ["15:30"]),
        ("it", "alle nove e mezza", ["09:30"]),
        ("it", "alle otto di sera", ["20:00"]),
        ("fr", "quinze heures trente", ["15:30"]),
        ("es", "a las nueve y media", ["09:30"]),
        ("ko", "14:30", ["14:30"]),
    ],
)
def test_times_of_day(language: str, text: str, values: list[str]) -> None:
    assert [found.value for found in find_hours(text, language)] == values


def test_they_are_entities() -> None:
    finder = EntityFinder(Training("en", "UTC", ()))
    today = datetime.date(2026, 11, 26)
    found = finder.find("twelve dollars at half past nine", "open", today)
    assert {(e.name, e.value) for e in found} >= {("money", "12.00 USD"), ("time", "09:30")}
