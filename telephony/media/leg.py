"""The sound of one leg, 20 ms at a time: what came, and what goes. PURE as bridge.py is.

Sending is by level, not by count: each tick tops the stack's queue up to `depth` frames. The
stack's clock and ours tick at the same rate but not at the same moment; one frame in reserve keeps
a tick that comes late from being heard as a gap, and after a stall nothing stays behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from telephony.media.mixing import mix
from telephony.media.playout import Playout
from telephony.ports import MediaStream

DEPTH = 2
"""Frames kept queued while something plays: the one being sent and one in reserve."""
MOST_RECEIVED = 6
"""Frames taken in one tick: after a stall the rest follows with the next ones."""


class LegSound:
    """A leg's stream with its playout."""

    def __init__(self, media: MediaStream, playout: Playout, depth: int = DEPTH) -> None:
        self.media = media
        self.playout = playout
        self._depth = depth

    def receive(self) -> list[bytes]:
        """Every frame that has come, in order; usually one."""
        frames: list[bytes] = []
        while len(frames) < MOST_RECEIVED and (frame := self.media.read()) is not None:
            frames.append(frame)
        return frames

    def catch_up(self) -> int:
        """Drop everything that has come but not been read; the frames dropped."""
        dropped = 0
        while self.media.read() is not None:
            dropped += 1
        return dropped

    def waiting(self) -> int:
        """Whole frames queued and not yet sent."""
        return self.media.queued() // self.media.frame_bytes

    def send(self) -> bytes:
        """Send what the playout has, up to the depth; what was sent."""
        sent = []
        for _ in range(self._depth - self.waiting()):
            frame = self.playout.next_frame()
            if frame is None:
                break
            self.media.write(frame)
            sent.append(frame)
        return b"".join(sent)

    def send_through(self, *voices: Sequence[bytes]) -> bytes:
        """Send other legs' frames laid over one another and over the playout; what was sent.

        When nothing came from any of them, the playout goes alone.
        """
        if not any(voices):
            return self.send()
        sent = []
        for together in zip_longest(*voices):
            parts = [part for part in (*together, self.playout.next_frame()) if part is not None]
            sent.append(mix(*parts))
            self.media.write(sent[-1])
        return b"".join(sent)

    def stop(self) -> int:
        """Silence now: drop what is queued and every clip; the samples of the clip really sent."""
        return self.playout.stop(self.media.flush())

    def pause(self) -> None:
        """Silence now: what is queued goes back to the clip that it came from."""
        self.playout.pause(self.media.flush())
