"""PURE. What the telephone does to speech: level, noise, codec, lost packets. From a seed.

Sound is float64 in −1…1. G.711 is ITU-T G.711's companding laws, continuous and rounded to 8 bits;
losses are of whole 20 ms packets, at random or in bursts (Gilbert's two states).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from centralino.bench.noises import Samples, at_level, rms

FRAME_SECONDS = 0.020
BURST = 3.0
"""Packets lost in a row, in the mean, where losses are bursty."""
MU, A = 255.0, 87.6
CODECS = ("pcmu", "pcma", "g722")


@dataclass(frozen=True)
class Way:
    """One way that speech may come in."""

    codec: str = "pcmu"
    loss: float = 0.0
    """Share of packets, 0–1."""
    bursty: bool = False
    noise: str = ""
    """The name of a noise; empty: none."""
    snr_db: float | None = None
    level_dbfs: float = -22.0
    """Root mean square of the speech."""

    @property
    def rate(self) -> int:
        """Hz of the codec."""
        return 16000 if self.codec == "g722" else 8000


def degraded(speech: Samples, noise: Samples | None, way: Way, rng: np.random.Generator) -> Samples:
    """Speech at the codec's rate as the recogniser gets it. G.722 is for `g722`, not here."""
    sound = at_level(speech, way.level_dbfs)
    if noise is not None and way.snr_db is not None:
        start = int(rng.integers(len(noise)))
        behind = np.resize(np.roll(noise, -start), len(sound))
        sound = sound + at_level(behind, way.level_dbfs - way.snr_db)
    if way.codec in ("pcmu", "pcma"):
        sound = companded(sound, way.codec)
    return with_losses(sound, lost(len(sound), way, rng), way.rate)


def companded(sound: Samples, codec: str) -> Samples:
    """Through G.711 and back: 8 bits on the curve of µ-law or A-law."""
    x = np.clip(sound, -1.0, 1.0)
    size, sign = np.abs(x), np.sign(x)
    if codec == "pcmu":
        coarse = np.round(np.log1p(MU * size) / np.log1p(MU) * 127) / 127
        return np.asarray(sign * np.expm1(coarse * np.log1p(MU)) / MU)
    bend = 1 + np.log(A)
    small = size < 1 / A
    curve = np.where(small, A * size, 1 + np.log(np.maximum(A * size, 1.0))) / bend
    coarse = (np.floor(curve * 128) + 0.5) / 128
    below = coarse < 1 / bend
    back = np.where(below, coarse * bend / A, np.exp(coarse * bend - 1) / A)
    return np.asarray(np.where(sign < 0, -back, back))


def lost(samples: int, way: Way, rng: np.random.Generator) -> list[bool]:
    """Which of the packets do not arrive."""
    count = -(-samples // round(way.rate * FRAME_SECONDS))
    if not way.bursty:
        return [bool(chance < way.loss) for chance in rng.random(count)]
    gone, packets = False, []
    into = way.loss / BURST / max(1e-9, 1 - way.loss)
    for chance in rng.random(count):
        gone = bool(chance >= 1 / BURST) if gone else bool(chance < into)
        packets.append(gone)
    return packets


def with_losses(sound: Samples, packets: list[bool], rate: int) -> Samples:
    """What is heard with these packets gone: silence of their length.

    The stack's G.711 has no concealment of its own: a packet that is missing when its time comes is
    20 ms of nothing.
    """
    heard = sound.copy()
    size = round(rate * FRAME_SECONDS)
    for number, gone in enumerate(packets):
        if gone:
            heard[number * size : (number + 1) * size] = 0.0
    return heard


def spoken(clean: Samples, rate: int, below_db: float = 30.0) -> list[bool]:
    """For each 20 ms frame of clean speech whether it holds some: not far below its loudness.

    Gaps up to 100 ms are part of a word.
    """
    size = round(rate * FRAME_SECONDS)
    frames = clean[: len(clean) // size * size].reshape(-1, size)
    loud = np.sqrt(np.mean(frames**2, axis=1)) > rms(clean) * 10 ** (-below_db / 20)
    flags = [bool(flag) for flag in loud]
    for at, flag in enumerate(flags):
        if not flag and any(flags[max(0, at - 5) : at]) and any(loud[at + 1 : at + 6]):
            flags[at] = True
    return flags
