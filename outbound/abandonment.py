"""How many answered calls were abandoned, in integer counts over the legal window. PURE.

A call is abandoned when a person answered and no agent was there within two seconds of the greeting
(16 CFR 310.4(b)(4)(ii)): not more than 3 % of calls *answered live*, over the campaign or 30 days.
Unanswered calls and machines count in neither figure.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

DAY = 86_400.0


@dataclass(frozen=True)
class AbandonRule:
    """What a legal class allows."""

    percent: int = 3
    window_days: float = 30.0
    seconds: float = 2.0
    """From the answer within which an agent must be there."""

    def allowed(self, answered: int) -> int:
        """How many of so many may be abandoned: whole calls, never rounded up."""
        return answered * self.percent // 100


@dataclass
class Abandonment:
    """The counts of one campaign, an hour a bin."""

    rule: AbandonRule = AbandonRule()
    answered: int = 0
    abandoned: int = 0
    _bins: deque[tuple[float, int, int]] = field(default_factory=deque)

    def live(self, now: float, *, abandoned: bool) -> None:
        """A person answered; with or without an agent in time."""
        self.forget(now)
        hour = now // 3600.0 * 3600.0
        if not self._bins or self._bins[-1][0] != hour:
            self._bins.append((hour, 0, 0))
        _, answered, lost = self._bins[-1]
        self._bins[-1] = (hour, answered + 1, lost + abandoned)
        self.answered += 1
        self.abandoned += abandoned

    def forget(self, now: float) -> None:
        """What is out of the window counts no more."""
        while self._bins and self._bins[0][0] < now - self.rule.window_days * DAY:
            _, answered, abandoned = self._bins.popleft()
            self.answered -= answered
            self.abandoned -= abandoned

    @property
    def room(self) -> int:
        """How many more may be abandoned now."""
        return self.rule.allowed(self.answered) - self.abandoned
