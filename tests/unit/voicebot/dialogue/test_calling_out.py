"""A bot that calls: it begins by itself, and its call comes to a result."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.small_bot import write_small_bot
from voicebot.dialogue.flow import Bot, Counts, Slot, SlotKind
from voicebot.dialogue.reader import load_bot
from voicebot.errors import BotError
from voicebot.learned import BROKEN_OFF, HANDED_OVER, counts_as

CALLS = """\
results: {done: reached, wrong: wrong_number, broken_off: reached}
slots:
  score: {type: number, ask: utter_what, scale: {min: 1, max: 5}, keys: true}
  why: {type: text, ask: utter_what, only_if: {score: ["1", "2"]}}
  name: {type: name, ask: utter_what}
  account: {type: digits, ask: utter_what}
intents:
  ask: {internal: true, collect: utter_yes, ask: [score, why], result: done,
        branch: {score: {"1": person}}}
  hours: {title: our opening hours, answer: utter_yes, result: wrong}
  bill: {title: a bill, route: bills, ask: [name]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_bot(tmp_path / "small")


def calling(folder: Path, change: str = "", to: str = "") -> Bot:
    """The small bot, calling out, with one thing in its flow changed."""
    flow, domain = folder / "flow.yml", folder / "domain.yml"
    text = flow.read_text()
    begin, end = text.index("slots:"), text.index("  person:")
    text = text[:begin] + CALLS + text[end:]
    text = text.replace("queue: main,", "queue: main, opens: ask, given: {day: date},", 1)
    assert change in text
    flow.write_text(text.replace(change, to, 1))
    said = domain.read_text().replace(
        "slots:",
        "slots:\n"
        + "".join(
            f"  {name}: {{type: text, mappings: [{{type: custom}}]}}\n" for name in ("score", "why")
        ),
        1,
    )
    domain.write_text(said.replace('"Of course."', '"Of course, on {day}."'))
    return load_bot(folder)


def test_what_a_calling_bot_says_of_its_calls_is_read(folder: Path) -> None:
    flow = calling(folder).flow
    assert flow.opens == "ask" and flow.intents["ask"].internal
    assert flow.given == {"day": SlotKind.DATE}
    assert flow.slots["why"].only_if == {"score": frozenset({"1", "2"})}
    assert flow.intents["hours"].result == "wrong"
    assert counts_as(flow, "wrong") is Counts.WRONG_NUMBER
    assert counts_as(flow, BROKEN_OFF) is Counts.REACHED
    assert counts_as(flow, HANDED_OVER) is Counts.REACHED


@pytest.mark.parametrize(
    ("change", "to", "problem"),
    [
        ("opens: ask", "opens: nothing", "there is no intent 'nothing'"),
        ("result: done", "result: dome", "there is no result 'dome'"),
        ('{score: ["1", "2"]}', '{score: ["9"]}', "score is never '9'"),
        ('branch: {score: {"1": person}}', 'branch: {score: {"6": person}}', "is never '6'"),
        ('branch: {score: {"1": person}}', 'branch: {skore: {"1": person}}', "no slot is called"),
        ("done: reached", "done: maybe", "there is no way to count 'maybe'"),
        ("given: {day: date}", "given: {day: week}", "there is no slot type 'week'"),
        ("given: {day: date},", "", "no slot is called 'day'"),
        ("type: number", "type: digits", "only a slot of type number has a scale"),
        ("max: 5", "max: 1", "max"),
        ("digits, ask: utter_what", "digits, ask: utter_what, proves: pin", "no fact under"),
        ("digits, ask: utter_what", "digits, ask: utter_what, proves: day", "would tell {day}"),
        ("name, ask: utter_what", "name, ask: utter_what, proves: day", "only a slot of type dig"),
        ("ask: [score, why]", "ask: [score, why], forget: [skore]", "there is no slot 'skore'"),
        ("type: text, ask", "type: text, yes_only: [speaking], ask", "only a slot of type yes_no"),
        ("internal: true, collect", "collect", "the intent 'ask' is not in"),
    ],
)  # fmt: skip
def test_a_mistake_is_told(folder: Path, change: str, to: str, problem: str) -> None:
    with pytest.raises(BotError, match=problem):
        calling(folder, change, to)


def test_a_bot_that_opens_says_what_its_calls_come_to(folder: Path) -> None:
    flow = folder / "flow.yml"
    flow.write_text(flow.read_text().replace("queue: main,", "queue: main, opens: hours,", 1))
    with pytest.raises(BotError, match="say under `results:` what calls come to"):
        load_bot(folder)


@pytest.mark.parametrize(
    ("value", "fits"), [("1", True), ("5", True), ("0", False), ("6", False), ("two", False)]
)
def test_a_scale_has_two_ends(value: str, fits: bool) -> None:
    assert Slot("score", SlotKind.NUMBER, scale=(1, 5)).accepts(value) is fits


def test_a_question_on_a_scale_says_what_its_numbers_are() -> None:
    mask = Slot("score", SlotKind.NUMBER, scale=(1, 5), max_digits=1).mask
    assert mask is not None and mask.full("4") and not mask.fits("44")
    assert Slot("people", SlotKind.NUMBER).mask is None
