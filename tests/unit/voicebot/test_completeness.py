"""Has the caller finished? As a table of what is asked, what is said, and what was made of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.voicebot.sample import meant
from voicebot.completeness import Answer, Completeness, completeness, delay, hangs
from voicebot.expected import Mask, expected
from voicebot.nlu.ports import IntentScore

COMPLETE, UNSURE, PREFIX = Completeness.COMPLETE, Completeness.UNSURE, Completeness.PREFIX
MORE = Completeness.MORE_LIKELY
SURE = meant("hours")
CLOSE = replace(SURE, alternatives=(IntentScore("bill", 0.7),))


def test_an_open_question() -> None:
    table = [
        ("When do you open?", SURE, None, COMPLETE),
        ("When do you open?", SURE, 0.9, COMPLETE),
        ("When do you open?", SURE, 0.2, UNSURE),
        ("When do you open?", CLOSE, None, UNSURE),
        ("I have solar panels.", replace(SURE, begins=True), None, MORE),
        ("When do you open?", meant("hours", 0.6), 0.9, UNSURE),
        ("Something else.", meant("out_of_scope"), 0.9, UNSURE),
        ("When do you open on", SURE, 0.9, PREFIX),
        ("I am calling.", SURE, None, PREFIX),
    ]
    for text, reading, finished, expects in table:
        answer = Answer("open", text, reading, reading.intent.name, finished=finished)
        assert completeness(answer) is expects, (text, finished)


@pytest.mark.parametrize(
    ("expects", "text", "taken_as", "verdict"),
    [
        ("yes_no", "Yes.", "affirm", COMPLETE),
        ("yes_no", "No.", "deny", COMPLETE),
        ("yes_no", "No.", "answer:news", COMPLETE),
        ("yes_no", "Well, the", "", PREFIX),
        ("yes_no", "Yes, uh.", "affirm", PREFIX),
        ("yes_no", "Mm-hmm.", "affirm", COMPLETE),
        ("menu", "Gas, um...", "answer:kind", PREFIX),
        ("menu", "Gas.", "answer:kind", MORE),
        ("menu", "Gas, gas.", "answer:kind", MORE),
        ("menu", "Gas, please.", "answer:kind", COMPLETE),
        ("menu", "The", "", PREFIX),
        ("menu", "Bye. Bye.", "goodbye", PREFIX),
        ("menu", "Bye, thank you.", "goodbye", UNSURE),
        ("date", "On Monday.", "answer:date", COMPLETE),
        ("date", "On the fifth.", "answer:date", MORE),
        ("date", "On the fifth of May.", "answer:date", COMPLETE),
        ("date", "December.", "", MORE),
        ("date", "Next.", "", MORE),
        ("date", "On", "", PREFIX),
        ("spelling", "S M I T H", "answer:name", UNSURE),
    ],
)
def test_by_what_is_asked(expects: str, text: str, taken_as: str, verdict: Completeness) -> None:
    reading = meant("out_of_scope", text=text)
    assert completeness(Answer(expects, text, reading, taken_as)) is verdict


def test_where_any_words_are_an_answer_what_they_look_like_does_not_end_it() -> None:
    ring = Answer("open", "Please ring the bell.", meant("person", 0.99), "answer:remark")
    assert completeness(ring) is MORE
    assert completeness(replace(ring, taken_as="person")) is COMPLETE
    long = replace(ring, text="Please ring the bell at the back door.")
    assert completeness(long) is UNSURE
    twice = replace(ring, text="Please ring the bell. Please ring the bow.")
    assert completeness(twice) is MORE, "a recogniser wrote it twice"


@pytest.mark.parametrize(
    ("text", "name", "verdict"),
    [
        ("My name is John", "John", MORE),
        ("My name is John Smith.", "John Smith", COMPLETE),
        ("My name is", "", PREFIX),
    ],
)
def test_a_first_name_may_be_followed_by_another(
    text: str, name: str, verdict: Completeness
) -> None:
    reading = meant(text=text, name=name) if name else meant(text=text)
    taken = "answer:name" if name else ""
    assert completeness(Answer("name", text, reading, taken)) is verdict


@pytest.mark.parametrize(
    ("digits", "mask", "verdict"),
    [
        ("1234", Mask(4, 4), COMPLETE),
        ("12", Mask(4, 4), UNSURE),
        ("1234", Mask(4, 6), UNSURE),
        ("123456", Mask(4, 6), COMPLETE),
        ("1234", Mask(), UNSURE),
        ("", Mask(4, 4), PREFIX),
        ("4", Mask(0, 1, scale=(1, 5)), COMPLETE),
        ("1", Mask(0, 2, scale=(0, 10)), UNSURE),
    ],
)
def test_digits_are_complete_when_no_more_can_come(
    digits: str, mask: Mask, verdict: Completeness
) -> None:
    text = digits or "My account number is"
    assert completeness(Answer("digits", text, meant(), "", mask, digits)) is verdict


@pytest.mark.parametrize(
    ("digits", "lasted", "verdict"),
    [("764764", 1.4, UNSURE), ("764764", 2.2, COMPLETE), ("764101", 1.4, COMPLETE)],
)
def test_digits_that_a_recogniser_wrote_twice(
    digits: str, lasted: float, verdict: Completeness
) -> None:
    answer = Answer("digits", digits, meant(), "", Mask(6, 6), digits, lasted=lasted)
    assert completeness(answer) is verdict


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("my account number is", True),
        ("My bill is wrong, and...", True),
        ("I want to", True),
        ("Um,", True),
        ("I would like to know.", True),
        ("I do not know.", False),
        ("My bill is too high.", False),
        ("What is it?", False),
        ("When is my?", True),
        ("What are you?", True),
        ("How are you?", False),
        ("", False),
        ("That\u2019s", True),
        ("yes please", False),
        ("Evening, please.", False),
        ("please", True),
    ],
)
def test_words_that_ask_for_more(text: str, more: bool) -> None:
    assert hangs(text) is more


@pytest.mark.parametrize(
    ("kind", "what", "heard_voice", "seconds"),
    [
        ("open", COMPLETE, True, 0.35),
        ("open", COMPLETE, False, 0.5),
        ("open", UNSURE, True, 0.85),
        ("open", MORE, False, 1.15),
        ("name", MORE, False, 1.1),
        ("menu", MORE, False, 1.1),
        ("menu", COMPLETE, False, 0.45),
        ("yes_no", COMPLETE, False, 0.32),
        ("open", PREFIX, True, 2.0),
        ("digits", COMPLETE, False, 0.35),
        ("digits", UNSURE, False, 1.8),
        ("yes_no", UNSURE, False, 0.35),
    ],
)
def test_how_long_we_wait_then(
    kind: str, what: Completeness, heard_voice: bool, seconds: float
) -> None:
    row = expected(kind)
    assert delay(row, row.endpoint, what, heard_voice) == seconds


@pytest.mark.parametrize(("usual", "seconds"), [(0.6, 0.5), (0.85, 0.5), (1.275, 0.75)])
def test_who_pauses_longer_has_more_time_after_what_seems_complete(
    usual: float, seconds: float
) -> None:
    assert delay(expected("open"), usual, COMPLETE, False) == pytest.approx(seconds)
