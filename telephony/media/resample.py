"""Sound from one rate to another. The only file that imports soxr."""

from __future__ import annotations

import numpy as np
import soxr

QUALITY = "HQ"
"""soxr's default: flat to 0.91 of the lower Nyquist frequency, far below what G.711 leaves."""


class Resampler:
    """A stream of 16-bit little-endian mono PCM from `from_rate` to `to_rate` Hz.

    It works in blocks: up to about 100 ms is held back until more sound or `flush` comes.
    """

    def __init__(self, from_rate: int, to_rate: int) -> None:
        self._from_rate = from_rate
        self._to_rate = to_rate
        self._stream = _stream(from_rate, to_rate)

    def feed(self, pcm: bytes) -> bytes:
        """What is ready after `pcm`. Whole samples only: an even number of bytes."""
        if self._stream is None:
            return pcm
        return _bytes(self._stream.resample_chunk(np.frombuffer(pcm, "<i2")))

    def flush(self) -> bytes:
        """What was held back. The resampler is then ready for another stream."""
        if self._stream is None:
            return b""
        rest = _bytes(self._stream.resample_chunk(np.zeros(0, "<i2"), last=True))
        self._stream = _stream(self._from_rate, self._to_rate)
        return rest


def resample(pcm: bytes, from_rate: int, to_rate: int) -> bytes:
    """A whole piece of sound at another rate."""
    if from_rate == to_rate or not pcm:
        return pcm
    return _bytes(soxr.resample(np.frombuffer(pcm, "<i2"), from_rate, to_rate, quality=QUALITY))


def _stream(from_rate: int, to_rate: int) -> soxr.ResampleStream | None:
    if from_rate == to_rate:
        return None
    return soxr.ResampleStream(from_rate, to_rate, 1, dtype="int16", quality=QUALITY)


def _bytes(samples: object) -> bytes:
    return np.asarray(samples, "<i2").tobytes()
