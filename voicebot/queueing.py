"""PURE. One stay in a queue: what its events amount to, and what the caller is told when.

Nothing is said twice within a short while, whoever tells it how often.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from voicebot.events import (
    AgentAnswered,
    AgentLeft,
    Bridged,
    CallbackBooked,
    CallbackRefused,
    HandedOn,
    OfferFailed,
    OfferRinging,
    PositionTold,
    QueueEvent,
    ReferFailed,
    Released,
    TaskGiven,
)

SHORTEST = 20.0
"""Seconds between two announcements of the same."""


class Decision(Enum):
    """What an event of the queue amounts to."""

    STALE = "stale"
    NOTHING = "nothing"
    CONNECT = "connect"
    """An agent answered."""
    LOSE = "lose"
    """The agent who had answered is gone; the place is kept."""
    COMFORT = "comfort"
    """An agent's phone rang for nothing; the place is kept."""
    JOIN = "join"
    """Caller and agent talk."""
    PART = "part"
    """Caller and agent have talked."""
    AGAIN = "again"
    """The agent gave the caller to another queue."""
    TASK = "task"
    """The agent gave the caller back for one thing."""
    RETURN = "return"
    """The conversation has the caller again."""
    NOT_TAKEN = "not_taken"
    """The other house did not take the caller."""
    LIMIT = "limit"
    """The caller may not wait."""
    BOOKED = "booked"
    """The caller will be called back."""
    NOT_BOOKED = "not_booked"
    """Not, or not so; the caller waits on."""


@dataclass
class Queueing:
    """Where the caller stands, and with whom."""

    queue: str
    interval: float
    """Seconds between announcements of an unchanged position."""
    position: int = 0
    """0: not told yet."""
    wait: tuple[float, float] | None = None
    """Seconds still to wait, from and to."""
    long: bool = False
    """Whether the wait is so long that a callback is offered."""
    offer: str = ""
    """The offer under way."""
    referred: bool = False
    """Whether another house is asked, not the queue."""
    answered: bool = False
    bridged: bool = False
    _said: int = 0
    _offered: bool = False
    _said_at: float = float("-inf")
    _comforted_at: float = float("-inf")

    def take(self, event: QueueEvent) -> Decision:
        """What does this amount to?"""
        if isinstance(event, PositionTold):
            self.position, self.wait, self.long = event.position, event.wait, event.long
            return Decision.LIMIT if event.limit and not self.answered else Decision.NOTHING
        if isinstance(event, CallbackBooked | CallbackRefused):
            return self._callback(event)
        if isinstance(event, ReferFailed):
            return Decision.NOT_TAKEN if self.referred else Decision.STALE
        if isinstance(event, HandedOn):
            return Decision.AGAIN if self.bridged else Decision.STALE
        if isinstance(event, TaskGiven):
            return Decision.TASK if self.bridged else Decision.STALE
        if isinstance(event, Released):
            return Decision.STALE if self.bridged else Decision.RETURN
        return self._offer(event)

    def _callback(self, event: CallbackBooked | CallbackRefused) -> Decision:
        if self.answered:
            return Decision.STALE
        return Decision.BOOKED if isinstance(event, CallbackBooked) else Decision.NOT_BOOKED

    def _offer(
        self, event: OfferRinging | OfferFailed | AgentAnswered | Bridged | AgentLeft
    ) -> Decision:
        new = isinstance(event, OfferRinging | AgentAnswered | Bridged) and not self.answered
        if event.offer != self.offer and not new:
            return Decision.STALE
        if isinstance(event, OfferFailed | AgentLeft):
            return self._gone(isinstance(event, OfferFailed) and event.why == "no_answer")
        if self.bridged or (self.answered and not isinstance(event, Bridged)):
            return Decision.STALE
        self.offer = event.offer
        if isinstance(event, AgentAnswered):
            self.answered = True
            return Decision.CONNECT
        if isinstance(event, Bridged):
            self.answered = self.bridged = True
            return Decision.JOIN
        return Decision.NOTHING

    def _gone(self, kept_waiting: bool) -> Decision:
        if self.bridged:
            return Decision.PART
        lost, self.answered, self.offer = self.answered, False, ""
        if lost:
            return Decision.LOSE
        return Decision.COMFORT if kept_waiting else Decision.NOTHING

    def due(self, now: float) -> float | None:
        """When the position is to be said, in UTC seconds; None: it is not known."""
        if self.position < 1:
            return None
        if self.position != self._said:
            return now
        return self._said_at + max(self.interval, SHORTEST)

    def offers_callback(self) -> bool:
        """Whether a callback is offered with the position now: once."""
        if not self.long or self._offered:
            return False
        self._offered = True
        return True

    def announced(self, now: float) -> None:
        """The position is being said."""
        self._said, self._said_at = self.position, now

    def may_comfort(self, now: float) -> bool:
        """Whether to say that an agent did not answer; to ask counts as saying it."""
        if now - self._comforted_at < SHORTEST:
            return False
        self._comforted_at = now
        return True
