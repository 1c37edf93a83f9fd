"""Recorded messages: sound files in a folder of the house, named with what they contain.

What lies in the folder itself is for every client, what lies in a client's folder for that client
alone: `boil.wav`, `riverton/boil.wav`. A reference is `name#digest`, made when a notification is
drafted: what is played is what was drafted, and the audit, which names the message, proves which
sound it was.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import itertools
import re
import tempfile
import unicodedata
import wave
from dataclasses import dataclass, field
from pathlib import Path

from centralino.content.errors import BadRecording
from telephony.media.resample import resample
from telephony.media.wav import header

RATE = 8000
LONGEST = 120.0
"""Seconds; who listens longer to a machine that calls?"""
LARGEST = 25_000_000
"""Bytes of a file, which is read whole."""
DIGEST = 16
"""Hexadecimal digits of SHA-256 in a reference."""

NAMED = re.compile(r"([A-Za-z0-9][\w.-]{0,63}/)?[^/\\\0.][^/\\\0]*\.wav")
"""A file of the house, or of a client."""
LONGEST_STEM = 60


def owner_of(name: str) -> str:
    """The client whose recording it is; empty: every client's."""
    return name.rpartition("/")[0]


def _linked(whole: Path, folder: Path, stem: str, data: bytes) -> Path:
    """The first free name for what was written, or that of the same sound. Raises OSError."""
    for nth in itertools.count(1):
        path = folder / (f"{stem}.wav" if nth == 1 else f"{stem}-{nth}.wav")
        try:
            path.hardlink_to(whole)
        except FileExistsError:
            if path.read_bytes() != data:
                continue
        break
    return path


def _stem(title: str) -> str:
    """A file's name made of what it was called where it came from."""
    plain = unicodedata.normalize("NFKD", Path(title).stem).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:LONGEST_STEM] or "recording"


@dataclass(frozen=True)
class Recording:
    """A recorded message."""

    reference: str
    pcm: bytes
    """16 bit, mono, 8 kHz."""

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.pcm) / (2 * RATE)


@dataclass(frozen=True)
class Recordings:
    """The sound files of a folder. None: there are none."""

    folder: Path | None
    most: int = 0
    """Bytes that may be kept for one client; 0: any."""
    _read: dict[str, Recording] = field(default_factory=dict)
    """By reference: one file is played in a thousand calls."""

    def names(self, client: str) -> list[str]:
        """The files that a client's messages may name."""
        if self.folder is None:
            return []
        own = (f"{client}/{path.name}" for path in (self.folder / client).glob("*.wav"))
        return sorted([*(path.name for path in self.folder.glob("*.wav")), *own])

    def keep(self, client: str, title: str, pcm: bytes) -> str:
        """Keep a client's message (16 bit, mono, 8 kHz) under a name made of its title; the name.

        What is there already is never written over, since running notifications play it. Raises
        BadRecording."""
        if self.folder is None:
            raise BadRecording("there is no folder for recordings: set outbound.recordings")
        folder, stem = self.folder / client, _stem(title)
        data = header(RATE, 1, len(pcm)) + pcm
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._room(folder, len(data))
            with tempfile.NamedTemporaryFile(dir=folder, suffix=".part") as whole:
                whole.write(data)
                whole.flush()
                path = _linked(Path(whole.name), folder, stem, data)
        except OSError as error:
            raise BadRecording(f"{folder}: {error.strerror}") from error
        return f"{client}/{path.name}"

    def _room(self, folder: Path, more: int) -> None:
        used = sum(path.stat().st_size for path in folder.glob("*.wav"))
        if self.most and used + more > self.most:
            raise BadRecording(
                f"{folder.name} has {used / 1e6:.1f} MB of recordings, and {self.most / 1e6:g} MB"
                " are allowed: delete some, or raise outbound.recordings_megabytes"
            )

    def delete(self, name: str) -> None:
        """Delete a client's file. What is in memory is played on. Raises BadRecording."""
        if self.folder is None or not NAMED.fullmatch(name):
            raise BadRecording(f"there is no recording {name!r}")
        try:
            (self.folder / name).unlink()
        except FileNotFoundError as error:
            raise BadRecording(f"there is no recording {name!r}") from error
        except OSError as error:
            raise BadRecording(f"{name}: {error.strerror}") from error

    def named(self, name: str) -> Recording:
        """The file of this name, as it is now. Raises BadRecording."""
        if self.folder is None or not NAMED.fullmatch(name):
            raise BadRecording(f"{name!r} is no WAV file of the folder outbound.recordings")
        path = self.folder / name
        try:
            if path.stat().st_size > LARGEST:
                raise BadRecording(f"{name} is larger than {LARGEST // 1_000_000} MB")
            data = path.read_bytes()
        except OSError as error:
            raise BadRecording(f"{path}: {error.strerror}") from error
        digest = hashlib.sha256(data).hexdigest()[:DIGEST]
        return Recording(f"{name}#{digest}", _pcm(name, data))

    async def get(self, reference: str) -> Recording:
        """What was drafted under this reference. Raises BadRecording where it is another now."""
        if reference not in self._read:
            name = reference.rpartition("#")[0]
            found = await asyncio.to_thread(self.named, name)
            if found.reference != reference:
                raise BadRecording(f"{name} is not what it was when the message was drafted")
            self._read[reference] = found
        return self._read[reference]


def _pcm(name: str, data: bytes) -> bytes:
    try:
        with wave.open(io.BytesIO(data)) as file:
            rate, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            frames = file.getnframes()
            if (channels, width) != (1, 2) or not RATE <= rate <= 48_000:
                raise BadRecording(f"{name}: need mono, 16 bit, 8 to 48 kHz")
            if not 0 < frames <= LONGEST * rate:
                raise BadRecording(f"{name}: need at most {LONGEST:.0f} seconds of sound")
            pcm = file.readframes(frames)
    except (wave.Error, EOFError) as error:
        raise BadRecording(f"{name} is no WAV file: {error}") from error
    return resample(pcm, rate, RATE)
