"""Conversation tests played on a small bot: what passes, what fails and how that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

import pytest

from tests.unit.voicebot.sample import WordForWord, bot
from voicebot import events
from voicebot.checks import report
from voicebot.checks.judging import plain
from voicebot.checks.running import Result, Stage
from voicebot.checks.script import (
    Action,
    Ending,
    Expected,
    HangsUp,
    Place,
    Presses,
    Says,
    Script,
    Silent,
    Step,
    Told,
)

HERE = Place("bot/conversations/some.yml", 7)


def script(*steps: tuple[Action | None, Expected], ends: Ending | None = None) -> Script:
    return Script("some", "sort", HERE, tuple(Step(HERE, *step) for step in steps), ends)


async def play(*steps: tuple[Action | None, Expected], ends: Ending | None = None) -> Result:
    return await Stage(bot(), lambda bot, now: WordForWord()).play(script(*steps, ends=ends))


BILL = (Says("bill"), Expected(means="bill", hears=("Sorry", "Your name"), asks="slot:name"))
NAME = (Says("name=Ann"), Expected(means="answer:name", slots={"name": "Ann", "number": None}))
NUMBER = (Presses("1234"), Expected(slots={"number": "1234"}))
YES = (Says("affirm"), Expected(means="affirm"))


async def test_what_comes_as_expected_passes() -> None:
    ends = Ending(HERE, "transferred", "bills", "policy", "bill", 30, "bill too high",
                  {"name": "Ann", "kind": None})  # fmt: skip
    greeting = (None, Expected(hears=("this is the SAMPLE", "how can i help"), asks="open"))
    result = await play(greeting, BILL, NAME, NUMBER, YES, ends=ends)
    assert result.differences == ()
    assert [line.text for line in result.lines if line.who == "caller"] == [
        "bill", "name=Ann", "affirm",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("expected", "what"),
    [
        (Expected(hears=("Your name", "Sorry")), "hears"),
        (Expected(hears_not=("your name",)), "hears_not"),
        (Expected(means="hours"), "means"),
        (Expected(asks="open"), "asks"),
        (Expected(slots={"name": "Ann"}), "slots.name"),
    ],
)
async def test_each_kind_of_difference(expected: Expected, what: str) -> None:
    result = await play((Says("bill"), expected))
    assert [difference.what for difference in result.differences] == [what]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"queue": "house"}, "transferred"),
        ({"because": "asked"}, "because"),
        ({"intent": "hours"}, "intent"),
        ({"priority": 31.0}, "priority"),
        ({"summary": "gas"}, "summary"),
        ({"slots": {"name": "Bob"}}, "slots.name"),
        ({"slots": {"name": None}}, "slots.name"),
        ({"outcome": "answered"}, "ends"),
    ],
)
async def test_each_kind_of_end(change: Mapping[str, object], what: str) -> None:
    ending = Ending(**{"place": HERE, "outcome": "transferred", **change})  # type: ignore[arg-type]
    result = await play(BILL, NAME, NUMBER, YES, ends=ending)
    assert [difference.what for difference in result.differences] == [what]


async def test_the_first_difference_ends_it() -> None:
    result = await play((Says("bill"), Expected(means="gas")), NAME)
    assert len(result.differences) == 1
    assert result.lines[-1].text == "Your name?"


async def test_silence_and_the_end_are_walked_not_slept() -> None:
    silent = (Silent(7), Expected(hears=("Nothing heard",)))
    gone = (HangsUp(), Expected())
    assert (await play(silent, gone, ends=Ending(HERE, "abandoned"))).passed
    late = await play(gone, (Says("hours"), Expected()))
    assert [difference.found for difference in late.differences] == ["it has ended"]


async def test_the_queue_speaks() -> None:
    person = (Says("person"), Expected())
    waits = (Told((events.PositionTold(2, 2, 1),)), Expected(hears=("number 2",)))
    nobody = (Told((events.Released("nobody"),)), Expected(hears=("Nobody",), asks="open"))
    assert (await play(person, waits, nobody, ends=Ending(HERE, "goes_on"))).passed


async def test_what_was_heard_is_not_what_was_said() -> None:
    result = await play((Says("hours", heard_as="gas"), Expected(means="gas")))
    assert result.passed
    assert "heard: gas (1.00)" in [line.text for line in result.lines]


async def test_a_report_shows_what_differs() -> None:
    failed = await play(BILL, (Says("name=Ann"), Expected(slots={"name": "Anna"})))
    passed = await play(BILL)
    text = "\n".join([*report.failure(failed), *report.summary([failed, passed], 3, 0.5)])
    assert "  caller  name=Ann" in text
    assert "bot/conversations/some.yml:7: slots.name is not as expected" in text
    assert "E   - Anna" in text and "E   + Ann" in text
    assert "FAILED bot/conversations/some.yml:7 some - slots.name" in text
    assert "1 failed, 1 passed, 3 deselected in 0.50s" in text
    assert "nothing ran" in "".join(report.summary([], 0, 0))


async def test_junit_is_what_build_servers_read() -> None:
    failed = await play((Says("bill"), Expected(means="gas")))
    passed = await play(BILL)
    root = ElementTree.fromstring(report.junit([failed, passed], 1.0))
    suite = root.find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    first, second = suite.findall("testcase")
    assert (first.get("classname"), first.get("name"), first.get("line")) == (
        "some.sort", "some", "7",
    )  # fmt: skip
    failure = first.find("failure")
    assert failure is not None and "means" in str(failure.get("message"))
    assert second.find("failure") is None


def test_what_nobody_hears_does_not_count() -> None:
    assert plain("Hello, Mr. O’Brien!  It's 7:30.") == plain("hello mr o brien it s 7 30")
