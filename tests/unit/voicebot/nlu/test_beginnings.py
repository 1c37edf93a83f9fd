"""Whether more is likely to come, by what people say to this bot."""

from __future__ import annotations

import pytest

from voicebot.nlu.beginnings import Beginnings

SAID = ("I have solar panels on my roof", "I have a question", "my bill", "my bill is too high")


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("I have solar panels.", True),
        ("I've, uh, solar", True),
        ("I have solar panels on my roof.", False),
        ("My bill.", False),
        ("My bill is", True),
        ("My", False),
        ("", False),
        ("My bill was high", False),
        ("I had solar panels", True),
        ("My bills is", True),
        ("My bill was too high", False),
        ("I have solar cells", False),
        ("You have solar panels", False),
        ("I had two panels", False),
    ],
)
def test_the_beginning_of_a_sentence_that_is_none_itself(text: str, begins: bool) -> None:
    assert Beginnings(SAID, "en").begins(text) is begins
