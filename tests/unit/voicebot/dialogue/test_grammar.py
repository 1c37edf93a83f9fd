"""flow.yml as an editor sees it: what is right is not marked, what the reader refuses is.

The validator is none of ours; the schema is the one in docs/, which another test holds current.
"""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.unit.voicebot.dialogue.test_reader import BROKEN_FLOW, FLOW
from voicebot.dialogue import grammar

ROOT = Path(__file__).parents[4]
SCHEMA = json.loads((ROOT / "docs" / "flow.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
ONLY_BY_THE_READER = (
    "no response", "should not be above", "no time zone", "no slot 'acount'", "from 3 to 30",
    "is not in", "did you mean 'day'", "no queue", "has no `ask:`", "no slot is called",
    "did you mean 'hours'", "no menu", "no intent 'hour'", "no house", "is no SIP URI",
)  # fmt: skip
"""Names that another file or another part has, and one number against another."""


def marked(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(text))]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", sorted(ROOT.glob("nlu_models/*/flow.yml")), ids=str)
def test_what_is_right_is_not_marked(path: Path) -> None:
    assert marked(path.read_text()) == []


def test_the_small_flow_is_not_marked() -> None:
    assert marked(FLOW) == []


@pytest.mark.parametrize(("old", "new", "words"), BROKEN_FLOW)
def test_what_the_reader_refuses_is_marked(old: str, new: str, words: str) -> None:
    known_to_the_reader = any(
        words.startswith(part) or part in words for part in ONLY_BY_THE_READER
    )
    assert bool(marked(FLOW.replace(old, new, 1))) is not known_to_the_reader


@pytest.mark.parametrize("name", grammar.PARTS)
def test_what_is_needed_is_known(name: str) -> None:
    assert set(grammar.NEEDED.get(name, ())) <= set(grammar.PARTS[name])


def test_most_keys_say_what_they_are() -> None:
    keys = [key for part in SCHEMA["$defs"].values() for key in part["properties"].values()]
    described = [key for key in keys if "description" in key]
    assert len(described) > 0.6 * len(keys)
