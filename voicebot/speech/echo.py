"""Is what we hear only ourselves? PURE: samples in, an opinion out.

A telephone without a headset sends our own voice back, softer (20–40 dB) and later (20–300 ms). It
is no barge-in. Two ways of knowing it:

1. *By likeness.* The last 200 ms received are laid over what was sent before, at every delay; the
   normalised cross-correlation is near 1 for an echo and low as soon as somebody talks over it,
   for then most of the sound is not ours. This also measures delay and return loss.
2. *By level.* Once the return loss is known, a frame that is not louder than the echo we expect in
   it is echo, even where a room has blurred the likeness.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from voicebot.speech.sound import level

Samples = npt.NDArray[np.float32]

LIKE = 0.6
"""Correlation from which the sound is ours."""
LONGEST_DELAY = 0.4
"""Seconds; 300 ms on the way, and what our own sending queue holds."""
WINDOW = 0.2
"""Seconds that are compared."""
MARGIN_DB = 6.0
"""So much louder than the expected echo is somebody."""
AUDIBLE_DBFS = -60.0
"""Below it we say nothing that could come back."""
WEIGHT = 0.2
"""Of the newest measurement of the return loss."""


class EchoGuard:
    """Knows the echo of one leg at `rate` Hz. Give it every frame, in both directions."""

    def __init__(self, rate: int) -> None:
        self._window = round(WINDOW * rate)
        self._rate = rate
        self._sent: Samples = np.zeros(self._window + round(LONGEST_DELAY * rate), np.float32)
        self._received: Samples = np.zeros(self._window, np.float32)
        self._size = 1 << (len(self._sent) + self._window - 1).bit_length()
        self.loss_db: float | None = None
        """Return loss as measured; None: no echo was heard yet."""
        self.delay = 0.0
        """Seconds of the last echo heard, our sending queue included."""

    def sent(self, frame: bytes) -> None:
        """We said this."""
        self._sent = _pushed(self._sent, frame)

    def received(self, frame: bytes) -> None:
        """This came."""
        self._received = _pushed(self._received, frame)

    def is_echo(self, frame: bytes) -> bool:
        """Is the frame received last only our own voice?"""
        loudest = self._loudest_sent()
        if loudest < AUDIBLE_DBFS:
            return False
        if self._likeness() >= LIKE:
            return True
        return self.loss_db is not None and level(frame) < loudest - self.loss_db + MARGIN_DB

    def _loudest_sent(self) -> float:
        """Level of the loudest 20 ms among what can come back now, dBFS."""
        frames = self._sent[len(self._sent) % 160 :].reshape(-1, 160)
        if self.loss_db is not None:
            back = round((self.delay + WINDOW / 2) * self._rate) // 160
            frames = frames[-max(1, back) :][: round(WINDOW * self._rate) // 160]
        power = float(np.max(np.mean(np.square(frames), axis=1)))
        return 10 * math.log10(power / 32768.0**2) if power > 0 else -96.0

    def _likeness(self) -> float:
        """The best correlation over all delays, 0–1; delay and loss are measured by it."""
        near = self._received - np.mean(self._received)
        energy = float(np.dot(near, near))
        if energy <= 0:
            return 0.0
        lags = len(self._sent) - self._window + 1
        spectrum = np.fft.rfft(self._sent, self._size) * np.conj(np.fft.rfft(near, self._size))
        product = np.fft.irfft(spectrum, self._size)[:lags]
        squares = np.concatenate(([0.0], np.cumsum(np.square(self._sent, dtype=np.float64))))
        power = squares[self._window :] - squares[: -self._window]
        floor = self._window * (32768.0 * 10 ** (AUDIBLE_DBFS / 20)) ** 2
        likeness = np.where(power > floor, product / np.sqrt(np.maximum(power, 1) * energy), 0.0)
        best = int(np.argmax(likeness))
        found = float(likeness[best])
        if found >= LIKE:
            self._measured(float(product[best] / power[best]), lags - 1 - best)
        return found

    def _measured(self, gain: float, lag: int) -> None:
        loss = -20 * math.log10(max(gain, 1e-6))
        self.delay = lag / self._rate
        if self.loss_db is None:
            self.loss_db = loss
        else:
            self.loss_db += WEIGHT * (loss - self.loss_db)


def _pushed(kept: Samples, frame: bytes) -> Samples:
    new = np.frombuffer(frame, "<i2").astype(np.float32)
    return np.concatenate((kept[len(new) :], new))
