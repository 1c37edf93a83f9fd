"""A text in the pieces in which it is spoken. PURE.

The first piece can be heard while the next is made, so pieces are as short as the voice's melody
allows: sentences, and within them what commas set apart if it has three words at least. A point in
an abbreviation, an initial or a number ends nothing. Splitting a piece again gives the piece, so a
voice behind a cache and a worker may each split. Numbers are left as they are written: who wants
"one two three" writes it.
"""

from __future__ import annotations

import re
from itertools import zip_longest

MIN_WORDS = 3
MAX_CHARS = 160
SENTENCE_PAUSE = 0.25
CLAUSE_PAUSE = 0.12

_CLOSING = "\"'”’)]"
_TITLES = frozenset(
    "mr mrs ms dr prof st sr jr rev gen col lt sgt capt vs approx dept ext tel fig inc ltd co"
    " ave rd e.g i.e cf".split()
)
_BEFORE_NUMBER = frozenset({"no", "nos", "p", "pp", "art", "sec", "apt"})
_JOINTS = (" and ", " or ", " but ", " because ", " which ", " so ", " ")


def split(text: str) -> list[str]:
    """The clauses of a text, in order, without the blanks between them."""
    clauses: list[str] = []
    current: list[str] = []
    words = text.split()
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        current.append(word)
        if not following or _ends_sentence(word, following) or _ends_clause(current):
            clauses.extend(_wrap(" ".join(current)))
            current = []
    return clauses


def pause_after(clause: str) -> float:
    """Seconds of silence between this clause and the next."""
    mark = clause.rstrip(_CLOSING)[-1:]
    if mark and mark in ".!?…":
        return SENTENCE_PAUSE
    return CLAUSE_PAUSE if mark and mark in ",;:—–" else 0.0


def _ends_sentence(word: str, following: str) -> bool:
    bare = word.rstrip(_CLOSING)
    if not bare.endswith((".", "!", "?", "…")) or following[0].islower():
        return False
    return not (bare.endswith(".") and _abbreviation(bare[:-1].lstrip("([\"'“‘"), following))


def _abbreviation(stem: str, following: str) -> bool:
    """Does a point belong to this word, rather than end a sentence?"""
    low = stem.lower()
    if low in _TITLES or re.fullmatch(r"[^\W\d_]", stem):
        return stem != "I"
    return low in _BEFORE_NUMBER and following[0].isdigit()


def _ends_clause(words: list[str]) -> bool:
    last = words[-1].rstrip(_CLOSING)
    return len(words) >= MIN_WORDS and last.endswith((",", ";", ":", "—", "–"))


def _wrap(clause: str) -> list[str]:
    """Cut what has no comma for far too long, at a conjunction or else a blank."""
    cut: list[str] = []
    while len(clause) > MAX_CHARS:
        at = _joint(clause)
        if at <= 0:
            break
        cut.append(clause[:at])
        clause = clause[at + 1 :]
    return [*cut, clause]


def _joint(clause: str) -> int:
    for joint in _JOINTS:
        at = clause.rfind(joint, MAX_CHARS // 3, MAX_CHARS)
        if at > 0:
            return at
    return clause.find(" ", MAX_CHARS)
