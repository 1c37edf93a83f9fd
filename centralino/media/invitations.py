"""PURE. Whom a notification asks to answer by voice: recognisers' seconds as a resource.

Theory of operation. Of what the recognisers can do, conversations of callers come first; what they
leave may be promised to people we call, in seconds of recognition. The promises are a bucket that
fills with what is left and holds `PATIENCE` seconds' worth: if a burst of calls is asked to speak
and all answer as long after, the last one is heard `PATIENCE` later, and in the long run no more is
promised than can be kept. Each invitation takes what a call's answers cost, as measured.

Who finds the bucket empty is asked for a key, which costs nothing. What such a person says all the
same is kept and recognised when there is time; nothing is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

from centralino.media.capacity import MOST_BEHIND, MOST_RECOGNISING
from voicebot.speech.metered import Recognising

PATIENCE = 3.0
"""Seconds that the last of those who were asked to speak may have to wait."""
FIRST_COST = 0.8
"""Seconds of recognition for one call's answers before any was measured: "hello", and the answer.
"""
LEAST_COST = 0.1
LEARNS = 0.1
"""What one call's cost counts for in the mean."""
AFTER_A_LOSS = 10.0
"""Seconds without invitations after a recogniser was lost."""


@dataclass
class Invitations:
    """Of one media process. `workers`: its part of the recognisers, perhaps a fraction."""

    workers: float
    cost: float = FIRST_COST
    """Seconds of recognition that the answers of one call take."""
    by_voice: int = 0
    by_key: int = 0
    _seconds: float = 0.0
    _at: float | None = None
    _lost_at: float = -AFTER_A_LOSS

    def invite(self, now: float, inbound: Recognising) -> bool:
        """Whether this call is asked to speak; else it is asked for a key. `inbound` is what
        callers' conversations take of the recognisers now."""
        rate = self.workers * max(0.0, MOST_RECOGNISING - inbound.share)
        most = PATIENCE * rate
        filled = most if self._at is None else self._seconds + rate * max(0.0, now - self._at)
        self._seconds, self._at = min(most, filled), now
        troubled = inbound.behind >= MOST_BEHIND or now - self._lost_at < AFTER_A_LOSS
        invited = not troubled and self._seconds >= self.cost
        if invited:
            self._seconds -= self.cost
        self.by_voice += invited
        self.by_key += not invited
        return invited

    def took(self, seconds: float, times: int = 1) -> None:
        """The answers of a call that was invited so often took so many seconds of recognition; what
        was promised and not used is there again: a mailbox, or who said nothing, took none."""
        self._seconds += max(0.0, times * self.cost - seconds)
        if seconds:
            self.cost += LEARNS * (max(LEAST_COST, seconds) - self.cost)

    def lost(self, now: float) -> None:
        """A recogniser did not answer."""
        self._lost_at = now
