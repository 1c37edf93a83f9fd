"""Sound that was kept is recognised late, and never later than its own patience."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from centralino.media import answers
from centralino.media.answers import BUSY_SECONDS, Answers
from centralino.media.invitations import Invitations
from kernel.clock import ManualClock
from voicebot.speech.ports import Recognised, RecognitionContext
from voicebot.speech.scripted import ScriptedRecogniser

SOUND = b"\0\0" * 8000


async def test_many_kept_answers_wait_side_by_side_and_not_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, heard_at, tasks = ManualClock(), list[float](), set[asyncio.Task[None]]()
    began, real = clock.now(), asyncio.sleep

    async def goes_by(seconds: float) -> None:
        clock.advance(seconds)
        await real(0)

    monkeypatch.setattr(answers.asyncio, "sleep", goes_by)  # type: ignore[attr-defined]

    def spawn(work: Coroutine[Any, Any, None], what: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        tasks.add(task)
        return task

    async def then(heard: Recognised) -> None:
        heard_at.append(clock.now() - began)

    recogniser = ScriptedRecogniser(["yes"] * 10)
    kept = Answers(recogniser, Invitations(1.0), clock, spawn, busy=lambda: True)
    for _ in range(10):
        kept.keep(SOUND, 8000, RecognitionContext(), then)
    await asyncio.gather(*tasks)
    assert heard_at == [BUSY_SECONDS] * 10
    assert kept.waiting == 0
