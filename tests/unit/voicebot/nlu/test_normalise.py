"""What recognisers write becomes what was trained."""

from __future__ import annotations

import pytest

from voicebot.nlu.normalise import features, words


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("What's your, uh, address?", "what is your address"),
        ("the power's out", "the power is out"),
        ("my bill's too high", "my bills too high"),
        ("I can't, I won't and I don't", "i can not i will not and i do not"),
        ("i\u2019ve got it", "i have got it"),
        ("[BLANK_AUDIO] Hello. (music) ♪", "hello"),
        ("Uh-huh.", "yes"),
        ("my my bill", "my bill"),
        ("one one two", "one one two"),
        ("", ""),
        ("...", ""),
    ],
)
def test_words(heard: str, expected: str) -> None:
    assert " ".join(words(heard)) == expected


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("my account is 1234-5678", "my account is #"),
        ("my account is one two double three", "my account is #"),
        ("no one came", "no one came"),
        ("one moment", "one moment"),
    ],
)
def test_numbers_look_alike(heard: str, expected: str) -> None:
    assert features(heard) == expected
