"""Two legs that hear one another. PURE: it calls only the non-blocking verbs of MediaStream.

Frames that one leg received go to the other at once; nothing is kept here. What is added is what
waits in the sending stack: at most one frame. A stall leaves more waiting there, for good since all
clocks have the same rate, so a `Lane` watches and gives frames up until one is left again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telephony.media.leg import LegSound
from telephony.media.mixing import level_dbfs

MOST_QUEUED = 3
"""Frames in the sending stack above which the newest are dropped."""
RESERVE = 1
"""Frames that may always be waiting: against ticks that come late. More, and one is given up."""
WINDOW = 50
"""Ticks over which the least that waited is looked at: one second."""
QUIET_DBFS = -45.0
"""A frame that nobody misses; a second is waited for one."""


class Lane:
    """One direction: how many of the received frames may go on, by what still waits ahead."""

    def __init__(self) -> None:
        self.dropped = 0
        """Frames given up to stay near to now."""
        self._least = MOST_QUEUED
        self._ticks = 0
        self._spare = 0
        """Ticks since a frame too many was seen; 0 for none."""

    def carry(self, frames: Sequence[bytes], waiting: int) -> list[bytes]:
        """Which of `frames` to send when `waiting` frames are queued ahead of them."""
        self._look(waiting)
        kept = list(frames)
        if self._spare:
            self._spare += 1
            quiet = (at for at, frame in enumerate(kept) if level_dbfs(frame) < QUIET_DBFS)
            at = next(quiet, 0 if self._spare > WINDOW else None)
            if kept and at is not None:
                del kept[at]
                self._spare = 0
        kept = kept[: max(0, MOST_QUEUED - waiting)]
        self.dropped += len(frames) - len(kept)
        return kept

    def _look(self, waiting: int) -> None:
        """Once a second: was there always more waiting than the reserve?"""
        self._least = min(self._least, waiting)
        self._ticks += 1
        if self._ticks >= WINDOW:
            if self._least > RESERVE and not self._spare:
                self._spare = 1
            self._ticks, self._least = 0, MOST_QUEUED


@dataclass(frozen=True)
class Carried:
    """What one tick of a bridge moved, for recorders and listeners."""

    from_a: Sequence[bytes]
    from_b: Sequence[bytes]
    to_a: bytes
    to_b: bytes


class Bridge:
    """Two legs joined. Each one's own playout is laid over what it hears of the other."""

    def __init__(self, a: LegSound, b: LegSound) -> None:
        self.a = a
        self.b = b
        self.a_to_b = Lane()
        self.b_to_a = Lane()
        self._begun = False

    def tick(self, to_a: Sequence[bytes] = (), to_b: Sequence[bytes] = ()) -> Carried:
        """Move what came since the last 20 ms; `to_a` and `to_b` are a third one's frames."""
        if not self._begun:  # what came while nobody read is past, and would stay as a delay
            self._begun = True
            self.a.catch_up()
            self.b.catch_up()
        from_a, from_b = self.a.receive(), self.b.receive()
        sent_b = self.b.send_through(self.a_to_b.carry(from_a, self.b.waiting()), to_b)
        sent_a = self.a.send_through(self.b_to_a.carry(from_b, self.a.waiting()), to_a)
        return Carried(from_a, from_b, sent_a, sent_b)
