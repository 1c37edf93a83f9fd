"""PURE. Sounds that are no words: street, music, coughs; babble out of given voices.

All are made from a seed, so that a figure can be had again. float64 in −1…1 at `rate` Hz.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]


def samples_of(pcm: bytes) -> Samples:
    """16-bit PCM as floats."""
    return np.frombuffer(pcm, "<i2").astype(np.float64) / 32768.0


def pcm_of(samples: Samples) -> bytes:
    """Floats as 16-bit PCM, saturated."""
    return (np.clip(samples, -1.0, 32767 / 32768) * 32768.0).astype("<i2").tobytes()


def rms(samples: Samples) -> float:
    """Root mean square; a tiny number for silence, so that it may divide."""
    return float(np.sqrt(np.mean(samples**2))) + 1e-9 if len(samples) else 1e-9


def at_level(samples: Samples, dbfs: float) -> Samples:
    """The same with this root mean square, in dB below full scale."""
    return samples * (10 ** (dbfs / 20) / rms(samples))


def street(rng: np.random.Generator, seconds: float, rate: int = 8000) -> Samples:
    """Traffic: low rumble that swells as cars pass, hiss of tyres, now and then a horn."""
    n = round(seconds * rate)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hertz = np.fft.rfftfreq(n, 1 / rate)
    rumble = np.fft.irfft(spectrum / np.maximum(hertz, 40.0), n)
    tyres = np.fft.irfft(spectrum * np.exp(-(((hertz - 900.0) / 700.0) ** 2)), n)
    t = np.arange(n) / rate
    passing = np.zeros(n)
    for at in np.cumsum(rng.exponential(2.5, size=max(1, round(seconds)))):
        passing += np.exp(-(((t - at) / 0.8) ** 2))
    sound = rumble / rms(rumble) * (0.4 + passing) + 0.5 * tyres / rms(tyres) * (0.2 + passing)
    for at in np.cumsum(rng.exponential(9.0, size=max(1, round(seconds / 4)))):
        horn = (t > at) & (t < at + 0.35)
        sound += horn * 0.8 * (np.sin(2 * np.pi * 420 * t) + np.sin(2 * np.pi * 530 * t))
    return at_level(sound, -26.0)


def music(rng: np.random.Generator, seconds: float, rate: int = 8000) -> Samples:
    """Chords with a tune and a beat, as a radio behind the caller."""
    n = round(seconds * rate)
    sound = np.zeros(n)
    roots = (220.0, 174.6, 196.0, 164.8)
    beat = round(0.45 * rate)
    for index, start in enumerate(range(0, n, beat)):
        length = min(beat * 2, n - start)
        t = np.arange(length) / rate
        root = roots[index // 4 % len(roots)]
        tune = root * 2 * 2 ** (int(rng.choice((0, 3, 5, 7, 10, 12))) / 12)
        for hertz, loud in ((root, 0.5), (root * 1.26, 0.3), (root * 1.5, 0.3), (tune, 0.9)):
            for harmonic in (1, 2, 3):
                part = np.sin(2 * np.pi * hertz * harmonic * t) * np.exp(-t * 3.0) / harmonic
                sound[start : start + length] += loud * part
        drum = rng.standard_normal(length) * np.exp(-t * 40.0)
        sound[start : start + length] += 0.6 * drum
    return at_level(sound, -26.0)


def babble(rng: np.random.Generator, voices: list[Samples], seconds: float, rate: int) -> Samples:
    """Many people at once: the given speech, shifted, layered and lowered."""
    n = round(seconds * rate)
    sound = np.zeros(n)
    for _ in range(8):
        voice = voices[int(rng.integers(len(voices)))]
        looped = np.resize(np.roll(voice, int(rng.integers(len(voice)))), n)
        sound += looped / rms(voice) * rng.uniform(0.5, 1.0)
    return at_level(sound, -26.0)


def cough(rng: np.random.Generator, rate: int = 8000) -> Samples:
    """One to three bursts of breath through a throat, −18 dBFS."""
    bursts = []
    for _ in range(int(rng.integers(1, 4))):
        n = round(rng.uniform(0.15, 0.3) * rate)
        spectrum = np.fft.rfft(rng.standard_normal(n))
        hertz = np.fft.rfftfreq(n, 1 / rate)
        throat = sum(np.exp(-(((hertz - f) / w) ** 2)) for f, w in ((500, 250), (1500, 500)))
        t = np.arange(n) / rate
        shape = np.minimum(t / 0.012, 1.0) * np.exp(-t * 12.0)
        bursts += [np.fft.irfft(spectrum * throat, n) * shape, np.zeros(round(0.12 * rate))]
    return at_level(np.concatenate(bursts), -18.0)
