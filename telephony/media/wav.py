"""WAV files of 16-bit PCM. The header is PURE; `WavSink` writes a file.

A file is written while the call goes on, so its length is not known at first. The header then says
the largest length; players stop where the file stops. A proper end patches it; `mend` does it for
the file of a process that was killed.
"""

from __future__ import annotations

import struct
import wave
from pathlib import Path
from typing import BinaryIO

HEADER_BYTES = 44
UNKNOWN = 0xFFFFFFFF - HEADER_BYTES
"""The length of a stream whose end is not known."""


def header(rate: int, channels: int, data_bytes: int | None = None) -> bytes:
    """A RIFF header for 16-bit PCM; without `data_bytes` for a stream that still grows."""
    size = UNKNOWN if data_bytes is None else data_bytes
    frame = 2 * channels
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", size + HEADER_BYTES - 8, b"WAVE"),
        *(b"fmt ", 16, 1, channels, rate, rate * frame, frame, 16),
        *(b"data", size),
    )


class WavSink:
    """A growing WAV file: call it with PCM, `close` it at the end."""

    def __init__(self, path: Path, rate: int, channels: int = 2) -> None:
        self.path = path
        self._rate = rate
        self._channels = channels
        self._file: BinaryIO | None = None

    def __call__(self, pcm: bytes) -> None:
        """Append. The file is made with the first piece."""
        if self._file is None:
            self._file = self.path.open("wb")
            self._file.write(header(self._rate, self._channels))
        self._file.write(pcm)
        self._file.flush()

    def close(self) -> None:
        """Make the header true. Harmless when nothing was written."""
        file, self._file = self._file, None
        if file is not None:
            file.close()
            mend(self.path)


def mend(path: Path) -> None:
    """Set the lengths in the header of a file of ours by the length of the file."""
    with path.open("r+b") as file:
        data = max(0, file.seek(0, 2) - HEADER_BYTES)
        file.seek(4)
        file.write(struct.pack("<I", data + HEADER_BYTES - 8))
        file.seek(HEADER_BYTES - 4)
        file.write(struct.pack("<I", data))


def read_wav(path: Path) -> tuple[bytes, int, int]:
    """A 16-bit WAV file: PCM, rate, channels. Raises ValueError for another width."""
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2:
            raise ValueError(f"{path}: {8 * file.getsampwidth()}-bit samples; 16 are needed")
        return file.readframes(file.getnframes()), file.getframerate(), file.getnchannels()
