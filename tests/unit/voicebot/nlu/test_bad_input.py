"""Files and patterns that would hold up a start or a call: an error or no find, never stuck."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from voicebot.errors import BadPattern, BotError
from voicebot.nlu.entities import EntityFinder
from voicebot.nlu.marked import read_yaml
from voicebot.nlu.patterns import Pattern
from voicebot.nlu.rasa_format import read_sentences
from voicebot.nlu.training import Training

LAUGHS = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 10) + "]" for n in range(1, 9)]
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nlu:\n" + "# much\n" * 1_500_000, "the file is larger than 5 MB"),
        ("[" * 5000, "nested too deeply"),
        (LAUGHS, "far too large"),
        ("a: &a [*a]", "endless"),
        ("nlu: [", "no valid YAML"),
    ],
    ids=["10 MB", "deep", "laughs", "holds itself", "broken"],
)
def test_a_file_that_would_hold_up_the_start_is_refused(
    tmp_path: Path, text: str, problem: str
) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(text)
    with pytest.raises(BotError, match=problem):
        read_yaml(path)


def test_an_alias_that_is_used_with_measure_is_read(tmp_path: Path) -> None:
    path = tmp_path / "some.yml"
    path.write_text("a: &a [x]\nb: *a")
    assert set(read_yaml(path).fields()) == {"a", "b"}


def test_a_pattern_that_backtracks_finds_nothing_and_ends() -> None:
    training = Training("en", "UTC", (), regexes={"code": ("(a+)+$",)})
    said = "a" * 40 + "!"
    assert EntityFinder(training).find(said, "open", datetime.date(2026, 1, 1)) == ()
    assert not Pattern("(x+x+)+y").fits("x" * 60)


def test_a_pattern_that_is_none_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(BadPattern):
        Pattern("(")
    path = tmp_path / "nlu.yml"
    path.write_text("nlu:\n  - regex: code\n    examples: |\n      - [0-9\n")
    with pytest.raises(BotError, match=r"nlu\.yml:4: this is no valid pattern"):
        read_sentences(path)
