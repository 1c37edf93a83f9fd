"""What a Rasa server may say, and what is made of it."""

from __future__ import annotations

from typing import Any

import pytest

from voicebot.errors import ServerFailed
from voicebot.nlu.ports import Entity
from voicebot.nlu.rasa_reply import read_reply
from voicebot.nlu.shaping import Told

INTENTS = frozenset({"hours", "bill", "out_of_scope"})
TEXT = "from rome to milan"


def read(**reply: Any) -> Told:
    return read_reply({"text": TEXT, **reply}, TEXT, INTENTS, frozenset({"city"}))


def ranked(**shares: float) -> list[dict[str, Any]]:
    return [{"name": name, "confidence": share} for name, share in shares.items()]


def test_intents_are_ranked_and_those_of_other_bots_left_out() -> None:
    told = read(intent_ranking=ranked(weather=0.5, bill=0.1, hours=0.3, out_of_scope=0.1))
    assert [(s.name, s.confidence) for s in told.scores] == [
        ("hours", 0.3), ("bill", 0.1), ("out_of_scope", 0.1),
    ]  # fmt: skip
    assert not told.outside
    assert told.in_scope == pytest.approx(0.9)


def test_without_a_ranking_the_intent_is_taken() -> None:
    told = read(intent={"name": "bill", "confidence": 1.0000001}, intent_ranking=[])
    assert [(s.name, s.confidence) for s in told.scores] == [("bill", 1.0)]


@pytest.mark.parametrize("first", ["out_of_scope", "nlu_fallback"])
def test_what_the_bot_is_not_for(first: str) -> None:
    told = read(intent_ranking=ranked(**{first: 0.7}, hours=0.3))
    assert told.outside


def test_entities_with_roles() -> None:
    listed = [
        {"entity": "city", "value": "Rome", "start": 5, "end": 9, "role": "from", "group": "1",
         "confidence_entity": 0.9, "extractor": "DIETClassifier"},
        {"entity": "city", "value": 7, "start": 13, "end": 18},
    ]  # fmt: skip
    told = read(intent_ranking=ranked(hours=1.0), entities=listed)
    assert told.entities == (
        Entity("city", "Rome", "rome", 5, 9, 0.9, "from", "1"),
        Entity("city", "7", "milan", 13, 18),
    )


@pytest.mark.parametrize(
    "item",
    [
        "city", None, {"entity": "planet", "value": "x", "start": 0, "end": 4},
        {"entity": "city", "value": "x", "start": 0, "end": 400},
        {"entity": "city", "value": "x", "start": 4, "end": 4},
        {"entity": "city", "value": {"from": 1}, "start": 0, "end": 4},
        {"entity": "city", "value": "x"}, {"entity": ["city"], "value": "x", "start": 0, "end": 4},
    ],
)  # fmt: skip
def test_entities_that_are_none_are_left_out(item: Any) -> None:
    assert read(intent_ranking=ranked(hours=1.0), entities=[item]).entities == ()


@pytest.mark.parametrize(
    "reply",
    [
        None, [], "ok", 7, {}, {"intent": None}, {"intent": "hours"}, {"intent_ranking": {"a": 1}},
        {"intent": {"name": "hours", "confidence": float("nan")}},
        {"intent": {"name": "hours", "confidence": "much"}},
        {"intent": {"name": "hours", "confidence": True}},
        {"intent": {"name": "hours", "confidence": 2}},
        {"intent": {"name": 3, "confidence": 0.5}},
        {"intent": {"name": "another bot's", "confidence": 0.9}},
        {"intent": {"name": None, "confidence": 0.0}, "entities": "none"},
    ],
)  # fmt: skip
def test_garbage_is_a_failure(reply: Any) -> None:
    with pytest.raises(ServerFailed):
        read_reply(reply, TEXT, INTENTS, frozenset())
