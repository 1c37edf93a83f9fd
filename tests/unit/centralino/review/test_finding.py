"""Which sentences of a call are worth a person's look."""

from __future__ import annotations

import dataclasses

from centralino.content.messages import Notes
from centralino.db.calls import CallRow, Outcome
from centralino.review.finding import MISROUTED, doubts, example_of, in_order
from kernel.packet import TranscriptLine

ROW = CallRow(
    "call-1", "water", "1000", "inbound", 100.0, 101.0, 190.0, Outcome.TRANSFERRED, "", "billing",
    "user-7", "bill", 3.0, "media-1", "e", "", 3, None, None,
)  # fmt: skip


def line(at: float, text: str, intent: str | None, sure: float | None) -> TranscriptLine:
    return TranscriptLine(at, "caller", text, 0.9, intent, sure)


SAID = (
    TranscriptLine(101.0, "bot", "How can I help?"),
    line(105.0, "my thing is odd", "bill", 0.45),
    line(111.0, "my name is [name]", "answer:name", 0.3),
    line(115.0, "yes", "affirm", 0.2),
    line(121.0, "and my meter", "meter", 0.97),
    line(125.0, "[number]", "bill", 0.1),
    line(131.0, "old", "bill", None),
)


def test_the_unsure_wishes_of_a_call() -> None:
    [doubt] = doubts(ROW, SAID, None)
    assert (doubt.text, doubt.intent, doubt.confidence) == ("my thing is odd", "bill", 0.45)
    assert (doubt.offset, doubt.queue, doubt.misrouted) == (4.0, "billing", False)


def test_what_sent_a_call_to_the_wrong_department_is_shown_however_sure() -> None:
    found = in_order(doubts(ROW, SAID, Notes("user-7", 195.0, "", MISROUTED)))
    assert [(doubt.text, doubt.misrouted) for doubt in found] == [
        ("and my meter", True), ("my thing is odd", False),
    ]  # fmt: skip
    assert len(doubts(ROW, SAID, Notes("user-7", 195.0, "", "solved"))) == 1


def test_the_least_sure_first_and_each_wording_once() -> None:
    [doubt] = doubts(ROW, SAID, None)
    other = dataclasses.replace(doubt, text="else", confidence=0.2)
    again = dataclasses.replace(doubt, call="call-2", text="My thing is odd", confidence=0.5)
    assert in_order([doubt, again, other]) == [other, doubt]


def test_an_example_holds_nothing_of_somebody() -> None:
    assert example_of("My name is [name], my bill [number] is wrong.") == (
        "My name is , my bill is wrong"
    )
    assert example_of("[card]") == ""
