"""The caller's words as sound: spoken, sent through G.711, recognised. Real engines, no clock."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from voicebot.checks.script import Says
from voicebot.speech.ports import Recognised, Recogniser, RecognitionContext, Synthesiser
from voicebot.speech.sound import pieces, silence

RATE = 8000
FRAME = 0.02
_BEFORE, _AFTER = 0.4, 0.6
"""Seconds of line noise around what is said."""
_NOISE = 30.0
"""Standard deviation of the noise of a quiet line: about −60 dBFS."""
_BIAS = 33
"""Added to the 14-bit magnitude before its logarithm is taken (ITU-T G.711, µ-law)."""


class BySound:
    """The caller speaks with a voice of its own, and a recogniser listens at the other end."""

    def __init__(
        self,
        voice: Synthesiser,
        recogniser: Recogniser,
        voices: Mapping[str, Synthesiser] | None = None,
    ) -> None:
        """`voices`: of further languages."""
        self._voice = voice
        self._voices = voices or {}
        self._recogniser = recogniser

    async def hear(self, said: Says, context: RecognitionContext) -> Recognised:
        """What the recogniser makes of it. Raises EngineLost."""
        voice = self._voices.get(said.speaks, self._voice)
        clauses = [clause.pcm async for clause in voice.speak(said.text, RATE)]
        stream = await self._recogniser.open(RATE, context)
        for frame in pieces(through_g711(on_a_line(b"".join(clauses))), RATE, FRAME):
            await stream.feed(frame)
        return await stream.finish()


def on_a_line(pcm: bytes) -> bytes:
    """As it comes from a quiet line; the noise is the same each time."""
    whole = np.frombuffer(silence(RATE, _BEFORE) + pcm + silence(RATE, _AFTER), "<i2")
    noise = np.random.default_rng(1).normal(0, _NOISE, whole.size)
    return np.clip(whole + noise, -32768, 32767).astype("<i2").tobytes()


def through_g711(pcm: bytes) -> bytes:
    """Encoded in µ-law and decoded again: what a telephone network leaves of it (ITU-T G.711)."""
    samples = np.frombuffer(pcm, "<i2").astype(np.int32)
    magnitude = np.minimum(np.abs(samples) >> 2, 8158) + _BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 5
    mantissa = (magnitude >> (exponent + 1)) & 0x0F
    return _linear(np.sign(samples), exponent, mantissa).astype("<i2").tobytes()


def _linear(
    sign: npt.NDArray[np.int32], exponent: npt.NDArray[np.int32], mantissa: npt.NDArray[np.int32]
) -> npt.NDArray[np.int32]:
    """The middle of the step that a code word stands for."""
    step = ((2 * mantissa + 33) << exponent) - _BIAS
    return np.asarray(sign * (step << 2), np.int32)
