"""Spoken numbers to digits. The only file that imports text2num.

A digit string ("double seven oh forty two") is not a number ("one thousand and two"): each piece
is read as a number and the pieces are written one after another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from text_to_num import alpha2digit, find_numbers

_TOKEN = re.compile(r"[a-z']+|\d+")
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_ZERO = {"oh", "o", "nought", "naught", "aught", "zero", "nil"}
_SOUNDS_LIKE = {
    "to": "two", "too": "two", "for": "four", "fore": "four", "ate": "eight", "won": "one",
    "tree": "three", "free": "three", "sex": "six", "nein": "nine", "fife": "five",
    "niner": "nine", "owe": "zero",
}  # fmt: skip
_UNITS = {
    w: str(n) for n, w in enumerate("zero one two three four five six seven eight nine".split())
}
DIGITS = {"en": tuple(_UNITS)}
"""What a number that is told digit by digit is made of, by language, where that is known."""
_LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pt")
_BETWEEN = {"and", "dash", "hyphen", "then", "uh", "um", "er", "space"}


@dataclass(frozen=True)
class Run:
    """A stretch of speech that is digits: `text[start:end]`."""

    digits: str
    start: int
    end: int
    pieces: int
    """How many numbers were said; one piece is a number, several are a digit string."""


@dataclass(frozen=True)
class _Word:
    said: str
    start: int
    end: int
    apart: bool = False
    """Whether it cannot continue the number before it."""

    def text(self) -> str:
        return self.said

    def nt_separated(self, previous: object) -> bool:
        return self.apart

    def not_a_number_part(self) -> bool:
        return False


def digit_runs(text: str, language: str = "en", guess: bool = False) -> list[Run]:
    """Every stretch of digits in `text`, in order.

    `guess`: digits are expected, so words that sound like one ("for", "to") are taken as one
    beside another digit.
    """
    tokens = [_Word(m.group(), *m.span()) for m in _TOKEN.finditer(text.lower())]
    tokens = _rewritten(tokens, language, guess)
    numbers = _numbers(tokens, language)
    runs: list[Run] = []
    last = -1
    for first, following, digits in numbers:
        start, end = tokens[first].start, tokens[following - 1].end
        between = tokens[last:first] if last >= 0 else []
        if runs and all(token.said in _BETWEEN for token in between):
            before = runs.pop()
            runs.append(Run(before.digits + digits, before.start, end, before.pieces + 1))
        else:
            runs.append(Run(digits, start, end, 1))
        last = following
    return runs


def _rewritten(tokens: list[_Word], language: str, guess: bool) -> list[_Word]:
    """ "double seven" → seven seven, "oh" → zero, a digit's homophone → the digit."""
    result: list[_Word] = []
    skip = 0
    for at, token in enumerate(tokens):
        if skip:
            skip -= 1
            continue
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        times = _TIMES.get(token.said, 1)
        if times > 1 and following is not None and _is_digit(following.said):
            unit = "zero" if following.said in _ZERO else following.said
            result += [_Word(unit, token.start, following.end, True)] * times
            skip = 1
            continue
        said = token.said
        beside = _beside_digit(tokens, at)
        if said in _ZERO and (beside or guess or said == "zero"):
            result.append(_Word("zero", token.start, token.end, True))
        elif guess and beside and said in _SOUNDS_LIKE:
            result.append(_Word(_SOUNDS_LIKE[said], token.start, token.end, True))
        else:
            apart = said in _UNITS and following is not None and following.said in _UNITS
            result.append(_Word(said, token.start, token.end, apart))
    return result


def _is_digit(word: str) -> bool:
    return word in _UNITS or word in _ZERO or (word.isdigit() and len(word) == 1)


def _is_number(word: str) -> bool:
    return word in _TIMES or _is_digit(word) or word.isdigit() or word in _TENS


_TENS = frozenset(
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty "
    "thirty forty fifty sixty seventy eighty ninety".split()
)


def _beside_digit(tokens: list[_Word], at: int) -> bool:
    return any(
        0 <= near < len(tokens) and _is_number(tokens[near].said) for near in (at - 1, at + 1)
    )


def _numbers(tokens: Sequence[_Word], language: str) -> list[tuple[int, int, str]]:
    """Each number as (first token, token after it, its digits), in order."""
    known = language if language in _LANGUAGES else "en"
    found = [
        (n.start, n.end, n.text)
        for n in find_numbers(list(tokens), known, threshold=0.0)
        if not n.is_ordinal and n.text.isdigit()
    ]
    taken = {at for start, end, _ in found for at in range(start, end)}
    found += [
        (at, at + 1, token.said)
        for at, token in enumerate(tokens)
        if token.said.isdigit() and at not in taken
    ]
    return sorted(found)


@lru_cache(maxsize=64)
def spoken_to_figures(text: str, language: str = "en") -> str:
    """The sentence with its spoken numbers as figures: "the fifth" → "the 5th". Dates, sums and
    times of one sentence ask for the same."""
    return str(alpha2digit(text, language if language in _LANGUAGES else "en", 0.0))
