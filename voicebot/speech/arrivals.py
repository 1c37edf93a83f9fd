"""PURE. Whether sound of the caller is late: missing for some ticks, and perhaps still to come.

A sender, a network or a machine that stalls sends afterwards what it held back, several frames at
a time. What has not been heard yet is no silence, so no turn may end on it. Sound that is missing
for longer (`GAP`) is silence: a telephone that sends none, or packets that are lost.
"""

from __future__ import annotations

GAP = 10
"""Frames missing in a row that count as silence: the network sends nothing, or nothing arrives.
Fewer are jitter, and the sound that comes late would be torn apart by silence put between."""
STALL = 3
"""Frames missing that are more than two clocks that tick side by side."""
LOST = 20
"""Ticks that sound may be late before it is taken as lost: packets that hold several frames never
come alone, so nothing else would tell that one of them is missing for good."""


class Arrivals:
    """Told at each tick, 20 ms apart, what came."""

    def __init__(self) -> None:
        self.missing = 0
        """Ticks in a row without a frame."""
        self._owed = 0
        self._at: float | None = None
        self._together = 0
        """Frames of the last tick that had any."""
        self._late = 0
        """Ticks in a row at which sound was late."""

    def came(self, now: float) -> None:
        """One frame; several come with the same `now`."""
        if now == self._at:
            self._together += 1
            self._owed = max(0, self._owed - 1)
        else:
            self._tick()
            if not self.missing and self._together == 1:  # on time and alone: nothing more comes
                self._owed = 0
            self._at, self._together = now, 1
        self.missing = 0

    def none_came(self) -> None:
        """A tick without a frame."""
        self._tick()
        self.missing += 1
        self._owed = self._owed + 1 if self.missing < GAP else 0

    def _tick(self) -> None:
        self._late = self._late + 1 if self.late else 0
        if self._late == LOST:
            self._owed = 0

    @property
    def late(self) -> bool:
        """Whether more is to come than has been heard."""
        return self._owed >= STALL
