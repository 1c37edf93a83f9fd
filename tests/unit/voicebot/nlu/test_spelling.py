"""Letters said one by one."""

from __future__ import annotations

import datetime

import pytest

from voicebot.nlu.entities import EntityFinder
from voicebot.nlu.spelling import spelled
from voicebot.nlu.training import Training


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("S M I T H", "SMITH"),
        ("S-M-I-T-H.", "SMITH"),
        ("It's spelled S, M, Y, T, H", "SMYTH"),
        ("sierra mike india tango hotel", "SMITH"),
        ("Alfa, X-ray, Juliett", "AXJ"),
        ("B as in boy, P as in boy", "BB"),
        ("m like mother and n for november", "MN"),
        ("double T, O, triple a", "TTOAAA"),
        ("bee see are you why", "BCRUY"),
        ("double you, zed", "WZ"),
        ("SMITH", "SMITH"),
        ("A 1 7 bravo two", "A17B2"),
        ("I do not know", ""),
        ("my name is Smith", ""),
        ("", ""),
    ],
)
def test_what_was_spelled(text: str, letters: str) -> None:
    assert spelled(text) == letters


@pytest.mark.parametrize(
    ("text", "expects", "found"),
    [
        ("sierra mike india tango hotel", "spelling", {"code": "SMITH", "name": "Smith"}),
        ("S M I T H", "name", {"name": "Smith"}),
        ("A 1 7 bravo two", "spelling", {"code": "A17B2"}),
        ("Charlie Parker", "name", {"name": "Charlie Parker"}),
        ("Mike", "name", {"name": "Mike"}),
    ],
)
def test_what_spelling_names(text: str, expects: str, found: dict[str, str]) -> None:
    finder = EntityFinder(Training("en", "UTC", ()))
    entities = finder.find(text, expects, datetime.date(2026, 1, 5))
    wanted = {e.name: e.value for e in entities if e.name in ("code", "name")}
    assert wanted == found
