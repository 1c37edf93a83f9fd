"""The things named in a sentence: the bot's own words and patterns, and the built-in kinds.

Built-in entities are `name`, `digits`, `number`, `date`, `time`, `money`, `yes_no` and `code`. What
the question expects decides which of them are looked for: a name only freely when one was asked
for, a code only where letters are.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from voicebot.nlu.dates import find_dates, weekday
from voicebot.nlu.hours import find_hours
from voicebot.nlu.money import find_sums
from voicebot.nlu.names import find_name
from voicebot.nlu.normalise import words
from voicebot.nlu.numbers import Run, digit_runs
from voicebot.nlu.patterns import Pattern
from voicebot.nlu.ports import Entity
from voicebot.nlu.roles import Roles
from voicebot.nlu.spelling import spelled
from voicebot.nlu.training import Training

DAY = "day"
"""An entity of this name is a day of the week: relative days and dates are resolved to one."""
BUILT_IN = frozenset({"name", "digits", "number", "date", "yes_no", "code", "money", "time"})
_ALSO_OWN = frozenset({"money", "time"})
"""Built-in kinds of which a bot may list words of its own."""
_RELATIVE = {"today": 0, "tonight": 0, "tomorrow": 1, "day after tomorrow": 2}

SHORTEST_NAME = 3
"""Letters; fewer are initials."""
SPELLED_SURE = 0.9
_YES = frozenset(
    "yes yeah yep yup sure correct right exactly true ok absolutely definitely indeed affirmative "
    "perfect fine please aye".split()
)
_NO = frozenset("no nope nah wrong incorrect not never negative neither".split())
_AROUND = frozenset(
    "that is it i am do does did think course of all good would be great sounds go ahead will the "
    "said you got really at thanks thank my mate sir madam ma'am quite just one this a are have "
    "was were he she we now there".split()
)


class EntityFinder:
    """Finds entities for one bot."""

    def __init__(self, training: Training) -> None:
        self._language = training.language
        self._synonyms = {said.lower(): value for said, value in training.synonyms.items()}
        self._lookups = {
            entity: _alternatives(_spoken_forms(entity, said, training))
            for entity, said in training.lookups.items()
            if entity not in training.regexes and entity not in BUILT_IN - _ALSO_OWN
        }
        self._roles = Roles(training.examples, training.language)
        self._regexes = {
            entity: [Pattern(pattern) for pattern in patterns]
            for entity, patterns in training.regexes.items()
        }

    def find(self, text: str, expects: str, today: datetime.date) -> tuple[Entity, ...]:
        """Every entity in `text`, said in answer to a question that `expects` something."""
        runs = digit_runs(text, self._language, guess=expects == "digits")
        found = [*self._listed(text), *self._patterned(text, runs)]
        dates = self._dates(text, today)
        found = _with_days(found, dates, today, DAY in self._lookups)
        if not any(entity.name in self._regexes for entity in found) or expects == "digits":
            found += _digits(text, runs, expects)
        found += [*dates, *self._sums(text), *self._hours(text)]
        letters = spelled(text) if expects in ("name", "spelling") else ""
        found += _spelled(text, letters, expects)
        name = find_name(text, asked=expects in ("name", "spelling"))
        if name is not None and not any(entity.name == "name" for entity in found):
            said = text[name.start : name.end]
            sure = 0.9 if name.sure else 0.6
            found.append(Entity("name", name.value, said, name.start, name.end, sure))
        answer = yes_or_no(text)
        if answer is not None and expects == "yes_no":
            found.append(Entity("yes_no", answer, text, 0, len(text)))
        return tuple(self._roles.told(text, found))

    def _listed(self, text: str) -> Iterable[Entity]:
        """Words of lookup tables and synonyms, the longest first, as canonical values."""
        lower = text.lower().replace("\u2019", "'")
        for entity, pattern in self._lookups.items():
            for match in pattern.finditer(lower):
                said = match.group()
                value = self._synonyms.get(said, said)
                yield Entity(entity, value, text[match.start() : match.end()], *match.span())

    def _patterned(self, text: str, runs: list[Run]) -> Iterable[Entity]:
        """Patterns, tried on the digits that were said and on the text itself."""
        for entity, patterns in self._regexes.items():
            fitting = [run for run in runs if any(pattern.fits(run.digits) for pattern in patterns)]
            for run in fitting:
                yield Entity(entity, run.digits, text[run.start : run.end], run.start, run.end)
            for start, end in (span for pattern in patterns for span in pattern.spans(text)):
                if not any(run.start < end and start < run.end for run in fitting):
                    yield Entity(entity, text[start:end], text[start:end], start, end)

    def _dates(self, text: str, today: datetime.date) -> list[Entity]:
        return [
            Entity("date", found.day.isoformat(), found.text, *_span(text, found.text))
            for found in find_dates(text, today, self._language)
        ]

    def _sums(self, text: str) -> Iterable[Entity]:
        for found in find_sums(text, self._language):
            yield Entity("money", found.value, found.text, *_span(text, found.text))

    def _hours(self, text: str) -> Iterable[Entity]:
        for found in find_hours(text, self._language):
            yield Entity("time", found.value, found.text, *_span(text, found.text))


def _spoken_forms(entity: str, said: Iterable[str], training: Training) -> set[str]:
    """The entity's words, and every synonym of one of them."""
    canonical = {training.synonyms.get(word.lower(), word) for word in said}
    alike = {word for word, value in training.synonyms.items() if value in canonical}
    return {word.lower() for word in said} | alike


def _alternatives(said: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(said, key=lambda word: (-len(word), word))
    return re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b")


def _with_days(
    found: list[Entity], dates: list[Entity], today: datetime.date, wanted: bool
) -> list[Entity]:
    """Relative days made days of the week; a date where no day was said names its day."""
    result = []
    for entity in found:
        ahead = _RELATIVE.get(entity.value) if entity.name == DAY else None
        if ahead is not None:
            day = weekday(today + datetime.timedelta(days=ahead))
            entity = Entity(DAY, day, entity.text, entity.start, entity.end)
        result.append(entity)
    if wanted and dates and not any(entity.name == DAY for entity in found):
        first = dates[0]
        day = weekday(datetime.date.fromisoformat(first.value))
        result.append(Entity(DAY, day, first.text, first.start, first.end, 0.8))
    return result


def _digits(text: str, runs: list[Run], expects: str) -> list[Entity]:
    """The digits that were said: put together if digits are asked for, else the longest run."""
    if not runs:
        return []
    start, end = runs[0].start, runs[-1].end
    longest = max(runs, key=lambda run: len(run.digits))
    together = "".join(run.digits for run in runs) if expects == "digits" else longest.digits
    entities = [Entity("digits", together, text[start:end], start, end)]
    if longest.pieces == 1:
        start, end = longest.start, longest.end
        entities.append(Entity("number", str(int(longest.digits)), text[start:end], start, end))
    return entities


def _spelled(text: str, letters: str, expects: str) -> list[Entity]:
    """A code, and a name where it has letters only."""
    whole = (text, 0, len(text))
    found = [Entity("code", letters, *whole)] if letters and expects == "spelling" else []
    if len(letters) >= SHORTEST_NAME and letters.isalpha():
        found.append(Entity("name", letters.title(), *whole, SPELLED_SURE))
    return found


def _span(text: str, said: str) -> tuple[int, int]:
    at = text.lower().find(said)
    return (at, at + len(said)) if at >= 0 else (0, len(text))


def yes_or_no(text: str) -> str | None:
    """`yes`, `no`, or None where the sentence is not (only) one of the two.

    "no" wins over "right" ("no, that is not right"); "not wrong" is beyond it.
    """
    said = words(text)
    if not said or len(said) > 8:
        return None
    rest = [word for word in said if word not in _YES and word not in _NO and word not in _AROUND]
    if rest and said[0] not in (_YES | _NO) - {"please"}:  # "please cancel it" is no yes
        return None
    if any(word in _NO for word in said):
        return "no"
    return "yes" if any(word in _YES for word in said) else None
