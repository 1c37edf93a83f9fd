"""Texts in clauses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.speech.clauses import (
    CLAUSE_PAUSE,
    MAX_CHARS,
    SENTENCE_PAUSE,
    pause_after,
    split,
)


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("", []),
        ("  \n ", []),
        ("Hello.", ["Hello."]),
        ("Hello. How are you?", ["Hello.", "How are you?"]),
        ("Yes, of course.", ["Yes, of course."]),
        ("On Saturday we open at nine, and close at noon.", None),
        ("Dr. Miller and Mrs. Smith will call.", ["Dr. Miller and Mrs. Smith will call."]),
        ("Ask for J. K. Rowling. She knows.", ["Ask for J. K. Rowling.", "She knows."]),
        ("It costs 3.50 or 1,250.00 euros. Fine?", ["It costs 3.50 or 1,250.00 euros.", "Fine?"]),
        ("From 9 a.m. to 5 p.m. We close then.", ["From 9 a.m. to 5 p.m.", "We close then."]),
        ("See no. 5 of it. No. It is closed.", ["See no. 5 of it.", "No.", "It is closed."]),
        ("So do I. You too.", ["So do I.", "You too."]),
        ("Bring a card, e.g. Visa.", ["Bring a card,", "e.g. Visa."]),
        ('She said "Stop!" Then she left.', ['She said "Stop!"', "Then she left."]),
        ("Wait… what? yes", ["Wait… what? yes"]),
        ("one, two, three, four", ["one, two, three,", "four"]),
    ],
)
def test_split(text: str, clauses: list[str] | None) -> None:
    if clauses is None:
        clauses = ["On Saturday we open at nine,", "and close at noon."]
    assert split(text) == clauses


def test_what_has_no_comma_is_cut_at_a_conjunction() -> None:
    text = " ".join(["some words follow one another"] * 4 + ["and then"] + ["there are more"] * 6)
    first, *_ = split(text)
    assert len(first) <= MAX_CHARS
    assert " ".join(split(text)) == text
    assert split(text)[1].startswith("and then")


def test_one_endless_word_is_left_alone() -> None:
    assert split("x" * 500) == ["x" * 500]


@pytest.mark.parametrize(
    ("clause", "pause"),
    [
        ("Hello.", SENTENCE_PAUSE),
        ('"Really?"', SENTENCE_PAUSE),
        ("at nine,", CLAUSE_PAUSE),
        ("and", 0.0),
        ("", 0.0),
    ],
)
def test_pause(clause: str, pause: float) -> None:
    assert pause_after(clause) == pause


_WORDS = st.sampled_from(
    ["Hello.", "Dr.", "no.", "5", "and", "well,", "I.", "he", "She", "a.m.", "—", "so", "why?"]
)


@given(st.lists(_WORDS | st.text("ab,.?! ", max_size=9), max_size=80))
def test_no_word_is_lost_and_splitting_again_changes_nothing(words: list[str]) -> None:
    text = " ".join(words)
    clauses = split(text)
    assert " ".join(clauses).split() == text.split()
    assert [again for clause in clauses for again in split(clause)] == clauses
