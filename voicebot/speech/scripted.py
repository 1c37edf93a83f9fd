"""The speech ports without engines: for tests, and for conversing by text.

They are held to the same conformance suite as the real ones.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import AsyncIterator, Iterable

import numpy as np

from voicebot.errors import EngineLost
from voicebot.speech.local import clause_by_clause
from voicebot.speech.ports import (
    Clause,
    EngineInfo,
    Hypothesis,
    Recognised,
    RecognitionContext,
    RecognitionStream,
)
from voicebot.speech.sound import SILENT_DBFS, level

LOUD = -40.0
"""dBFS from which a frame is speech."""
SECONDS_A_LETTER = 0.06
"""About 15 letters a second: what a calm voice says."""
TONE_HZ = 440.0


class LevelVad:
    """A `Vad`: what is loud is speech."""

    def is_speech(self, frame: bytes) -> bool:
        """Decide by level alone."""
        return level(frame) >= LOUD

    def reset(self) -> None:
        """It remembers nothing."""


class ScriptedRecogniser:
    """A `Recogniser` that is told what it will hear: one text an utterance, in order.

    Sound without a text to come, or without anything loud in it, is heard as nothing. `lost` makes
    every verb raise EngineLost, as when the worker died. `contexts` are those of the streams
    opened, for a test to look at.
    """

    def __init__(self, texts: Iterable[str | Recognised] = (), why: str = "scripted") -> None:
        self._texts = deque(texts)
        self._info = EngineInfo("scripted", "script", "en", why, n_best=True)
        self.lost = False
        self.contexts: list[RecognitionContext] = []

    def hear(self, text: str | Recognised) -> None:
        """Add what will be heard after all that was added before."""
        self._texts.append(text)

    async def info(self) -> EngineInfo:
        """Which engine answers."""
        self._check()
        return self._info

    async def open(self, rate: int, context: RecognitionContext) -> RecognitionStream:
        """Begin an utterance."""
        self._check()
        self.contexts.append(context)
        return _Script(self)

    def _check(self) -> None:
        if self.lost:
            raise EngineLost("the scripted recogniser was told to be lost")

    def _next(self) -> Recognised:
        if not self._texts:
            return Recognised("", 0.0, no_speech=1.0, engine="scripted")
        text = self._texts.popleft()
        if isinstance(text, Recognised):
            return text
        return Recognised(text, 1.0, alternatives=(Hypothesis(text, 1.0),), engine="scripted")


class _Script:
    def __init__(self, owner: ScriptedRecogniser) -> None:
        self._owner = owner
        self._loudest = SILENT_DBFS

    async def feed(self, pcm: bytes) -> None:
        self._owner._check()
        self._loudest = max(self._loudest, level(pcm))

    async def partial(self) -> str:
        return ""

    async def finish(self) -> Recognised:
        self._owner._check()
        if self._loudest < LOUD:
            return Recognised("", 0.0, no_speech=1.0, engine="scripted")
        return self._owner._next()

    async def cancel(self) -> None:
        self._loudest = SILENT_DBFS


class TextSynthesiser:
    """A `Synthesiser` that gives a tone as long as the text would take, clause by clause.

    `spoken` are the clauses asked for, for a test to look at.
    """

    def __init__(self, seconds_a_letter: float = SECONDS_A_LETTER) -> None:
        self._seconds_a_letter = seconds_a_letter
        self.spoken: list[str] = []
        self.lost = False

    async def info(self) -> EngineInfo:
        """Which engine answers."""
        self._check()
        return EngineInfo("scripted", "tone", "en", "scripted")

    def speak(self, text: str, rate: int) -> AsyncIterator[Clause]:
        """The text clause by clause, as tones at `rate` Hz."""

        async def say(clause: str) -> bytes:
            self._check()
            self.spoken.append(clause)
            return tone(rate, len(clause) * self._seconds_a_letter)

        return clause_by_clause(text, rate, say)

    def _check(self) -> None:
        if self.lost:
            raise EngineLost("the scripted voice was told to be lost")


def tone(rate: int, seconds: float, dbfs: float = -20.0) -> bytes:
    """A sine of so many seconds at this level."""
    peak = 32767.0 * 10 ** (dbfs / 20) * math.sqrt(2)
    at = np.arange(round(rate * seconds)) / rate
    return (peak * np.sin(2 * math.pi * TONE_HZ * at)).astype("<i2").tobytes()
