"""nlu.yml as Rasa writes it, and mistakes in it with their lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicebot.errors import BotError
from voicebot.nlu.rasa_format import Sentences, read_sentences
from voicebot.nlu.training import Mark

GOOD = """\
version: "3.1"
nlu:
  - intent: hours
    examples: |
      - are you open on [saturday](day)
      - open on [sat]{"entity": "day", "value": "saturday"}
      - from [sunday]{"entity": "day", "role": "from"} on
  - intent: greet
    examples:
      - hello
      - text: |
          hi there
        metadata: {sentiment: neutral}
  - synonym: saturday
    examples: |
      - saturdays
  - lookup: day
    examples: |
      - Monday
  - regex: account
    examples: |
      - \\d{8}
"""


def read(folder: Path, text: str) -> Sentences:
    file = folder / "nlu.yml"
    file.write_text(text)
    return read_sentences(file)


def test_everything_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert [(e.text, e.intent) for e in found.examples] == [
        ("are you open on saturday", "hours"),
        ("open on sat", "hours"),
        ("from sunday on", "hours"),
        ("hello", "greet"),
        ("hi there", "greet"),
    ]
    assert found.examples[1].marks == (Mark("day", "saturday", 8, 11),)
    assert found.examples[2].marks == (Mark("day", "sunday", 5, 11, role="from"),)
    assert found.synonyms == {"sat": "saturday", "saturdays": "saturday"}
    assert found.lookups == {"day": ["saturday", "sat", "sunday", "monday"]}
    assert found.regexes == {"account": [r"\d{8}"]}
    assert found.intent_lines == {"hours": 3, "greet": 8}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("version: '3.1'\nnlu:\n  - intent: [a\n", 4, "no valid YAML"),
        ("version: '3.1'\n", 1, "no `nlu:`"),
        ("nlu:\n  - intent: a\n    exampels: |\n      - x\n", 3, "did you mean 'examples'"),
        ("nlu:\n  - intent: a\n    examples: |\n      - x\n      y\n", 5, "begins with `- `"),
        ("nlu:\n  - intent: a\n    examples: |\n      - x [y](\n", 4, "[text](entity)"),
        ("nlu:\n  - intent: a\n    examples: |\n      - [y]()\n", 4, "names no entity"),
        ('nlu:\n  - intent: a\n    examples: |\n      - [y]{"entity": d}\n', 4, "valid JSON"),
        ('nlu:\n  - intent: a\n    examples: |\n      - [y]{"value": "d"}\n', 4, "needs `entity`"),
        ("nlu:\n  - regex: a\n    examples: |\n      - (\n", 4, "no valid pattern"),
        ("nlu:\n  - examples: |\n      - x\n", 2, "one of: intent"),
        ("nlu:\n  intent: a\n", 1, "should be a list"),
        ("", 1, "empty"),
    ],
)
def test_a_mistake_has_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(BotError, match=rf"nlu\.yml:{line}: ") as error:
        read(tmp_path, text)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BotError, match=r"nlu\.yml: the file is missing"):
        read_sentences(tmp_path / "nlu.yml")
