"""Twelve people answer by voice at once on one real recogniser, while a caller converses."""

from __future__ import annotations

from pathlib import Path

import pytest

from centralino.bench.answers import all_at_once, town
from tests.speech_models import sentence_models, whisper_models

CALLS = 12


@pytest.mark.engine
@pytest.mark.timeout(120)
async def test_no_answer_is_lost_and_the_caller_goes_first(tmp_path: Path) -> None:
    whisper_models()
    sentence_models()
    async with town(tmp_path) as it:
        found = await all_at_once(it, CALLS, every=0.8, seconds=45.0)
    assert found["acknowledged"] == CALLS
    assert found["asked_by_voice"] >= 1 and found["asked_by_key"] >= CALLS / 2
    assert found["heard_later"] >= CALLS / 2  # they hung up with the last word
    assert found["beside"]["n"] >= 5
    assert found["beside"]["heard_right"] == found["beside"]["n"]
    assert found["beside"]["passed_most"] <= 2  # the one that had begun, and one told just then
