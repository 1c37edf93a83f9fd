"""Times of day as they are said: "half past nine", "three in the afternoon", "um halb zehn".

A value is `HH:MM`. Where nothing says whether it is morning or afternoon, the hour is as it was
said: "at three" is 03:00, and whoever asks knows which is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from voicebot.nlu.numbers import spoken_to_figures

_H, _M = r"(?P<h>[01]?\d|2[0-4])", r"(?P<m>[0-5]\d)"
Reading = Callable[[re.Match[str]], tuple[int, int]]
Rule = tuple[str, Reading]


def _at(match: re.Match[str]) -> tuple[int, int]:
    return int(match["h"]), int(match.groupdict().get("m") or 0)


def _past(minutes: int) -> Reading:
    return lambda match: (int(match["h"]), minutes)


def _to(minutes: int) -> Reading:
    return lambda match: (int(match["h"]) - 1, 60 - minutes)


def _minutes_to(match: re.Match[str]) -> tuple[int, int]:
    return int(match["h"]) - 1, 60 - int(match["m"])


def _fixed(hour: int) -> Reading:
    return lambda match: (hour, 0)


RULES: Mapping[str, tuple[Rule, ...]] = {
    "en": (
        (rf"half past {_H}", _past(30)),
        (rf"(?:a )?quarter past {_H}", _past(15)),
        (rf"(?:a )?quarter (?:to|of) {_H}", _to(15)),
        (rf"(?P<m>5|10|20|25) past {_H}", _at),
        (rf"(?P<m>5|10|20|25) to {_H}", _minutes_to),
        (r"noon|midday", _fixed(12)),
        (r"midnight", _fixed(0)),
        (rf"{_H} {_M}(?= ?(?:a\.?m|p\.?m|in the|at night))", _at),
        (rf"{_H} ?o'? ?clock", _at),
        (rf"{_H}(?= ?(?:a\.?m\b|p\.?m\b|in the (?:morning|afternoon|evening)|at night))", _at),
        (rf"(?<=at ){_H}(?: {_M})?(?![\d,.]|(?: |-)\w*(?:th|st|nd|rd)\b)", _at),
    ),
    "de": (
        (rf"halb {_H}", _to(30)),
        (rf"viertel nach {_H}", _past(15)),
        (rf"viertel vor {_H}", _to(15)),
        (rf"{_H} uhr(?: {_M})?", _at),
        (r"mittags?", _fixed(12)),
        (r"mitternacht", _fixed(0)),
    ),
    "it": (
        (rf"(?:alle|le|ore) {_H} e mezz[ao]", _past(30)),
        (rf"(?:alle|le|ore) {_H} e un quarto", _past(15)),
        (rf"(?:alle|le|ore) {_H} meno un quarto", _to(15)),
        (rf"(?:alle|le|ore) {_H}(?: e {_M})?", _at),
        (r"mezzogiorno", _fixed(12)),
        (r"mezzanotte", _fixed(0)),
    ),
    "fr": (
        (rf"{_H} heures? et demie?", _past(30)),
        (rf"{_H} heures? et quart", _past(15)),
        (rf"{_H} heures? moins le quart", _to(15)),
        (rf"{_H} heures?(?: {_M})?", _at),
        (r"midi", _fixed(12)),
        (r"minuit", _fixed(0)),
    ),
    "es": (
        (rf"las? {_H} y media", _past(30)),
        (rf"las? {_H} y cuarto", _past(15)),
        (rf"las? {_H} menos cuarto", _to(15)),
        (rf"las? {_H}(?: y {_M})?", _at),
        (r"mediodía", _fixed(12)),
        (r"medianoche", _fixed(0)),
    ),
}
_ANY: Rule = (rf"{_H}[:.]{_M}(?![.,]?\d)", _at)
_LATE = {
    "en": r"p\.?m\b|in the (?:afternoon|evening)|at night|tonight|this (?:afternoon|evening)",
    "de": r"nachmittags?|abends?", "it": r"del pomeriggio|di sera", "fr": r"du soir|de l'après",
    "es": r"de la tarde|de la noche",
}  # fmt: skip
_EARLY = {"en": r"a\.?m\b|in the morning|this morning"}


@dataclass(frozen=True)
class Hour:
    """A time of day that was said."""

    value: str
    text: str
    """As it reads with figures for numbers."""


def find_hours(text: str, language: str = "en") -> list[Hour]:
    """Every time of day in `text`, in order."""
    language = language.split("-")[0]
    figures = spoken_to_figures(text.lower().replace("\u2019", "'"), language)
    late = bool(re.search(_LATE.get(language, r"(?!)"), figures))
    early = bool(re.search(_EARLY.get(language, r"(?!)"), figures))
    found: list[tuple[int, int, Hour]] = []
    for pattern, reading in (_ANY, *RULES.get(language, ())):
        for match in re.finditer(rf"(?<![\w:.]){pattern}(?!\w)", figures):
            if any(match.start() < end and start < match.end() for start, end, _ in found):
                continue
            hour, minute = reading(match)
            hour = hour + 12 if late and hour < 12 else hour
            hour = 0 if early and hour == 12 else hour
            found.append((*match.span(), Hour(f"{hour % 24:02}:{minute:02}", match.group())))
    return [each for _, _, each in sorted(found, key=lambda one: one[0])]
