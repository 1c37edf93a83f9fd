"""A name is what a question for one hears."""

from __future__ import annotations

import pytest

from voicebot.nlu.names import find_name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("my name is John Smith", "John Smith"),
        ("John Smith.", "John Smith"),
        ("uh it's john smith", "John Smith"),
        ("this is mary o'brien calling about my bill", "Mary O'Brien"),
        ("yes my name is peter van der berg and my account is", "Peter Van Der Berg"),
        ("anna mcdonald speaking", "Anna McDonald"),
        ("Smith, S-M-I-T-H", "Smith"),
        ("john smith s m y t h", "John Smyth"),
        ("r as in roger o double s i", "Rossi"),
        ("first name john last name smith", "John Smith"),
        ("Jürgen Müller", "Jürgen Müller"),
        ("john q public", "John Q Public"),
        ("John Smith, and my account number is", "John Smith"),
        ("my name is mario rossi my power is out", "Mario Rossi"),
        ("sì mi chiamo mario rossi", "Mario Rossi"),
        ("Ich heiße Jürgen Müller.", "Jürgen Müller"),
        ("je m\u2019appelle Anne Martin", "Anne Martin"),
        ("soy ana garcía", "Ana García"),
    ],
)
def test_who_is_asked_says_a_name(said: str, name: str) -> None:
    found = find_name(said, asked=True)
    assert found is not None
    assert found.value == name


@pytest.mark.parametrize(
    "said",
    [
        "let me talk to a person", "i smell gas", "i don't want to say", "what", "twelve", "no",
        "my name", "it is not working", "why do you need my name", "I'm calling about a bill",
        "yes", "", "this is an emergency",
    ],
)  # fmt: skip
def test_not_everything_is_a_name(said: str) -> None:
    assert find_name(said, asked=True) is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("hello my name is john smith and my power is out", "John Smith"),
        ("this is anna rossi calling", "Anna Rossi"),
        ("john smith", None),
        ("this is a mistake", None),
        ("it's urgent", None),
    ],
)
def test_unasked_a_name_must_be_announced(said: str, name: str | None) -> None:
    found = find_name(said, asked=False)
    assert (found.value if found else None) == name


def test_it_knows_where_it_was_said() -> None:
    said = "well it's john smith you know"
    found = find_name(said, asked=True)
    assert found is None or "john" in said[found.start : found.end]
