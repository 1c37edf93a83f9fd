"""Recordings as sealed files in a folder. No database: the media process writes, control reads.

Every append reaches the operating system before it returns, so a recording outlives a SIGKILL of
its process. The key travels to control by message (`content.sound_key`).
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from centralino.content.errors import BadName, NoSound, SealBroken
from centralino.content.soundfile import (
    HEADER_BYTES,
    WAV_HEADER_BYTES,
    Chunk,
    SoundFormat,
    read_chunk,
    seal_chunk,
    wav_header,
    whole_chunks,
)

SUFFIX = ".sound"
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,120}")


@dataclass(frozen=True)
class SoundInfo:
    """A recording as it is now; it may still grow."""

    rate: int
    channels: int
    pcm_bytes: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.pcm_bytes / (self.rate * self.channels * 2)


@dataclass
class _Writing:
    file: FileIO
    key: bytes = field(repr=False)
    form: SoundFormat
    index: int


class SoundVault:
    """The recordings in one folder, by call. Blocking, but short: an append is one write."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._writing: dict[str, _Writing] = {}

    def begin(self, call: str, key: bytes, rate: int, channels: int = 2) -> None:
        """Begin a recording, or go on with one that a crash left (its format stands).

        Raises BadName, OSError, and SealBroken for another key than it was begun with.
        """
        path = self._path(call)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        file = os.fdopen(descriptor, "r+b", buffering=0)
        try:
            form, index = _enter(file, call, key, SoundFormat(rate, channels))
        except SealBroken:
            file.close()
            raise
        self._writing[call] = _Writing(file, key, form, index)

    def append(self, call: str, pcm: bytes) -> None:
        """Write the next PCM, e.g. a second of it. Raises KeyError before `begin`, OSError."""
        if not pcm:
            return
        writing = self._writing[call]
        data = seal_chunk(writing.key, call, writing.form, writing.index, pcm)
        end = writing.file.tell()
        if writing.file.write(data) != len(data):
            # The disk is full. A torn chunk in the middle would hide all that follows it.
            writing.file.truncate(end)
            writing.file.seek(end)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path(call)))
        writing.index += 1

    def finish(self, call: str) -> None:
        """The recording is over. Harmless when there is none."""
        writing = self._writing.pop(call, None)
        if writing is not None:
            writing.file.close()

    def has(self, call: str) -> bool:
        """Whether there is a recording."""
        return self._path(call).exists()

    def info(self, call: str) -> SoundInfo:
        """What is there. Raises NoSound, SealBroken."""
        with self._reading(call) as (_, form, chunks):
            return SoundInfo(form.rate, form.channels, _pcm_bytes(chunks))

    def read(self, call: str, key: bytes) -> Iterator[bytes]:
        """The clear PCM, chunk by chunk. Raises NoSound, SealBroken."""
        with self._reading(call) as (file, form, chunks):
            for chunk in chunks:
                yield read_chunk(file, key, call, form, chunk)

    def wav_size(self, call: str) -> int:
        """Bytes of the recording as a WAV file. Raises NoSound, SealBroken."""
        return WAV_HEADER_BYTES + self.info(call).pcm_bytes

    def wav(
        self, call: str, key: bytes, start: int = 0, stop: int | None = None
    ) -> Iterator[bytes]:
        """The recording as a WAV file, or its bytes from `start` up to `stop`, for a player.

        Only the chunks asked for are opened. Raises NoSound, SealBroken.
        """
        with self._reading(call) as (file, form, chunks):
            size = _pcm_bytes(chunks)
            end = WAV_HEADER_BYTES + size
            end = end if stop is None else min(end, stop)
            if start < min(end, WAV_HEADER_BYTES):
                yield wav_header(form, size)[start:end]
            for chunk in chunks:
                begins = WAV_HEADER_BYTES + chunk.start
                if begins < end and begins + chunk.clear > start:
                    clear = read_chunk(file, key, call, form, chunk)
                    yield clear[max(0, start - begins) : end - begins]

    def discard(self, call: str) -> bool:
        """Delete the recording; False if there was none. Raises OSError."""
        self.finish(call)
        path = self._path(call)
        existed = path.exists()
        path.unlink(missing_ok=True)
        return existed

    def _path(self, call: str) -> Path:
        if not _SAFE.fullmatch(call):
            raise BadName(f"{call!r} cannot name a recording")
        return self.directory / f"{call}{SUFFIX}"

    @contextmanager
    def _reading(self, call: str) -> Iterator[tuple[BinaryIO, SoundFormat, list[Chunk]]]:
        try:
            file = self._path(call).open("rb")
        except FileNotFoundError:
            raise NoSound(f"there is no recording of {call}") from None
        with file:
            form = SoundFormat.unpack(file.read(HEADER_BYTES))
            size = os.fstat(file.fileno()).st_size
            yield file, form, list(whole_chunks(file, size))


def _pcm_bytes(chunks: list[Chunk]) -> int:
    return sum(chunk.clear for chunk in chunks)


def _enter(file: FileIO, call: str, key: bytes, form: SoundFormat) -> tuple[SoundFormat, int]:
    """Stand behind the last whole chunk; the file's format and the number of the next chunk."""
    size = os.fstat(file.fileno()).st_size
    if size < HEADER_BYTES:
        file.truncate(0)
        file.write(form.pack())
        return form, 0
    form = SoundFormat.unpack(file.read(HEADER_BYTES))
    chunks = list(whole_chunks(file, size))
    if chunks:
        read_chunk(file, key, call, form, chunks[0])
    file.truncate(chunks[-1].end if chunks else HEADER_BYTES)
    file.seek(0, os.SEEK_END)
    return form, len(chunks)
