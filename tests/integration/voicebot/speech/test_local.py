"""Engines in threads: what was cancelled in the queue is never computed."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.waiting import until
from voicebot.speech.jobs import EngineThreads, patience
from voicebot.speech.local import Wanted, WholeUtterances, always
from voicebot.speech.ports import EngineInfo, Recognised, RecognitionContext, Urgency
from voicebot.speech.worker import threads_for


class Slow:
    """A `Transcriber` that waits until it is let go."""

    info = EngineInfo("slow", "slow", "en", "test")

    def __init__(self) -> None:
        self.go = threading.Event()
        self.heard: list[bytes] = []
        self.in_vain = 0

    def transcribe(
        self, pcm: bytes, rate: int, context: RecognitionContext, wanted: Wanted = always
    ) -> Recognised:
        self.heard.append(pcm)
        self.go.wait(10)
        self.in_vain += not wanted()
        return Recognised(pcm.decode(), 1.0)


async def test_what_was_cancelled_in_the_queue_is_never_computed() -> None:
    engine = Slow()
    recogniser = WholeUtterances(engine, EngineThreads(1, "slow"))
    first, second, third = (hearing(recogniser, sound) for sound in (b"one", b"two", b"three"))
    await until(lambda: engine.heard)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    engine.go.set()
    assert [await first, await third] == ["one", "three"]
    assert engine.heard == [b"one", b"three"]


async def test_the_urgent_are_heard_before_those_who_came_before_them() -> None:
    engine = Slow()
    recogniser = WholeUtterances(engine, EngineThreads(1, "slow"))
    running = hearing(recogniser, b"running")
    await until(lambda: engine.heard)
    order = sorted(Urgency, reverse=True)
    waiting = [hearing(recogniser, one.name.encode(), one) for one in order]
    waiting += [hearing(recogniser, one.name.encode(), one) for one in order]
    await asyncio.sleep(0)
    engine.go.set()
    await asyncio.gather(running, *waiting)
    assert engine.heard == [b"running", *(one.name.encode() for one in Urgency for _ in (1, 2))]


async def test_work_that_nobody_waits_for_any_more_keeps_its_thread_and_is_seen_to_hang() -> None:
    engine, threads = Slow(), EngineThreads(1, "slow")
    recogniser = WholeUtterances(engine, threads)
    lost = hearing(recogniser, b"lost")
    await until(lambda: engine.heard)
    lost.cancel()
    await asyncio.gather(lost, return_exceptions=True)
    after = hearing(recogniser, b"after")
    await asyncio.sleep(0)
    assert engine.heard == [b"lost"]
    now = asyncio.get_running_loop().time()
    assert threads.stuck(now) is None
    assert threads.stuck(now + patience(0.0) + 0.1) is not None
    engine.go.set()
    assert await after == "after"
    assert engine.in_vain == 1, "an engine that looks up from its work stops"
    assert threads.stuck(now + 1000.0) is None


def test_one_who_hears_alone_speaks_as_well() -> None:
    hears, speaks = threads_for(1)
    assert hears is speaks and hears.places == 1
    hears, speaks = threads_for(3)
    assert (hears.places, speaks.places) == (3, 1)


def test_a_loop_that_is_gone_takes_no_thread_along() -> None:
    engine = Slow()
    recogniser = WholeUtterances(engine, EngineThreads(1, "slow"))

    async def leave() -> None:
        left = [hearing(recogniser, b"running"), hearing(recogniser, b"waiting")]
        await until(lambda: engine.heard)
        for task in left:
            task.cancel()

    async def come() -> str:
        after = hearing(recogniser, b"after")
        await asyncio.sleep(0)
        engine.go.set()
        return await after

    with asyncio.Runner() as first:
        first.run(leave())
    with asyncio.Runner() as second:
        assert second.run(come()) == "after"
    assert engine.heard == [b"running", b"after"]


def hearing(
    recogniser: WholeUtterances, pcm: bytes, urgency: Urgency = Urgency.INBOUND
) -> asyncio.Task[str]:
    """An utterance on its way."""

    async def hear() -> str:
        stream = await recogniser.open(8000, RecognitionContext(urgency=urgency))
        await stream.feed(pcm)
        return (await stream.finish()).text

    return asyncio.create_task(hear())
