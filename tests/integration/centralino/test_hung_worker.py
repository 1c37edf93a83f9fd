"""A speech worker that hangs in an utterance (SIGSTOP), with real engines under the supervisor."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from centralino.processes.serve import worker_post
from centralino.processes.supervisor import Supervisor
from tests.speech_models import whisper_models
from tests.unit.voicebot.speech.conformance import hear
from tests.waiting import until
from voicebot.speech.client import WyomingRecogniser, WyomingSynthesiser
from voicebot.speech.pool import RecogniserPool
from voicebot.speech.ports import RecognitionContext
from voicebot.speech.sound import silence

TEXT = "What are your opening hours on Saturday?"


@pytest.mark.engine
@pytest.mark.timeout(150)
async def test_its_utterance_is_asked_of_another_and_it_is_started_again(tmp_path: Path) -> None:
    uris = [f"unix://{tmp_path}/{n}.sock" for n in (1, 2)]
    models = ("--models", str(whisper_models()))
    posts = [
        worker_post("one", "--uri", uris[0], "--role", "asr", *models),
        worker_post("two", "--uri", uris[1], "--role", "both", "--voice", "hibari", *models),
    ]
    posts[0].silent_seconds = 2.0
    supervisor = Supervisor(posts, tmp_path / "log")
    await supervisor.start()
    try:
        voice = WyomingSynthesiser(uris[1], signs=True)
        (clause,) = [clause async for clause in voice.speak(TEXT, 8000)]
        pcm = silence(8000, 0.3) + clause.pcm + silence(8000, 0.6)
        one, two = (WyomingRecogniser(uri, signs=True) for uri in uris)
        pool = RecogniserPool([one, two])
        stream = await pool.open(8000, RecognitionContext())
        await stream.feed(pcm)
        first = posts[0].pid
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        beside, hung = await asyncio.gather(hear(pool, pcm, 8000), stream.finish())
        assert "opening hours" in beside.text and "opening hours" in hung.text
        await until(lambda: posts[0].starts == 2, 60.0)
        assert posts[0].pid != first
        assert "opening hours" in (await hear(one, pcm, 8000)).text
    finally:
        await supervisor.stop()
