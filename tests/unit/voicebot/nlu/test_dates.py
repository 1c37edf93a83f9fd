"""Dates as people say them, on a Sunday."""

from __future__ import annotations

import datetime

import pytest

from voicebot.nlu.dates import find_dates, weekday

TODAY = datetime.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("next saturday", "2026-11-28"),
        ("tomorrow please", "2026-11-23"),
        ("the day after tomorrow", "2026-11-24"),
        ("on the fifth of december", "2026-12-05"),
        ("december 5th", "2026-12-05"),
        ("March fourth", "2027-03-04"),
        ("monday at three pm", "2026-11-23"),
        ("monday the thirtieth of november", "2026-11-30"),
        ("in two weeks", "2026-12-06"),
        ("the third", "2026-12-03"),
        ("the thirty first", "2026-12-31"),
        ("I'm moving on the thirty first of march", "2027-03-31"),
        ("christmas eve", "2026-12-24"),
        ("new year's", "2027-01-01"),
        ("2026-12-24", "2026-12-24"),
    ],
)
def test_a_date(said: str, day: str) -> None:
    assert [found.day.isoformat() for found in find_dates(said, TODAY)] == [day]


@pytest.mark.parametrize("said", ["may i pay", "it was more last month", "the thirty second", ""])
def test_no_date(said: str) -> None:
    assert find_dates(said, TODAY) == []


def test_weekday() -> None:
    assert weekday(TODAY) == "sunday"
