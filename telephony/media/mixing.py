"""Arithmetic on frames of 16-bit little-endian mono PCM. PURE."""

from __future__ import annotations

import math

import numpy as np

FULL_SCALE = 32768.0
SILENCE_DBFS = -96.0
"""What digital silence is called: 16 bits reach no lower."""


def mix(*frames: bytes) -> bytes:
    """The sum of frames, saturated; the length of the longest."""
    if len(frames) == 1:
        return frames[0]
    total = np.zeros(max((len(frame) for frame in frames), default=0) // 2, np.int32)
    for frame in frames:
        samples = np.frombuffer(frame, "<i2")
        total[: len(samples)] += samples
    return _saturated(total)


def gain(frame: bytes, factor: float) -> bytes:
    """The frame `factor` times as loud (1.0: as it is), saturated."""
    return ramp(frame, factor, factor)


def ramp(frame: bytes, start: float, end: float) -> bytes:
    """The frame with a gain that moves in a straight line from `start` to `end`, saturated."""
    if start == end == 1.0:
        return frame
    samples = np.frombuffer(frame, "<i2")
    return _saturated(np.rint(samples * np.linspace(start, end, len(samples), endpoint=False)))


def fade_out(frame: bytes) -> bytes:
    """From as it is to silence."""
    return ramp(frame, 1.0, 0.0)


def fade_in(frame: bytes) -> bytes:
    """From silence to as it is."""
    return ramp(frame, 0.0, 1.0)


def level_dbfs(frame: bytes) -> float:
    """RMS level in dB below full scale; SILENCE_DBFS for nothing at all."""
    samples = np.frombuffer(frame, "<i2").astype(np.float64)
    if not len(samples):
        return SILENCE_DBFS
    rms = math.sqrt(float(np.mean(samples * samples)))
    return 20 * math.log10(rms / FULL_SCALE) if rms else SILENCE_DBFS


def _saturated(samples: object) -> bytes:
    return bytes(np.clip(np.asarray(samples), -32768, 32767).astype("<i2").tobytes())
