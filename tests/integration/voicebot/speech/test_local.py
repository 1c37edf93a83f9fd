"""Engines in threads: what was cancelled in the queue is never computed."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.waiting import until
from voicebot.speech.local import WholeUtterances
from voicebot.speech.ports import EngineInfo, Recognised, RecognitionContext


class Slow:
    """A `Transcriber` that waits until it is let go."""

    info = EngineInfo("slow", "slow", "en", "test")

    def __init__(self) -> None:
        self.go = threading.Event()
        self.heard: list[bytes] = []

    def transcribe(self, pcm: bytes, rate: int, context: RecognitionContext) -> Recognised:
        self.heard.append(pcm)
        self.go.wait(10)
        return Recognised(pcm.decode(), 1.0)


async def test_what_was_cancelled_in_the_queue_is_never_computed() -> None:
    engine = Slow()
    with ThreadPoolExecutor(1) as threads:
        recogniser = WholeUtterances(engine, threads)

        async def hear(pcm: bytes) -> str:
            stream = await recogniser.open(8000, RecognitionContext())
            await stream.feed(pcm)
            return (await stream.finish()).text

        first, second, third = (asyncio.create_task(hear(p)) for p in (b"one", b"two", b"three"))
        await until(lambda: engine.heard)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        engine.go.set()
        assert [await first, await third] == ["one", "three"]
    assert engine.heard == [b"one", b"three"]
