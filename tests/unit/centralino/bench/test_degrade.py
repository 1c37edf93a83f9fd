"""What the telephone does to speech, from a seed."""

from __future__ import annotations

import numpy as np
import pytest

from centralino.bench.degrade import Way, companded, degraded, lost, spoken, with_losses
from centralino.bench.noises import rms
from centralino.bench.vad import area

RNG = np.random.default_rng


def test_companding_keeps_speech_within_g711s_noise() -> None:
    sound = RNG(1).normal(0, 0.05, 8000)
    for codec in ("pcmu", "pcma"):
        error = companded(sound, codec) - sound
        assert 33 < 20 * np.log10(rms(sound) / rms(error)) < 45
        assert abs(companded(np.zeros(4), codec)).max() < 0.001
        assert abs(companded(np.array([1.0, -1.0]), codec)) == pytest.approx(1.0, abs=0.03)


def test_losses_are_of_whole_packets_and_bursts_are_longer() -> None:
    samples = 8000 * 600
    shares, runs = [], []
    for bursty in (False, True):
        packets = lost(samples, Way(loss=0.05, bursty=bursty), RNG(2))
        shares.append(np.mean(packets))
        starts = sum(b and not a for a, b in zip([False, *packets], packets, strict=False))
        runs.append(sum(packets) / starts)
    assert shares == pytest.approx([0.05, 0.05], abs=0.008)
    assert runs[0] < 1.15 and 2.5 < runs[1] < 3.5
    assert not any(lost(samples, Way(), RNG(2)))
    heard = with_losses(np.ones(480), [False, True, False], 8000)
    assert heard[159] == 1 and heard[160] == heard[319] == 0 and heard[320] == 1


def test_a_way_is_the_same_from_the_same_seed_and_has_its_levels() -> None:
    speech, noise = RNG(3).normal(0, 0.2, 16000), RNG(4).normal(0, 1.0, 8000)
    way = Way("pcmu", 0.03, True, "street", 10.0, -25.0)
    assert np.array_equal(
        degraded(speech, noise, way, RNG(5)), degraded(speech, noise, way, RNG(5))
    )
    plain = Way("g722", level_dbfs=-25.0)
    assert plain.rate == 16000
    assert 20 * np.log10(rms(degraded(speech, None, plain, RNG(5)))) == pytest.approx(-25.0)
    loud = degraded(speech, noise, Way("pcmu", noise="street", snr_db=0.0), RNG(5))
    assert 20 * np.log10(rms(loud)) == pytest.approx(-19.0, abs=0.5)


def test_labels_follow_the_clean_sound_and_bridge_short_gaps() -> None:
    tone, gap = np.ones(1600) * 0.1, np.zeros(480)
    sound = np.concatenate([np.zeros(1600), tone, gap, tone, np.zeros(1600)])
    assert spoken(sound, 8000) == [False] * 10 + [True] * 23 + [False] * 10


def test_the_area_is_half_for_a_coin_and_one_for_an_oracle() -> None:
    assert area([(0.3, 0.3), (0.7, 0.7)]) == pytest.approx(0.5)
    assert area([(0.0, 1.0)]) == 1.0
