"""Spoken dates to ISO 8601. The only file that imports dateparser.

dateparser is good at reading a phrase and poor at finding one ("may I pay" is no month), so the
phrases are found here by shape and each is read by dateparser.
"""

from __future__ import annotations

import datetime
import re
import warnings
from dataclasses import dataclass

import dateparser

from voicebot.nlu.numbers import spoken_to_figures

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = "(?:" + "|".join(WEEKDAYS) + ")"
_MONTH = "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_NTH = r"\d{1,2}(?:st|nd|rd|th)"
_PHRASE = re.compile(
    rf"\b(?:day after tomorrow|today|tonight|tomorrow|yesterday"
    rf"|(?:the )?(?:{_NTH}|\d{{1,2}})(?: day)? (?:of )?{_MONTH}(?:,? \d{{4}})?"
    rf"|{_MONTH} (?:the )?(?:{_NTH}|\d{{1,2}})(?:,? \d{{4}})?"
    rf"|(?:next |this |last |coming )?{_DAY}(?!,? (?:the )?{_NTH})"
    rf"|in (?:\d{{1,2}}|a) (?:day|week|month)s?"
    rf"|the {_NTH}|\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?)\b"
)
_ALONE = re.compile(r"the (\d{1,2})(?:st|nd|rd|th)")
_FIXED = {"christmas eve": "12-24", "christmas": "12-25", "new year's eve": "12-31",
          "new year's": "01-01", "new years": "01-01"}  # fmt: skip
_HOLIDAY = re.compile(r"\b(?:christmas eve|christmas|new year's eve|new year's|new years)\b")


@dataclass(frozen=True)
class Found:
    """A date that was said."""

    day: datetime.date
    text: str
    """As dateparser was given it: figures for numbers."""


def find_dates(text: str, today: datetime.date, language: str = "en") -> list[Found]:
    """Every date in `text`, read on `today`; a day without a year is the next one to come."""
    figures = spoken_to_figures(text.lower().replace("\u2019", "'"), language)
    found = [
        Found(_coming(_FIXED[match.group()], today), match.group())
        for match in _HOLIDAY.finditer(figures)
    ]
    for match in _PHRASE.finditer(figures):
        day = _read(match.group(), today, language)
        if day is not None:
            found.append(Found(day, match.group()))
    return found


def names_a_date(text: str, language: str = "en") -> bool:
    """Whether there is a date in it, whichever day it comes to."""
    figures = spoken_to_figures(text.lower().replace("\u2019", "'"), language)
    return bool(_HOLIDAY.search(figures) or _PHRASE.search(figures))


def _coming(month_day: str, today: datetime.date) -> datetime.date:
    day = datetime.date.fromisoformat(f"{today.year}-{month_day}")
    return day if day >= today else day.replace(year=today.year + 1)


def _read(phrase: str, today: datetime.date, language: str) -> datetime.date | None:
    alone = _ALONE.fullmatch(phrase)
    if alone is not None:
        return _day_of_month(int(alone[1]), today)
    noon = datetime.datetime.combine(today, datetime.time(12))
    settings = {
        "RELATIVE_BASE": noon,
        "PREFER_DATES_FROM": "future",
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    plain = re.sub(r"\b(?:the|of|coming|this) |(?<=\d\w\w )day ", "", phrase)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # dateparser's own, about years
        read = dateparser.parse(plain, languages=[language], settings=settings)
    return read.date() if read is not None else None


def _day_of_month(number: int, today: datetime.date) -> datetime.date | None:
    """The next day with this number that some month has."""
    first = today.replace(day=1)
    for _ in range(12):
        try:
            day = first.replace(day=number)
        except ValueError:
            day = None
        if day is not None and day >= today:
            return day
        first = (first + datetime.timedelta(days=32)).replace(day=1)
    return None


def weekday(day: datetime.date) -> str:
    """The English name of its day of the week, lower-case."""
    return WEEKDAYS[day.weekday()]
