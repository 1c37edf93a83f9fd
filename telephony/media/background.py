"""A sound that loops under everything else: music on hold. PURE."""

from __future__ import annotations

from telephony.media.mixing import ramp

DUCKED = 0.2
"""Gain under something said: 14 dB down."""


class Background:
    """A loop that fades in and out within a frame and steps back under a voice."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._loop = b""
        self._at = 0
        self._gain = 0.0
        self._ending = False

    def start(self, pcm: bytes) -> None:
        """Loop `pcm` from its beginning. Whole samples; nothing to loop is as `stop`."""
        self._loop, self._at, self._gain, self._ending = pcm, 0, 0.0, False

    def stop(self) -> None:
        """Fade out in the next frame."""
        self._ending = True

    def next_frame(self, ducked: bool) -> bytes | None:
        """The next 20 ms, low when `ducked`; None when there is no loop."""
        if not self._loop:
            return None
        before = self._gain
        self._gain = 0.0 if self._ending else DUCKED if ducked else 1.0
        frame = ramp(self._take(), before, self._gain)
        if self._ending:
            self._loop = b""
        return frame

    def _take(self) -> bytes:
        frame = self._loop[self._at : self._at + self._size]
        while len(frame) < self._size:
            frame += self._loop[: self._size - len(frame)]
        self._at = (self._at + self._size) % len(self._loop)
        return frame
