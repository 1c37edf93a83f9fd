"""Bytes of any length in, frames of one length out. PURE."""

from __future__ import annotations

from telephony.ports import FRAME_SECONDS


def frame_bytes(rate: int) -> int:
    """Bytes of one 20 ms frame of 16-bit mono at `rate` Hz: 320 at 8000 Hz."""
    return 2 * round(rate * FRAME_SECONDS)


class Framer:
    """Cuts a stream into whole frames and keeps the rest for later."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._rest = b""

    @property
    def missing(self) -> int:
        """Bytes that the next frame still lacks; 0 when one is ready."""
        return max(0, self._size - len(self._rest))

    def feed(self, pcm: bytes) -> None:
        """Take more of the stream."""
        self._rest += pcm

    def take(self) -> bytes | None:
        """The next whole frame, or None."""
        if len(self._rest) < self._size:
            return None
        frame, self._rest = self._rest[: self._size], self._rest[self._size :]
        return frame

    def clear(self) -> None:
        """Forget the rest: what follows is another stream."""
        self._rest = b""
