"""Conversation tests as they are written, and mistakes in them with their lines."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.unit.voicebot.sample import FLOW, bot
from voicebot import events
from voicebot.checks.reading import read_scripts
from voicebot.checks.script import (
    HangsUp,
    Presses,
    Says,
    Script,
    Silent,
    Told,
    chosen,
)
from voicebot.errors import BotError

GOOD = """\
version: 1
conversations:
  - name: everything
    kind: complaint
    at: "2026-12-24T18:00+01:00"
    keys_only: true
    caller: "+390123"
    steps:
      - hears: hello
      - says: my bill
        heard_as: my bell
        confidence: 0.4
        means: bill
        hears: [sorry, your name]
        hears_not: goodbye
        asks: slot:name
        slots: {name: ~, number: "1234"}
      - presses: "12*#"
      - silent: 7.5
      - queue: {position: 2, agents: 3}
      - queue: agent
      - hangs_up: true
    ends: {transferred: bills, because: policy, priority: 30, summary: Gas}
  - name: little
    steps:
      - says: hours
    ends: goes_on
"""


def read(tmp_path: Path, text: str) -> tuple[Script, ...]:
    path = tmp_path / "some.yml"
    path.write_text(text)
    return read_scripts(path, FLOW)


def test_everything_that_may_be_written(tmp_path: Path) -> None:
    whole, little = read(tmp_path, GOOD)
    assert (whole.kind, whole.starts) == ("complaint", 1_798_131_600.0)
    assert whole.facts == {"caller": "+390123", "keys_only": True}
    assert [step.action for step in whole.steps] == [
        None,
        Says("my bill", "my bell", 0.4),
        Presses("12*#"),
        Silent(7.5),
        Told((events.PositionTold(2, 2, 3),)),
        Told((events.OfferRinging("o"), events.AgentAnswered("o"), events.Bridged("o"))),
        HangsUp(),
    ]
    expected = whole.steps[1].expected
    assert (expected.hears, expected.hears_not) == (("sorry", "your name"), ("goodbye",))
    assert (expected.means, expected.asks) == ("bill", "slot:name")
    assert expected.slots == {"name": None, "number": "1234"}
    assert whole.ends is not None and whole.ends.queue == "bills" and whole.ends.priority == 30
    assert little.ends is not None and little.ends.outcome == "goes_on"
    assert whole.steps[1].place.line == 10


@pytest.mark.parametrize(
    ("line", "wrong", "problem"),
    [
        ("      - says: hours", "      - sais: hours", "did you mean 'says'"),
        ("        means: bill", "        means: bil", "did you mean 'bill'"),
        ("        means: bill", "        means: answer:nam", "no slot 'nam'"),
        ('      - presses: "12*#"', '      - presses: "12a"', "keys are"),
        ("      - queue: agent", "      - queue: angel", "did you mean 'agent'"),
        ("      - hangs_up: true", "      - hangs_up: false", "leave it out"),
        ("        asks: slot:name", "        says: two", "the key 'says' stands here a second"),
        ("      - silent: 7.5", "      - silent: long", "should be a number"),
        ("      - silent: 7.5", "      - {silent: 1, presses: '1'}", "presses and silent"),
        ("      - hears: hello", "      - {hears: hello, heard_as: x}", "beside `says` only"),
        ("    ends: goes_on", "    ends: nowhere", "there is no end 'nowhere'"),
        ("    ends: goes_on", "    ends: {transferred: moon}", "there is no queue 'moon'"),
        ("    ends: goes_on", "    ends: {because: policy}", "ends: write"),
        ("  - name: little", "  - name: everything", "stands already on line 3"),
        ('        slots: {name: ~, number: "1234"}', "        slots: {nam: ~}", "did you mean"),
        ('    at: "2026-12-24T18:00+01:00"', "    at: noon", "is no moment"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    tmp_path: Path, line: str, wrong: str, problem: str
) -> None:
    at = GOOD.splitlines().index(line) + 1
    with pytest.raises(BotError) as refused:
        read(tmp_path, GOOD.replace(line, wrong))
    assert problem in str(refused.value)
    assert refused.value.line == at
    assert str(refused.value).startswith(str(tmp_path / "some.yml"))


ITALIAN = "    also: {it: piccolo}\n    steps:\n      - says: ciao\n        speaks: it\n"


def test_callers_may_speak_the_languages_of_further_bots(tmp_path: Path) -> None:
    path = tmp_path / "some.yml"
    path.write_text(GOOD + "  - name: italian\n" + ITALIAN)
    other = dataclasses.replace(bot(), flow=dataclasses.replace(FLOW, language="it"))
    script = read_scripts(path, FLOW, lambda name: other)[-1]
    assert script.also == {"it": "piccolo"}
    assert script.steps[0].action == Says("ciao", speaks="it")
    line = len(GOOD.splitlines()) + 2
    with pytest.raises(BotError, match="has `language: en`") as refused:
        read_scripts(path, FLOW, lambda name: bot())
    assert refused.value.line == line
    with pytest.raises(BotError, match="no bot for another language"):
        read_scripts(path, FLOW)
    path.write_text(path.read_text().replace("speaks: it", "speaks: de"))
    with pytest.raises(BotError, match="there is no language 'de'") as refused:
        read_scripts(path, FLOW, lambda name: other)
    assert refused.value.line == line + 3


def test_a_bot_without_conversations_is_told(tmp_path: Path) -> None:
    with pytest.raises(BotError, match="there are no conversations"):
        read_scripts(tmp_path, FLOW)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("", ["everything", "little"]),
        ("complaint", ["everything"]),
        ("not complaint", ["little"]),
        ("LITTLE or every", ["everything", "little"]),
        ("some.yml and not little", ["everything"]),
        ("nothing", []),
    ],
)
def test_some_of_them(tmp_path: Path, wanted: str, names: list[str]) -> None:
    assert [script.name for script in chosen(read(tmp_path, GOOD), wanted)] == names
