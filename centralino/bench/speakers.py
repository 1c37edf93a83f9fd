"""Synthetic people who are not the bot: hibari, and the voices of espeak-ng and flite if installed.

Each gives a text as 16-bit PCM at the rate asked for. Nothing is cached here.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import tempfile
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path

from telephony.media.resample import resample
from voicebot.speech.engines import load_synthesiser
from voicebot.speech.sound import trim

Speak = Callable[[str, int], Awaitable[bytes]]


def _espeak(voice: str) -> tuple[str, ...]:
    return ("espeak-ng", "-v", voice, "-s", "150", "--stdout", "{text}")


_PROGRAMS = {
    "espeak-ng en-gb": _espeak("en-gb"),
    "flite slt": ("flite", "-voice", "slt", "-t", "{text}", "-o", "{file}"),
}


def speakers() -> dict[str, Speak]:
    """Everybody who can speak on this machine, by name."""
    found: dict[str, Speak] = {"hibari": _hibari()}
    for name, command in _PROGRAMS.items():
        if shutil.which(command[0]):
            found[name] = _program(command)
    return found


def espeak(voice: str) -> Speak:
    """One of espeak-ng's voices, e.g. `it+f2`."""
    return _program(_espeak(voice))


def missing() -> list[str]:
    """The Debian packages of those who cannot."""
    return [command[0] for command in _PROGRAMS.values() if not shutil.which(command[0])]


def _hibari() -> Speak:
    engine = load_synthesiser("hibari")

    async def speak(text: str, rate: int) -> bytes:
        return b"".join([clause.pcm async for clause in engine.speak(text, rate)])

    return speak


def _program(command: tuple[str, ...]) -> Speak:
    async def speak(text: str, rate: int) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "said.wav"
            filled = [part.format(text=text, file=file) for part in command]
            process = await asyncio.create_subprocess_exec(
                *filled, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
            )
            output, _ = await process.communicate()
            return _read(file.read_bytes() if file.exists() else output, rate)

    return speak


def _read(data: bytes, rate: int) -> bytes:
    with wave.open(io.BytesIO(data)) as spoken:
        own = spoken.getframerate()
        pcm = spoken.readframes(spoken.getnframes())
    return resample(trim(pcm, own), own, rate)
