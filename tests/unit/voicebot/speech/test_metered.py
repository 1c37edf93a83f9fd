"""The recognisers' share of time, and how far they are behind."""

from __future__ import annotations

import asyncio

from voicebot.speech.metered import WINDOW, MeteredRecogniser
from voicebot.speech.ports import (
    EngineInfo,
    Recognised,
    RecognitionContext,
    RecognitionStream,
    Urgency,
)


class Slow:
    """A recogniser whose clock the test walks."""

    def __init__(self) -> None:
        self.now = 100.0
        self.takes, self.waits = 0.5, 0.0
        self.gate = asyncio.Event()
        self.gate.set()

    async def info(self) -> EngineInfo:
        return EngineInfo("slow", "", "en", "")

    async def open(self, rate: int, context: RecognitionContext) -> RecognitionStream:
        return self

    async def feed(self, pcm: bytes) -> None:
        pass

    async def partial(self) -> str:
        return "so far"

    async def cancel(self) -> None:
        pass

    async def finish(self) -> Recognised:
        await self.gate.wait()
        self.now += self.takes + self.waits
        return Recognised("yes", 0.9, seconds=self.takes)


async def test_the_share_is_of_the_workers_time_and_waiting_is_seen() -> None:
    slow = Slow()
    meter = MeteredRecogniser(slow, workers=2, now=lambda: slow.now)
    for wait in (0.0, 0.3):
        slow.waits = wait
        stream = await meter.open(8000, RecognitionContext())
        await stream.feed(b"")
        assert await stream.partial() == "so far"
        assert (await stream.finish()).text == "yes"
    figures = meter.figures()
    assert abs(figures.share - 1.0 / WINDOW / 2) < 1e-9
    assert abs(figures.behind - 0.15) < 1e-9 and figures.utterances == 2
    assert figures.ended == 2 and not figures.overdue
    slow.now += WINDOW + 1
    assert meter.figures().share == meter.figures().behind == 0.0


async def test_an_answer_that_does_not_come_counts_while_it_is_awaited() -> None:
    slow = Slow()
    meter = MeteredRecogniser(slow, workers=1, now=lambda: slow.now)
    slow.gate.clear()
    waiting = asyncio.create_task((await meter.open(8000, RecognitionContext())).finish())
    await asyncio.sleep(0)
    slow.now += 5.0
    assert (meter.figures().behind, meter.figures().utterances) == (1.0, 1)
    assert meter.figures().overdue and not meter.figures().ended
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert meter.figures().behind == 0.0


async def test_what_gives_way_to_callers_takes_nothing_from_their_room() -> None:
    slow = Slow()
    slow.waits = 5.0
    meter = MeteredRecogniser(slow, workers=1, now=lambda: slow.now)
    for urgency in set(Urgency) - {Urgency.INBOUND}:
        await (await meter.open(8000, RecognitionContext(urgency=urgency))).finish()
    assert meter.figures().share == meter.figures().behind == 0.0


async def test_waiting_is_no_accident_from_the_third_in_a_row_on() -> None:
    slow = Slow()
    meter = MeteredRecogniser(slow, workers=1, now=lambda: slow.now)
    seen = []
    for slow.waits in (0.38, 0.0, 0.4, 0.5, 0.6, 0.0):
        slow.now += WINDOW / 2  # callers are silent for longer than that
        await (await meter.open(8000, RecognitionContext())).finish()
        seen.append(round(meter.figures().each, 6))
    assert seen == [0.0, 0.0, 0.0, 0.0, 0.4, 0.0]


async def test_one_that_still_waits_may_be_the_third_and_excuses_nobody() -> None:
    slow = Slow()
    slow.waits = 0.4
    meter = MeteredRecogniser(slow, workers=1, now=lambda: slow.now)

    async def finish() -> None:
        await (await meter.open(8000, RecognitionContext())).finish()

    async def seen_while_one_waits(*after: float) -> list[float]:
        slow.gate.clear()
        waiting = asyncio.create_task(finish())
        await asyncio.sleep(0)
        began, seen = slow.now, []
        for slow.now in (began + seconds for seconds in after):
            seen.append(round(meter.figures().each, 6))
        slow.gate.set()
        await waiting
        return seen

    await finish()
    await finish()
    assert await seen_while_one_waits(0.1, 0.8, 2.0) == [0.0, 0.3, 0.4]
    assert await seen_while_one_waits(0.1, 2.0) == [0.4, 0.4]
    slow.now += WINDOW + 1
    assert meter.figures().each == 0.0, "nobody spoke for long: let us see anew"
