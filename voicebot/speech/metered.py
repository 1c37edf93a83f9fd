"""How busy the recognisers are: a `Recogniser` before another that keeps count.

Of callers' conversations only. Whatever else is recognised gives way to them, so it takes nothing
from the room that there is for them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from voicebot.speech.ports import (
    EngineInfo,
    Recognised,
    Recogniser,
    RecognitionContext,
    RecognitionStream,
    Urgency,
)

WINDOW = 10.0
"""Seconds that the figures speak of."""
STILL_WAITS = 4
"""What one that still waits counts for as a mean: 1 s of waiting as 0.25 s."""
IN_A_ROW = 3
"""Utterances that show that waiting is no accident."""


@dataclass(frozen=True)
class Recognising:
    """What the recognisers did in the last `WINDOW` seconds."""

    share: float
    """Of their time, 0–1."""
    behind: float
    """Seconds that an answer waited beyond the engine's own time, in the mean; more where one waits
    much longer now. Two who speak at once are no lack of recognisers: a single wait says nothing.
    """
    utterances: int = 0
    """How many `behind` speaks of, those that still wait included."""
    each: float = 0.0
    """Seconds that each of the last `IN_A_ROW` waited at least, or waits by now; 0 where there were
    fewer, or where nothing was recognised for `WINDOW`."""
    ended: int = 0
    """Utterances recognised since the beginning: where it has not grown, the rest is old news."""
    overdue: bool = False
    """Whether one waits now for longer than any took."""


class MeteredRecogniser:
    """Counts what passes through. `now` is a clock in seconds; `workers` of those that work side by
    side are ours, perhaps a fraction."""

    def __init__(self, inner: Recogniser, workers: float, now: Callable[[], float]) -> None:
        self._inner = inner
        self._workers = workers
        self._now = now
        self._done: deque[tuple[float, float, float]] = deque()
        self._asked: dict[int, float] = {}
        self._ended = 0
        self._last: deque[float] = deque(maxlen=IN_A_ROW)
        """What the last ones waited, however long ago: callers are silent for longer than that."""

    async def info(self) -> EngineInfo:
        """Which engine answers. Raises EngineLost."""
        return await self._inner.info()

    async def open(self, rate: int, context: RecognitionContext) -> RecognitionStream:
        """Begin an utterance. Raises EngineLost."""
        stream = await self._inner.open(rate, context)
        return _Metered(self, stream) if context.urgency is Urgency.INBOUND else stream

    def figures(self) -> Recognising:
        """How busy they are now."""
        now = self._now()
        while self._done and self._done[0][0] < now - WINDOW:
            self._done.popleft()
        if not self._done:
            self._last.clear()
        engine = sum(seconds for _, seconds, _ in self._done)
        waits = [max(0.0, behind) for _, _, behind in self._done]
        waited = sum(waits) / len(waits) if waits else 0.0
        usual = max((seconds for _, seconds, _ in self._done), default=1.0)
        waiting = [now - asked - usual for asked in self._asked.values()]
        share = engine / WINDOW / self._workers
        longest = max(waiting, default=0.0)
        return Recognising(
            share=min(1.0, share),
            behind=max(waited, longest / STILL_WAITS),
            utterances=len(self._done) + len(self._asked),
            each=max(_each(self._last), _each([*self._last, *waiting])),
            ended=self._ended,
            overdue=longest > 0,
        )

    async def finish(self, stream: RecognitionStream) -> Recognised:
        """End an utterance and note what it took. Raises EngineLost."""
        began = self._now()
        self._asked[id(stream)] = began
        try:
            heard = await stream.finish()
        finally:
            self._asked.pop(id(stream), None)
        now = self._now()
        late = now - began - heard.seconds
        self._done.append((now, heard.seconds, late))
        self._last.append(late)
        self._ended += 1
        return heard


def _each(waits: Iterable[float]) -> float:
    """What each of the last few waited at least."""
    last = list(waits)[-IN_A_ROW:]
    return max(0.0, min(last)) if len(last) == IN_A_ROW else 0.0


class _Metered:
    def __init__(self, meter: MeteredRecogniser, stream: RecognitionStream) -> None:
        self._meter = meter
        self._stream = stream

    async def feed(self, pcm: bytes) -> None:
        await self._stream.feed(pcm)

    async def partial(self) -> str:
        return await self._stream.partial()

    async def finish(self) -> Recognised:
        return await self._meter.finish(self._stream)

    async def cancel(self) -> None:
        await self._stream.cancel()
