"""Keys that an agent presses in a call: a star and a digit. PURE.

A star alone, or a digit alone, is the caller's or the far end's business and means nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PATIENCE = 3.0
"""Seconds between the star and its digit."""


class StarKey(StrEnum):
    """What the agent wants."""

    REPEAT_WHISPER = "1"
    NOT_READY_AFTER = "2"
    HOLD = "3"
    """Puts the caller on hold, or takes the caller back."""
    LOG_OUT_AFTER = "9"
    PAUSE_RECORDING = "0"
    """Pauses the recording, or has it go on."""


@dataclass
class StarKeys:
    """One agent leg's keys in a call."""

    star_at: float | None = None

    def press(self, digit: str, now: float) -> StarKey | None:
        """What these keys mean so far; None for nothing (yet)."""
        if digit == "*":
            self.star_at = now
            return None
        starred = self.star_at is not None and now - self.star_at <= PATIENCE
        self.star_at = None
        known = starred and any(digit == key.value for key in StarKey)
        return StarKey(digit) if known else None
