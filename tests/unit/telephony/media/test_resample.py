"""Streaming resampling gives what resampling at once gives."""

from __future__ import annotations

import numpy as np
import pytest

from telephony.media.resample import Resampler, resample
from telephony.media.tones import beep


@pytest.mark.parametrize(
    ("source", "target"),
    [(8000, 16000), (16000, 8000), (22050, 8000), (24000, 8000), (8000, 24000), (8000, 8000)],
)
def test_a_stream_keeps_length_and_pitch(source: int, target: int) -> None:
    tone = beep(1000, 0.5, source)
    resampler = Resampler(source, target)
    step = 2 * source // 50
    pieces = [resampler.feed(tone[at : at + step]) for at in range(0, len(tone), step)]
    out = np.frombuffer(b"".join(pieces) + resampler.flush(), "<i2").astype(float)
    assert abs(len(out) - target // 2) <= 2
    assert np.argmax(np.abs(np.fft.rfft(out))) * target / len(out) == pytest.approx(1000, abs=5)


def test_at_once() -> None:
    assert len(resample(beep(1000, 0.5, 16000), 16000, 8000)) == 8000
    assert resample(b"", 16000, 8000) == b""
