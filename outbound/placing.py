"""What a media process remembers of the calls out that it was told to place. PURE.

Each attempt is begun once, whatever is sent again; what an older epoch of the dialler wants is
refused once a newer one has spoken; and what was on its way for too long is not begun at all.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from outbound.messages import AskAttempts, AttemptsTold, PlaceCall
from outbound.records import Refusal

REMEMBERED = 200_000
"""Attempts remembered, of some 100 bytes each; the oldest are forgotten first."""


@dataclass
class Placing:
    """One media process's memory of attempts."""

    epoch: int = 0
    """The newest of the dialler's that has spoken."""
    live: set[str] = field(default_factory=set)
    repeats: int = 0
    _begun: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def begin(self, order: PlaceCall, now: float) -> Refusal | None:
        """None where the INVITE is to be sent now; else why not. OVER for one begun before."""
        if order.attempt in self._begun:
            self.repeats += 1
            return Refusal.OVER
        if order.epoch < self.epoch:
            return Refusal.OLD_EPOCH
        self.epoch = order.epoch
        if now > order.not_after:
            return Refusal.LATE
        self._begun[order.attempt] = None
        if len(self._begun) > REMEMBERED:
            self._begun.popitem(last=False)
        self.live.add(order.attempt)
        return None

    def over(self, attempt: str) -> None:
        """A call is over, and was told."""
        self.live.discard(attempt)

    def asked(self, question: AskAttempts, media: str, life: str) -> AttemptsTold:
        """What this life of this process holds of these; from now on only the question's epoch, or
        a newer one, is obeyed."""
        self.epoch = max(self.epoch, question.epoch)
        asked = question.attempts
        return AttemptsTold(
            media,
            life,
            question.question,
            live=tuple(name for name in asked if name in self.live),
            unknown=tuple(name for name in asked if name not in self._begun),
        )
