"""Sounds made by code, the same on every machine. PURE.

Levels are chosen for a telephone: music at about −26 dBFS RMS, a beep at −20.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]

BEEP_LEVEL = 0.14
RINGBACK_HERTZ = 425.0
"""The European ringing tone (ITU-T E.180 supplement 2): 1 s on, 4 s off."""
BEAT_SECONDS = 0.75
PEAK = 0.2
"""Of full scale, for music."""
# Four bars of six beats, semitones from A3 (220 Hz): A minor 7, F major 7, C, G 6, one note a beat.
_BARS = (
    (0, 7, 10, 15, 10, 7),
    (-4, 3, 8, 12, 8, 3),
    (3, 7, 10, 15, 10, 7),
    (-2, 5, 9, 14, 9, 5),
)
_MELODY = (19, None, 17, 15, None, None, 15, None, 12, 17, None, None) + (
    19, None, 22, 19, None, None, 17, None, 14, 17, None, None,
)  # fmt: skip


def beep(hertz: float = 1000.0, seconds: float = 0.2, rate: int = 8000) -> bytes:
    """A sine with soft edges, 10 ms each."""
    tone = BEEP_LEVEL * np.sin(2 * np.pi * hertz * _times(seconds, rate))
    edge = min(len(tone) // 2, rate // 100)
    shape = np.ones(len(tone))
    shape[:edge] = np.linspace(0.0, 1.0, edge, endpoint=False)
    shape[len(tone) - edge :] = np.linspace(1.0, 0.0, edge, endpoint=False)
    return _pcm(tone * shape)


def double_tick(rate: int = 8000) -> bytes:
    """Two soft ticks of 40 ms: somebody is at work. Too short to be taken for an answer."""
    tick = _pcm(
        0.03 * np.sin(2 * np.pi * 480.0 * _times(0.04, rate)) * np.hanning(round(0.04 * rate))
    )
    return tick + bytes(2 * round(0.12 * rate)) + tick


def ringback(rate: int = 8000) -> bytes:
    """One period of the ringing tone, 5 s; loop it."""
    return beep(RINGBACK_HERTZ, 1.0, rate) + bytes(2 * 4 * rate)


@lru_cache(maxsize=4)
def hold_music(rate: int = 8000) -> bytes:
    """A slow, quiet figure of plucked tones over four chords, 36 s; its end joins its beginning."""
    beats = [note for bar in _BARS for note in bar]
    beat = round(BEAT_SECONDS * rate)
    song = np.zeros(2 * len(beats) * beat)
    for index in range(2 * len(beats)):
        start = index * beat
        _add(song, start, _pluck(beats[index % len(beats)], 0.5, rate))
        above = _MELODY[index % len(_MELODY)]
        if above is not None and index >= len(beats):  # the second time round it sings
            _add(song, start, _pluck(above, 0.28, rate))
    return _pcm(song * (PEAK / float(np.max(np.abs(song)))))


def _pluck(semitones: int, loudness: float, rate: int) -> Samples:
    """A soft tone that dies away: a fundamental and two weak overtones, all below 2 kHz."""
    time = _times(2.5, rate)
    hertz = 220.0 * 2 ** (semitones / 12)
    tone = np.zeros(len(time))
    for harmonic, share in ((1, 1.0), (2, 0.25), (3, 0.06)):
        tone += share * np.sin(2 * np.pi * hertz * harmonic * time) * np.exp(-time * harmonic * 1.6)
    attack = np.minimum(1.0, time / 0.03)
    release = np.minimum(1.0, (2.5 - time) / 0.1)
    return np.asarray(loudness * tone * attack * release, np.float64)


def _add(song: Samples, start: int, tone: Samples) -> None:
    """Add a tone, its tail wrapping to the beginning so that the loop has no seam."""
    places = (start + np.arange(len(tone))) % len(song)
    song[places] += tone


def _times(seconds: float, rate: int) -> Samples:
    return np.arange(round(seconds * rate)) / rate


def _pcm(samples: Samples) -> bytes:
    return bytes(np.rint(samples * 32767).astype("<i2").tobytes())
