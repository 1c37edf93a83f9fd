"""One caller's stay in one queue, and how it ended: what every figure is made of. PURE.

A stay begins when the call joins the queue and ends by exactly one `Exit`. A caller who is moved to
another queue has two stays; one who comes back to a kept place has two, too, and the second says
since when the caller has really waited.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kernel.codec import message


class Exit(StrEnum):
    """How a caller left a queue: the parts of the reconciliation (`numbers.reconcile`)."""

    ANSWERED = "answered"
    """Caller and agent heard each other."""
    ABANDONED = "abandoned"
    """The caller hung up."""
    OVERFLOWED = "overflowed"
    """Sent to another queue or house, or back to the bot by a limit of the queue."""
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    LEFT = "left"
    """By wish: a key, a word, or the bot could answer after all."""
    LOST = "lost"
    """Our fault."""
    WAITING = "waiting"
    """Not left yet."""
    OFFERED = "offered"
    """Not left yet, and an agent's phone rings."""


STAYING = frozenset({Exit.WAITING, Exit.OFFERED})


@message("acd.visit")
@dataclass(frozen=True)
class Visit:
    """One stay. Times are UTC seconds, lengths seconds."""

    call: str
    client: str
    queue: str
    joined: float
    """Since when this stay lasts."""
    exit: Exit = Exit.WAITING
    left: float = 0.0
    """When it ended: for an answered one, when both heard each other. 0: it goes on."""
    intent: str = ""
    agent: str = ""
    """Who answered."""
    offers: int = 0
    """Agents to whom it was offered, the one who answered among them."""
    talk: float = 0.0
    hold: float = 0.0
    wrap_up: float = 0.0
    transferred: bool = False
    """The agent gave the caller on to another queue, agent or number."""
    caller: str = ""
    """A key by which the caller is known who comes again; empty: not known."""
    foretold: tuple[float, float, float] | None = None
    """The first estimate of the wait: when it was made, UTC seconds, and its range in seconds."""
    by: str = ""
    """With `left`: the wish was told by `key`, `spoken`, or `satisfied` by the bot."""

    def waited(self, now: float = 0.0) -> float:
        """Seconds from joining to leaving, or to `now` for one that goes on."""
        return (self.left or now) - self.joined

    @property
    def outcome(self) -> tuple[float, float, float] | None:
        """The ends of the range that was foretold, and the seconds from then to the answer, or to
        where the wait was longer already; None where how it came out is not known."""
        if self.foretold is None or not self.left:
            return None
        at, low, high = self.foretold
        known = self.exit is Exit.ANSWERED or self.left - at > high
        return (low, high, self.left - at) if known else None

    @property
    def handled(self) -> float:
        """Seconds of an agent's time: talk, hold and the work after it."""
        return self.talk + self.hold + self.wrap_up
