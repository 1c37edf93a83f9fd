"""PURE. When to be called again, and what for."""

from __future__ import annotations

from enum import Enum


class Timer(Enum):
    """What a conversation waits for."""

    BARGE_IN = "barge_in"
    """The prompt has lasted long enough to be interrupted."""
    PEEK = "peek"
    """Speech over a paused prompt has lasted long enough to hold a word."""
    RESUME = "resume"
    """A prompt has been paused for too long."""
    ENDPOINT = "endpoint"
    """Silence has lasted long enough to end the answer."""
    NO_INPUT = "no_input"
    KEYS = "keys"
    """No further key came."""
    WATCHDOG = "watchdog"
    """Something outside never answered."""
    MEANWHILE = "meanwhile"
    """What is done outside takes so long that the caller is told."""
    PERFORM = "perform"
    """What is done outside takes too long."""
    POSITION = "position"
    """The waiting caller's position is to be said."""
    WISH = "wish"
    """The waiting caller says nothing more to what was asked, or has said a whole number."""


class Timers:
    """One time for each, in UTC seconds."""

    def __init__(self) -> None:
        self._at: dict[Timer, float] = {}

    def set(self, timer: Timer, at: float | None) -> None:
        """Ring then, and not when it was to ring before; None: not at all."""
        self._at.pop(timer, None)
        if at is not None:
            self._at[timer] = at

    def clear(self, *timers: Timer) -> None:
        """Do not ring these; all, when none is named."""
        for timer in timers or tuple(self._at):
            self._at.pop(timer, None)

    def at(self, timer: Timer) -> float | None:
        """When it rings."""
        return self._at.get(timer)

    def next(self) -> float | None:
        """When the first one rings."""
        return min(self._at.values(), default=None)

    def due(self, now: float) -> Timer | None:
        """The one most overdue, no longer set; None when none is due."""
        timer = min(self._at, key=lambda each: self._at[each], default=None)
        if timer is None or self._at[timer] > now:
            return None
        del self._at[timer]
        return timer
