"""Slower speech."""

from __future__ import annotations

import numpy as np
import pytest

from telephony.media.stretch import stretch

RATE = 8000


def tone(seconds: float, hertz: float = 220.0) -> bytes:
    wave = 8000 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return bytes(np.rint(wave).astype("<i2").tobytes())


def pitch(pcm: bytes) -> float:
    power = np.abs(np.fft.rfft(np.frombuffer(pcm, "<i2")))
    return float(np.argmax(power)) * RATE / (len(pcm) / 2)


@pytest.mark.parametrize("factor", [0.7, 1.25, 1.4, 2.0])
def test_longer_at_the_same_pitch_and_level(factor: float) -> None:
    slow = stretch(tone(1.0), RATE, factor)
    assert len(slow) / 2 / RATE == pytest.approx(factor, abs=0.001)
    assert pitch(slow) == pytest.approx(220.0, abs=3)
    middle = np.frombuffer(slow, "<i2")[800:-1600].astype(float)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(8000 / np.sqrt(2), rel=0.1)


def test_what_is_short_or_unchanged_stays() -> None:
    assert stretch(tone(0.02), RATE, 1.5) == tone(0.02)
    assert stretch(tone(1.0), RATE, 1.0) == tone(1.0)
    assert stretch(b"", RATE, 1.5) == b""
    with pytest.raises(ValueError, match="factor"):
        stretch(tone(1.0), RATE, 3.0)
