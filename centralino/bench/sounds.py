"""The callers' sentences as WAV files: pieces in a voice, silence between them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from centralino.bench.utterances import Utterance
from centralino.caller.voices import RATE, Voices
from telephony.media.wav import WavSink, read_wav
from voicebot.speech.sound import level, pieces, silence

AFTER = 0.04
"""Seconds of silence after the last piece: the last frame is whole."""
QUIET_DBFS = -40.0
"""What a recording calls silence; a voice has up to 0.15 s of it around what it says."""
STEP = 0.01


class Sounds:
    """Files by what they hold, made once."""

    def __init__(self, folder: Path, voices: Voices) -> None:
        self._folder = folder
        self._voices = voices

    async def wav(self, said: Utterance) -> str:
        """The sound of an utterance, mono at 8 kHz. Its silences are as long as a recording has
        them: what the voice leaves around its words counts."""
        sound, wanted = b"", 0.0
        for part in said.parts:
            if isinstance(part, float):
                wanted = part
                continue
            pcm = await self.pcm(part)
            quiet = _quiet(sound, after=True) + _quiet(pcm, after=False) if sound else 0.0
            sound += silence(RATE, max(0.0, wanted - quiet)) + pcm
            wanted = 0.0
        return self.file(sound + silence(RATE, AFTER))

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


def _quiet(pcm: bytes, after: bool) -> float:
    """Seconds of silence at one end of a sound."""
    loud = [level(piece) >= QUIET_DBFS for piece in pieces(pcm, RATE, STEP)]
    if after:
        loud.reverse()
    return STEP * (loud.index(True) if True in loud else len(loud))
