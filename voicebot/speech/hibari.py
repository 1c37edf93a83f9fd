"""hibari: a small clear voice, 24 kHz. The only file that imports it."""

from __future__ import annotations

import numpy as np
from hibari import SAMPLE_RATE, Hibari

from voicebot.speech.local import Sound
from voicebot.speech.ports import EngineInfo

_SEED = 1
"""Fixes the noise in the voice: the same text gives the same sound."""


class HibariVoice:
    """The voice in the package: `heart`, American English."""

    def __init__(self, why: str, voice: str = "heart") -> None:
        self.info = EngineInfo("hibari", voice, "en", why)
        self._voice = voice
        self._engine: Hibari | None = None

    def load(self) -> None:
        """Read the model (8 MB); one thread."""
        self._engine = Hibari(voice=self._voice, threads=1)

    def say(self, text: str) -> Sound:
        """The sound of one clause."""
        if self._engine is None:
            self.load()
        assert self._engine is not None
        samples = np.clip(self._engine(text, seed=_SEED), -1.0, 1.0) * 32767.0
        return Sound(samples.astype("<i2").tobytes(), SAMPLE_RATE)
