"""The voices of synthetic callers, as WAV files: made once, kept by what they say."""

from __future__ import annotations

import hashlib
import os
import wave
from dataclasses import dataclass, field
from pathlib import Path

from voicebot.speech.ports import Synthesiser

RATE = 8000


@dataclass
class Voices:
    """Sentences as sound, in one voice; another one than the bot's keeps both apart."""

    folder: Path
    voice: str = "hibari"
    _engine: Synthesiser | None = field(default=None)

    async def wav(self, text: str) -> Path:
        """A mono 16-bit file at 8 kHz that says this."""
        name = hashlib.sha256(f"{self.voice}\n{text}".encode()).hexdigest()[:24]
        path = self.folder / f"{name}.wav"
        if not path.exists():
            self._write(path, await self._speak(text))
        return path

    async def _speak(self, text: str) -> bytes:
        if self._engine is None:
            from voicebot.speech.engines import load_synthesiser

            self._engine = load_synthesiser(self.voice)
        return b"".join([clause.pcm async for clause in self._engine.speak(text, RATE)])

    def _write(self, path: Path, pcm: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")  # another process may say the same just now
        with wave.open(str(part), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(pcm)
        part.rename(path)
