"""Roles and groups of entities, told by the words around."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from voicebot.nlu.entities import EntityFinder
from voicebot.nlu.marked import read_yaml
from voicebot.nlu.rasa_format import sentences_of
from voicebot.nlu.training import Training

NLU = """\
nlu:
- intent: travel
  examples: |
    - from [rome]{"entity": "city", "role": "from"} to [milan]{"entity": "city", "role": "to"}
    - a train to [paris]{"entity": "city", "role": "to"} please
    - i leave from [oslo]{"entity": "city", "role": "from"} tomorrow
    - first a [large]{"entity": "size", "group": "1"}
    - and then a [small]{"entity": "size", "group": "2"}
    - the [red](colour) one
"""
LISTED = ("city", "size", "colour")
TODAY = datetime.date(2026, 11, 26)


@pytest.fixture
def finder(tmp_path: Path) -> EntityFinder:
    file = tmp_path / "nlu.yml"
    file.write_text(NLU)
    said = sentences_of(read_yaml(file).fields()["nlu"])
    lookups = {name: tuple(words) for name, words in said.lookups.items()}
    return EntityFinder(Training("en", "UTC", tuple(said.examples), lookups=lookups))


def found(finder: EntityFinder, text: str) -> list[tuple[str, str, str | None, str | None]]:
    every = finder.find(text, "open", TODAY)
    entities = sorted((e for e in every if e.name in LISTED), key=lambda entity: entity.start)
    return [(e.name, e.value, e.role, e.group) for e in entities]


def test_the_words_around_tell_the_role(finder: EntityFinder) -> None:
    assert found(finder, "i want to go from milan to oslo") == [
        ("city", "milan", "from", None), ("city", "oslo", "to", None),
    ]  # fmt: skip
    assert found(finder, "to rome, from paris") == [
        ("city", "rome", "to", None), ("city", "paris", "from", None),
    ]  # fmt: skip


def test_groups(finder: EntityFinder) -> None:
    assert found(finder, "first a small one and then a large one") == [
        ("size", "small", None, "1"), ("size", "large", None, "2"),
    ]  # fmt: skip


def test_where_nothing_tells_it_there_is_none(finder: EntityFinder) -> None:
    assert found(finder, "paris") == [("city", "paris", None, None)]
    assert found(finder, "to the red") == [("colour", "red", None, None)]
