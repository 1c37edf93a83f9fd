"""The callers' sentences as WAV files: pieces in a voice, silence between them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from centralino.bench.utterances import Utterance
from centralino.caller.voices import RATE, Voices
from telephony.media.wav import WavSink, read_wav
from voicebot.speech.sound import silence

AFTER = 0.04
"""Seconds of silence after the last piece: the last frame is whole."""


class Sounds:
    """Files by what they hold, made once."""

    def __init__(self, folder: Path, voices: Voices) -> None:
        self._folder = folder
        self._voices = voices

    async def wav(self, said: Utterance) -> str:
        """The sound of an utterance, mono at 8 kHz."""
        pieces = [
            silence(RATE, part) if isinstance(part, float) else await self.pcm(part)
            for part in said.parts
        ]
        return self.file(b"".join(pieces) + silence(RATE, AFTER))

    async def pcm(self, text: str) -> bytes:
        """The sound of a few words."""
        return read_wav(await self._voices.wav(text))[0]

    def file(self, pcm: bytes) -> str:
        """This sound in a file."""
        path = self._folder / f"{hashlib.sha256(pcm).hexdigest()[:24]}.wav"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            sink = WavSink(path, RATE, channels=1)
            sink(pcm)
            sink.close()
        return str(path)
