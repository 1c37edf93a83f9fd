"""What every understander of the small bot (`tests/small_bot.py`) must do."""

from __future__ import annotations

import asyncio

from tests.small_bot import INTENTS
from voicebot.nlu.ports import Understander, Understanding
from voicebot.nlu.training import OUT_OF_SCOPE

AT_LEAST = 0.9
"""Share of its own training sentences that an engine knows again."""


async def understander_conforms(understander: Understander) -> None:
    """The suite."""
    assert understander.intents() == frozenset(INTENTS)
    await _knows_what_it_learned(understander)
    await _takes_answers_as_answers(understander)
    await _survives_anything(understander)
    await _answers_many_at_once(understander)


async def _knows_what_it_learned(understander: Understander) -> None:
    right = total = 0
    for intent, said in INTENTS.items():
        for sentence in said.split("|"):
            meaning = await understander.understand(sentence)
            _is_sound(meaning, sentence)
            total += 1
            right += meaning.out_of_scope if intent == OUT_OF_SCOPE else (
                meaning.intent.name == intent and not meaning.out_of_scope
            )  # fmt: skip
    assert right >= AT_LEAST * total, f"{right} of {total}"


async def _takes_answers_as_answers(understander: Understander) -> None:
    digits = await understander.understand("one two double three", "digits")
    assert [e.value for e in digits.entities if e.name == "digits"] == ["1233"]
    assert not digits.out_of_scope
    agreed = await understander.understand("yes that is right", "yes_no")
    assert [e.value for e in agreed.entities if e.name == "yes_no"] == ["yes"]
    name = await understander.understand("my name is Ann Miller", "name")
    assert [e.value for e in name.entities if e.name == "name"] == ["Ann Miller"]
    wish = await understander.understand("let me talk to somebody", "name")
    assert wish.intent.name == "person"
    assert not [e for e in wish.entities if e.name == "name"]


async def _survives_anything(understander: Understander) -> None:
    for text in ("", "   ", "…", "\x00", "[BLANK_AUDIO]", "word " * 2000, "何時ですか", "😀" * 50):
        _is_sound(await understander.understand(text), text)


async def _answers_many_at_once(understander: Understander) -> None:
    said = ["when do you close", "the bill is wrong", "operator"] * 5
    meanings = await asyncio.gather(*(understander.understand(text) for text in said))
    assert [meaning.text for meaning in meanings] == said
    assert [meaning.intent.name for meaning in meanings] == ["hours", "bill", "person"] * 5


def _is_sound(meaning: Understanding, text: str) -> None:
    assert meaning.text == text
    told = (meaning.intent, *meaning.alternatives)
    assert all(0.0 <= score.confidence <= 1.0 for score in told)
    assert len({score.name for score in told}) == len(told)
    assert 0.0 <= meaning.in_scope <= 1.0
    assert meaning.seconds >= 0.0
    for entity in meaning.entities:
        assert 0 <= entity.start <= entity.end <= len(text)
