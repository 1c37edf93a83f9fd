"""PURE. How far what was heard is from what was said."""

from __future__ import annotations

from collections.abc import Sequence

from voicebot.nlu.normalise import words

_DIGITS = "zero one two three four five six seven eight nine".split()


def spoken_words(text: str) -> list[str]:
    """The words of a sentence as the classifier sees them, digits one by one as words."""
    found: list[str] = []
    for word in words(text):
        found += [_DIGITS[int(d)] for d in word] if word.isdigit() else [word]
    return ["zero" if word == "oh" else word for word in found]


def distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """The fewest words put in, left out or changed (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for at, word in enumerate(said, 1):
        before, row[0] = row[0], at
        for index, other in enumerate(heard, 1):
            changed = before + (word != other)
            before, row[index] = row[index], min(row[index] + 1, row[index - 1] + 1, changed)
    return row[-1]
