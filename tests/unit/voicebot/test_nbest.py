"""Which guess of a recogniser the question can mean."""

from __future__ import annotations

import pytest

from voicebot.dialogue.acts import Ask
from voicebot.expected import Mask
from voicebot.nbest import chosen, digits_only
from voicebot.speech.ports import Hypothesis, Recognised


def heard(*texts: str) -> Recognised:
    first, *others = texts
    return Recognised(first, 0.9, alternatives=tuple(Hypothesis(text, 0.5) for text in others))


def ask(expects: str, **more: object) -> Ask:
    return Ask("", "q", (expects,), **more)  # type: ignore[arg-type]


CARD = Mask(16, 16, luhn=True)
RIGHT, WRONG = "4539 5787 6362 1486", "4539 5787 6362 1485"


@pytest.mark.parametrize(
    ("question", "texts", "text"),
    [
        (ask("digits", mask=Mask(4, 4)), ("one two three", "one two three four"),
         "one two three four"),
        (ask("digits", mask=Mask(4, 4)), ("one two three four", "1235"), "one two three four"),
        (ask("digits", mask=Mask(4, 4)), ("one two", "three"), "one two"),
        (ask("digits", mask=CARD), (WRONG, RIGHT), RIGHT),
        (ask("digits", mask=Mask(2, 2), denied=frozenset({"72"})), ("7 2", "7 3"), "7 3"),
        (ask("digits", mask=Mask(0, 2, scale=(0, 10))), ("9 9", "9"), "9"),
        (ask("digits"), ("person please", "12"), "person please"),
        (ask("yes_no"), ("I never wanted to know that", "No."), "I never wanted to know that"),
        (ask("yes_no"), ("Yeah, so", "Chess"), "Yeah, so"),
        (ask("yes_no"), ("Know", "No."), "No."),
        (ask("yes_no"), ("Uh.", "Yeah."), "Uh."),
        (ask("menu", terms=("gas", "water")), ("Guess.", "Gas."), "Gas."),
        (ask("name", denied=frozenset({"Jon Hill"})), ("Jon Hill", "John Hill"), "John Hill"),
        (ask("date"), ("On the fist of December.", "On the fifth of December."),
         "On the fifth of December."),
        (ask("date"), ("Next Monday.", "Tomorrow."), "Next Monday."),
        (ask("date"), ("I would like to talk to somebody", "on Monday"),
         "I would like to talk to somebody"),
        (ask("spelling"), ("S M I T age knife", "S M I T H"), "S M I T H"),
        (ask("open"), ("first", "second"), "first"),
        (ask("digits"), ("",), ""),
    ],
)  # fmt: skip
def test_the_first_guess_that_answers_is_taken(
    question: Ask, texts: tuple[str, ...], text: str
) -> None:
    assert chosen(heard(*texts), question, "en").text == text


def test_a_guess_counts_for_what_it_is() -> None:
    assert chosen(heard("Know", "No."), ask("yes_no"), "en").confidence == 0.5


@pytest.mark.parametrize(
    ("question", "text", "lasted", "again"),
    [
        (ask("digits", mask=Mask(4, 4)), "7 7 7 6 7 7 7 6", 1.5, True),
        (ask("digits", mask=Mask(4, 4)), "7 7 7", 1.5, False),
        (ask("digits", mask=Mask(4, 4)), "person please", 1.5, False),
        (ask("digits", mask=Mask(4, 4)), "", 1.5, True),
        (ask("digits", mask=Mask(4, 4)), "", 0.4, False),
        (ask("digits", mask=Mask()), "7 7 7 6", 1.5, False),
        (ask("digits"), "7 7 7 6", 1.5, False),
        (ask("name"), "", 1.5, False),
    ],
)
def test_what_may_be_a_number_all_the_same_is_read_as_digits_only(
    question: Ask, text: str, lasted: float, again: bool
) -> None:
    assert bool(digits_only(heard(text), question, "en-GB", lasted)) is again
    assert not digits_only(heard(text), question, "fi", lasted), "its words are not known"
