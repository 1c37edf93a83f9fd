"""A MediaStream that a test fills and empties by hand."""

from __future__ import annotations


class HandStream:
    """What came is a list; what goes waits until `sent` takes it."""

    rate = 8000
    frame_bytes = 320

    def __init__(self) -> None:
        self.arriving: list[bytes] = []
        self.waiting: list[bytes] = []

    def read(self) -> bytes | None:
        return self.arriving.pop(0) if self.arriving else None

    def write(self, frame: bytes) -> None:
        self.waiting.append(frame)

    def flush(self) -> int:
        dropped, self.waiting = self.queued(), []
        return dropped

    def queued(self) -> int:
        return sum(len(frame) for frame in self.waiting)

    def transmit(self) -> bytes | None:
        """What the stack does every 20 ms."""
        return self.waiting.pop(0) if self.waiting else None
