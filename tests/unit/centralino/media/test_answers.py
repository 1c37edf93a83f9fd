"""Sound that was kept is recognised late, and never later than its own patience."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

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


async def test_sound_that_waits_has_a_bound_and_the_oldest_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answers, "MOST_BYTES", 3 * len(SOUND))
    heard, work = list[int](), list[Coroutine[Any, Any, None]]()

    def spawn(one: Coroutine[Any, Any, None], what: str) -> asyncio.Task[None]:
        work.append(one)
        return cast("asyncio.Task[None]", None)

    def then(n: int) -> answers.Then:
        async def told(_: Recognised) -> None:
            heard.append(n)

        return told

    kept = Answers(ScriptedRecogniser(["yes"] * 3), Invitations(1.0), ManualClock(), spawn)
    with capture_logs() as logs:
        for n in range(5):
            kept.keep(SOUND, 8000, RecognitionContext(), then(n))
    assert [one["event"] for one in logs] == ["answer.given_up"] * 2
    assert sum(len(pcm) for pcm, _ in kept._kept.values()) == kept._bytes == 3 * len(SOUND)
    await asyncio.gather(*work)
    assert heard == [2, 3, 4]
    assert (kept.waiting, kept._bytes, kept._kept) == (0, 0, {})
