"""A `Recogniser` that lets callers go first: for conversations with people whom we called."""

from __future__ import annotations

from dataclasses import dataclass, replace

from voicebot.speech.ports import (
    EngineInfo,
    Recogniser,
    RecognitionContext,
    RecognitionStream,
    Urgency,
)


@dataclass(frozen=True)
class Yielding:
    """The same recogniser; what is more urgent than a call out is as urgent as one."""

    inner: Recogniser

    async def info(self) -> EngineInfo:
        """Which engine answers. Raises EngineLost."""
        return await self.inner.info()

    async def open(self, rate: int, context: RecognitionContext) -> RecognitionStream:
        """Begin an utterance. Raises EngineLost."""
        urgency = max(context.urgency, Urgency.OUTBOUND)
        return await self.inner.open(rate, replace(context, urgency=urgency))
