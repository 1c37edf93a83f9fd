"""Small facts about 16-bit little-endian mono PCM. PURE."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

SILENT_DBFS = -96.0
"""What digital silence counts as: the step of 16 bits."""
_STEP = 0.010
_KEEP = 0.015


def level(pcm: bytes) -> float:
    """Root mean square in dBFS (0 is a full-scale square wave), not below SILENT_DBFS."""
    if len(pcm) < 2:
        return SILENT_DBFS
    samples = np.frombuffer(pcm, "<i2").astype(np.float32)
    power = float(np.dot(samples, samples)) / samples.size
    if power <= 0.0:
        return SILENT_DBFS
    return max(SILENT_DBFS, 10.0 * math.log10(power / 32768.0**2))


def silence(rate: int, seconds: float) -> bytes:
    """Nothing, for so long."""
    return bytes(2 * round(rate * seconds))


def duration(pcm: bytes, rate: int) -> float:
    """Seconds of sound."""
    return len(pcm) / 2 / rate


def pieces(pcm: bytes, rate: int, seconds: float) -> Iterator[bytes]:
    """The sound in pieces of so many seconds; the last may be shorter."""
    step = 2 * max(1, round(rate * seconds))
    for start in range(0, len(pcm), step):
        yield pcm[start : start + step]


def trim(pcm: bytes, rate: int, below: float = -50.0) -> bytes:
    """Without the silence at both ends, 15 ms of it kept so that no consonant is cut.

    A voice puts up to 0.2 s of silence around what it says; the caller would wait for it.
    """
    loud = [i for i, p in enumerate(pieces(pcm, rate, _STEP)) if level(p) >= below]
    if not loud:
        return b""
    step = 2 * round(rate * _STEP)
    keep = 2 * round(rate * _KEEP)
    return pcm[max(0, loud[0] * step - keep) : (loud[-1] + 1) * step + keep]
