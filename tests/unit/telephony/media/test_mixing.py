"""Sums saturate, gains move, levels are in dBFS."""

from __future__ import annotations

import numpy as np
import pytest

from telephony.media.mixing import SILENCE_DBFS, fade_in, fade_out, gain, level_dbfs, mix, ramp


def pcm(*samples: int) -> bytes:
    return np.array(samples, "<i2").tobytes()


def test_mix_saturates() -> None:
    assert mix(pcm(30000, -30000, 5), pcm(30000, -30000, 6)) == pcm(32767, -32768, 11)


def test_mix_is_as_long_as_the_longest() -> None:
    assert mix(pcm(1, 2), pcm(1)) == pcm(2, 2)
    assert mix(pcm(7)) == pcm(7)


def test_gain() -> None:
    assert gain(pcm(100, -100), 0.5) == pcm(50, -50)
    assert gain(pcm(30000), 2.0) == pcm(32767)
    assert gain(pcm(123), 1.0) == pcm(123)


def test_fades_begin_and_end_where_they_say() -> None:
    loud = pcm(*[1000] * 10)
    assert np.frombuffer(fade_out(loud), "<i2")[0] == 1000
    assert np.frombuffer(fade_out(loud), "<i2")[-1] == 100
    assert np.frombuffer(fade_in(loud), "<i2")[0] == 0
    assert np.frombuffer(ramp(loud, 0.5, 1.0), "<i2")[0] == 500


def test_level() -> None:
    assert level_dbfs(pcm(32767, -32767)) == pytest.approx(0.0, abs=0.01)
    assert level_dbfs(pcm(3277, -3277)) == pytest.approx(-20.0, abs=0.01)
    assert level_dbfs(pcm(0, 0)) == SILENCE_DBFS
    assert level_dbfs(b"") == SILENCE_DBFS
