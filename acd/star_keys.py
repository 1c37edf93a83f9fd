"""Keys that an agent presses in a call: a star and a digit. PURE.

Whom to consult is keyed behind it and ends with `#`.
A star alone, or a digit alone, is the caller's or the far end's business and means nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

PATIENCE = 3.0
"""Seconds between the star and its digit."""
NUMBER_PATIENCE = 10.0
"""Seconds between two digits of a number; later ones begin anew."""
LONGEST_NUMBER = 20


class StarKey(StrEnum):
    """What the agent wants."""

    REPEAT_WHISPER = "1"
    NOT_READY_AFTER = "2"
    HOLD = "3"
    """Puts the caller on hold, or takes the caller back."""
    CONSULT = "4"
    """Calls whoever is keyed behind it, up to `#`."""
    SWAP = "5"
    JOIN = "6"
    COMPLETE = "7"
    RETURN = "8"
    LOG_OUT_AFTER = "9"
    PAUSE_RECORDING = "0"
    """Pauses the recording, or has it go on."""
    END = "#"
    """Has done with the caller; a leg that stands stays up."""


@dataclass
class StarKeys:
    """One agent leg's keys in a call."""

    star_at: float | None = None
    number: str = ""
    """Whom to consult, once CONSULT was told."""
    _keying_at: float | None = field(default=None, repr=False)

    def press(self, digit: str, now: float) -> StarKey | None:
        """What these keys mean so far; None for nothing (yet)."""
        if self._keying_at is not None and now - self._keying_at <= NUMBER_PATIENCE:
            return self._keyed(digit, now)
        self._keying_at = None
        if digit == "*":
            self.star_at = now
            return None
        starred = self.star_at is not None and now - self.star_at <= PATIENCE
        self.star_at = None
        known = starred and any(digit == key.value for key in StarKey)
        key = StarKey(digit) if known else None
        if key is StarKey.CONSULT:
            self.number, self._keying_at = "", now
            return None
        return key

    def _keyed(self, digit: str, now: float) -> StarKey | None:
        if digit == "#":
            self._keying_at = None
            return StarKey.CONSULT if self.number else None
        if digit == "*":  # begun anew
            self._keying_at, self.star_at = None, now
            return None
        self._keying_at = now
        self.number = (self.number + digit)[:LONGEST_NUMBER]
        return None
