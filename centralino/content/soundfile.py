"""The file of a recording: a header, then sealed chunks of PCM. PURE but for the nonces.

    header  "CTLNSND1" | rate u32 | channels u8 | 3 zero bytes
    chunk   length of the sealed bytes u32 | sealed bytes
    (big-endian)

Each chunk is sealed with the header, the call and its place in the file as `aad`: none can be
moved, swapped or taken from another call. A process may die while it writes, so the last chunk may
be torn: what is not there whole is ignored, and cut off before the next one is written.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from centralino.content.errors import SealBroken
from centralino.content.sealing import OVERHEAD, open_, seal

MAGIC = b"CTLNSND1"
_HEADER = struct.Struct(">8sIB3x")
_LENGTH = struct.Struct(">I")
HEADER_BYTES = _HEADER.size
CHUNK_LIMIT = 1 << 24
"""Bytes of sealed sound at most in a chunk; more is taken for damage."""
SAMPLE_BYTES = 2
WAV_HEADER_BYTES = 44


@dataclass(frozen=True)
class SoundFormat:
    """16-bit PCM, samples of the channels in turn."""

    rate: int
    """Frames a second."""
    channels: int

    def pack(self) -> bytes:
        """The file's header."""
        return _HEADER.pack(MAGIC, self.rate, self.channels)

    @classmethod
    def unpack(cls, header: bytes) -> SoundFormat:
        """The format that a header tells. Raises SealBroken."""
        if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
            raise SealBroken("not a recording of ours")
        _, rate, channels = _HEADER.unpack(header[:HEADER_BYTES])
        return cls(rate, channels)

    @property
    def bytes_per_second(self) -> int:
        """Bytes of PCM a second."""
        return self.rate * self.channels * SAMPLE_BYTES


@dataclass(frozen=True)
class Chunk:
    """Where a whole chunk lies."""

    index: int
    offset: int
    """Of its sealed bytes, in the file."""
    length: int
    start: int
    """Of its PCM, in the recording."""

    @property
    def clear(self) -> int:
        """Bytes of PCM in it."""
        return self.length - OVERHEAD

    @property
    def end(self) -> int:
        """Where the next chunk's length lies in the file."""
        return self.offset + self.length


def _name(call: str, form: SoundFormat, index: int) -> bytes:
    return form.pack() + _LENGTH.pack(index) + call.encode()


def seal_chunk(key: bytes, call: str, form: SoundFormat, index: int, pcm: bytes) -> bytes:
    """What to write for the `index`th chunk."""
    sealed = seal(key, pcm, _name(call, form, index))
    return _LENGTH.pack(len(sealed)) + sealed


def whole_chunks(file: BinaryIO, size: int) -> Iterator[Chunk]:
    """The chunks that are there whole, by their lengths alone. Raises SealBroken."""
    offset, start, index = HEADER_BYTES, 0, 0
    while offset + _LENGTH.size <= size:
        file.seek(offset)
        (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
        if not OVERHEAD <= length <= CHUNK_LIMIT:
            raise SealBroken(f"chunk {index} claims {length} bytes")
        chunk = Chunk(index, offset + _LENGTH.size, length, start)
        if chunk.end > size:
            return
        yield chunk
        offset, start, index = chunk.end, start + chunk.clear, index + 1


def read_chunk(file: BinaryIO, key: bytes, call: str, form: SoundFormat, chunk: Chunk) -> bytes:
    """The PCM of a chunk. Raises SealBroken."""
    file.seek(chunk.offset)
    return open_(key, file.read(chunk.length), _name(call, form, chunk.index))


def wav_header(form: SoundFormat, pcm_bytes: int) -> bytes:
    """A RIFF header for this much PCM."""
    block = form.channels * SAMPLE_BYTES
    details = struct.pack(
        "<IHHIIHH", 16, 1, form.channels, form.rate, form.bytes_per_second, block, 16
    )
    riff = b"RIFF" + struct.pack("<I", 36 + pcm_bytes) + b"WAVE"
    return riff + b"fmt " + details + b"data" + struct.pack("<I", pcm_bytes)
