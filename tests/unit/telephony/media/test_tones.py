"""Sounds made by code are what they claim, and the same every time."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from telephony.media.activity import LASTING_FRAMES, loud_frames
from telephony.media.mixing import level_dbfs
from telephony.media.tones import beep, double_tick, hold_music, ringback


def test_beep_has_its_pitch_and_soft_edges() -> None:
    samples = np.frombuffer(beep(1000, 0.5), "<i2").astype(float)
    assert len(samples) == 4000
    assert np.argmax(np.abs(np.fft.rfft(samples))) * 2 == 1000
    assert abs(samples[0]) < 10 and abs(samples[-1]) < 200


def test_ringback_is_a_second_in_five() -> None:
    tone = ringback()
    assert len(tone) == 2 * 8000 * 5
    assert level_dbfs(tone[: 2 * 8000]) > -30
    assert not any(tone[2 * 8000 :])


@pytest.mark.parametrize("rate", [8000, 16000])
def test_music_is_quiet_and_never_silent(rate: int) -> None:
    music = hold_music(rate)
    assert len(music) == 2 * 36 * rate
    assert -34 < level_dbfs(music) < -20
    seconds = [music[at : at + 2 * rate] for at in range(0, len(music), 2 * rate)]
    assert all(level_dbfs(second) > -45 for second in seconds)


def test_music_has_no_seam() -> None:
    samples = np.frombuffer(hold_music(), "<i2").astype(int)
    steps = np.abs(np.diff(np.concatenate([samples[-400:], samples[:400]])))
    assert steps.max() <= np.abs(np.diff(samples)).max()


def test_music_is_the_same_every_time() -> None:
    first = hashlib.sha256(hold_music()).hexdigest()
    hold_music.cache_clear()
    assert hashlib.sha256(hold_music()).hexdigest() == first


def test_a_double_tick_is_soft_and_too_short_for_an_answer() -> None:
    frames = loud_frames(double_tick())
    runs = "".join("x" if loud else " " for loud in frames).split()
    assert 1 <= len(runs) <= 2 and all(len(run) < LASTING_FRAMES for run in runs)
    assert level_dbfs(double_tick()) < -35
