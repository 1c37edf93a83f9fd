"""A spoken conversation on the real engines, from the first words to the queue."""

from __future__ import annotations

import pytest

from tests.integration.voicebot.calling import Caller
from voicebot import reports

pytestmark = pytest.mark.engine


async def test_a_spoken_question_is_answered_aloud(caller: Caller) -> None:
    assert "On Saturday" in await caller.says("What are your opening hours on Saturday?")
    assert "On Sunday" in await caller.says("And what about Sunday?")
    assert "Goodbye" in await caller.says("No thanks, goodbye.")
    assert caller.hung_up
    answered = [r for r in caller.told if isinstance(r, reports.TurnAnswered)]
    assert [turn.intent for turn in answered][0] == "opening_hours"


async def test_a_spoken_request_reaches_the_queue_with_its_slots(caller: Caller) -> None:
    assert "your name" in await caller.says("My bill is twice what it was last month.")
    await caller.says("My name is Anna Keller.")
    assert "Is that right" in await caller.says("seven, seven, four, two, one, one, eight, eight")
    await caller.says("Yes, that is right.")
    assert caller.packet is not None
    slots = {slot.name: slot.value for slot in caller.packet.slots}
    assert slots["account_number"] == "77421188"
    assert "anna" in slots["name"].lower()
    assert caller.packet.queue == "billing"
