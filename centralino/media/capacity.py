"""PURE. How many more calls a media process may take, and what is left out when it has too many.

Theory of operation. Work is measured, not counted: the share of the cores in use, the share of the
recognisers' time, and how long an utterance waited for one. The fullest of the three is the *use*;
1.0 is everything but the reserve. What one call more would cost follows from what calls cost by
what they do (measured once, `COSTS`), corrected by what the present ones really cost, so that on a
slower machine there is room for fewer. The edge counts what it admits down from `room` until it is
told again, and answers 503 at zero, before any running call is harmed.

A line marked emergency is let in all the same: it needs no recogniser, for its bot then works by
keys.

When calls that were admitted need more than there is, things are left out in the order of `SHED`,
and taken back only when use has fallen well below (`CALM`), so that nothing flickers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from voicebot.ports import Effort


class Doing(StrEnum):
    """What a call does, as far as its cost is concerned."""

    CONVERSING = "conversing"
    WAITING = "waiting"
    """In a queue: music and announcements, nothing is heard."""
    ANNOUNCING = "announcing"
    """Only told something, or by keys."""
    BRIDGED = "bridged"


COSTS: Mapping[Doing, float] = {
    Doing.CONVERSING: 0.060,
    Doing.WAITING: 0.015,
    Doing.ANNOUNCING: 0.020,
    Doing.BRIDGED: 0.025,
}
"""Cores that one call takes of the whole house, its share of recogniser and voice included."""
RESERVE = 0.15
"""Share of the cores that new calls may not take: bursts, and calls that change what they do."""
MOST_RECOGNISING = 0.70
"""Share of the recognisers' time; above it utterances wait for one another."""
MOST_BEHIND = 0.25
"""Seconds that an utterance may wait for a recogniser. At twice as much callers notice."""
LEAST_CORRECTION, MOST_CORRECTION = 0.2, 3.0
LITTLE_WORK = 0.10
"""Cores of expected work below which what is measured says nothing of a call's cost."""
CALM = 0.85
"""Use below which, times the threshold, a thing left out is taken back."""


class Shed(IntEnum):
    """What is left out; each includes those before it. A step that has nothing behind it (no turn
    detector is asked, no lighter way of recognising) is a step all the same: `centralino doctor`
    says which."""

    NOTHING = 0
    GUESSES = 1
    """Recognition before it is known that the caller has finished: a third of it is in vain."""
    TURN_DETECTOR = 2
    CARE = 3
    """Whisper looks at one reading instead of three."""
    SPEECH = 4
    """The keypad menu, also in calls that are up; where a bot has none, a person."""


EFFORTS: Mapping[Shed, Effort] = {
    Shed.NOTHING: Effort(),
    Shed.GUESSES: Effort(guesses=False),
    Shed.TURN_DETECTOR: Effort(guesses=False, judges=False),
    Shed.CARE: Effort(guesses=False, judges=False, light=True),
    Shed.SPEECH: Effort(guesses=False, judges=False, light=True, speech=False),
}
"""What is left to conversations, new and running ones alike."""


SHED: tuple[tuple[float, Shed], ...] = (
    (1.00, Shed.GUESSES),
    (1.10, Shed.TURN_DETECTOR),
    (1.25, Shed.CARE),
    (1.50, Shed.SPEECH),
)
"""From this use on, this is left out."""


@dataclass(frozen=True)
class Work:
    """What was measured in the last moments."""

    calls: Mapping[Doing, int]
    cores: float
    """That our processes may use."""
    cores_busy: float
    """Of them, by our own processes."""
    recognising: float = 0.0
    """Share of the recognisers' time, 0–1."""
    behind: float = 0.0
    """Seconds that the slowest recent utterance waited for a recogniser."""


@dataclass(frozen=True)
class Capacity:
    """What follows."""

    use: float
    room: int
    """Conversations that may be added; never below 0."""
    shed: Shed


@dataclass
class CapacityCore:
    """Decides from one measurement after the other. Remembers what is left out, and the cost."""

    costs: Mapping[Doing, float] = field(default_factory=lambda: dict(COSTS))
    shed: Shed = Shed.NOTHING
    correction: float = 1.0

    def decide(self, work: Work) -> Capacity:
        """How much room there is now, and what is left out from now on."""
        expected = sum(self.costs[doing] * count for doing, count in work.calls.items())
        if expected >= LITTLE_WORK:
            seen = min(MOST_CORRECTION, max(LEAST_CORRECTION, work.cores_busy / expected))
            self.correction += 0.3 * (seen - self.correction)
        ours = work.cores * (1 - RESERVE)
        use = max(
            work.cores_busy / ours, work.recognising / MOST_RECOGNISING, work.behind / MOST_BEHIND
        )
        self.shed = shed_at(use, self.shed)
        room = self._room(work, ours - work.cores_busy, use)
        return Capacity(round(use, 3), room, self.shed)

    def _room(self, work: Work, free: float, use: float) -> int:
        if use >= 1.0:
            return 0
        by_cores = free / (self.costs[Doing.CONVERSING] * self.correction)
        conversing = work.calls.get(Doing.CONVERSING, 0)
        each = work.recognising / conversing if conversing else 0.0
        by_recogniser = (MOST_RECOGNISING - work.recognising) / each if each > 0.001 else by_cores
        return max(0, int(min(by_cores, by_recogniser)))


def shed_at(use: float, now: Shed) -> Shed:
    """What is left out at this use, where `now` is left out already."""
    wanted = max((what for least, what in SHED if use >= least), default=Shed.NOTHING)
    if wanted >= now:
        return wanted
    kept = max((what for least, what in SHED if use >= least * CALM), default=Shed.NOTHING)
    return max(wanted, min(now, kept))
