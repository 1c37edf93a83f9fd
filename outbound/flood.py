"""How long a town, or a million, takes over so many trunks: second by second, in whole calls.
PURE.

A campaign as the dialler runs it (`pacing.py`: a call every 1/rate seconds while a channel is
free), without its people: calls that begin in the same second are the same, so a second is a few
sums. What becomes of calls are the shares of `Fates`, exact to one call by carrying the rest over;
retries come when their delay is over, before anybody is called for the first time.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

MEDIA_CHANNELS = 240
"""Calls out that one media process can hold (`outbound.channels` at most)."""


@dataclass(frozen=True)
class Fates:
    """What becomes of calls: shares, and seconds for which each holds a channel."""

    answered: float = 0.55
    busy: float = 0.22
    ring: float = 12.0
    """Until somebody answers."""
    talk: float = 30.0
    """From there to the end."""
    busy_seconds: float = 2.0
    unanswered_seconds: float = 25.0
    passes: int = 3
    """Calls to a person at most."""
    again_after: float = 90.0
    """Seconds to the next call to somebody who was not reached."""

    @property
    def hold(self) -> float:
        """Seconds for which a call holds a channel, on average."""
        rest = 1.0 - self.answered - self.busy
        return (
            self.answered * (self.ring + self.talk)
            + self.busy * self.busy_seconds
            + rest * self.unanswered_seconds
        )

    @property
    def calls_a_person(self) -> float:
        """On average."""
        return sum((1.0 - self.answered) ** n for n in range(self.passes))


@dataclass(frozen=True)
class Flood:
    """What it came to."""

    recipients: int
    trunks: int
    channels_most: int
    media_processes: int
    """That hold so many channels."""
    calls: int
    reached: int
    first_pass_minutes: float
    minutes: float
    """Until the last call is over."""


@dataclass
class _Carried:
    """A share of whole calls, the rest carried over to the next time."""

    share: float
    rest: float = 0.0

    def of(self, calls: int) -> int:
        exact = calls * self.share + self.rest
        whole = min(calls, math.floor(exact + 1e-9))
        self.rest = exact - whole
        return whole


@dataclass
class _Line:
    """Calls of one pass that wait until a second."""

    waiting: deque[tuple[int, int]] = field(default_factory=deque)
    """(second, calls)"""

    def take(self, now: int, most: int) -> int:
        taken = 0
        while self.waiting and self.waiting[0][0] <= now and taken < most:
            at, calls = self.waiting.popleft()
            part = min(calls, most - taken)
            taken += part
            if part < calls:
                self.waiting.appendleft((at, calls - part))
        return taken


def trunks_for(recipients: int, seconds: float, cps: float, channels: int, fates: Fates) -> int:
    """The trunks, each with its pace and channels, with which all calls can begin in that time."""
    calls = recipients * fates.calls_a_person
    room = max(1.0, seconds - fates.hold - (fates.passes - 1) * fates.again_after)
    each = min(cps, channels / fates.hold) if channels else cps
    return max(1, math.ceil(calls / room / each))


def flood(recipients: int, trunks: int, cps: float, channels: int, fates: Fates = Fates()) -> Flood:
    """The whole campaign over so many trunks, each of `cps` calls a second and `channels` (0: any
    number of them)."""
    town = _Town(recipients, trunks * cps, trunks * channels, fates)
    while town.open:
        town.second()
    return Flood(
        recipients,
        trunks,
        town.most,
        math.ceil(town.most / MEDIA_CHANNELS),
        town.calls,
        town.reached,
        town.first / 60.0,
        town.last / 60.0,
    )


@dataclass
class _Town:
    """How far it is."""

    recipients: int
    rate: float
    channels: int
    fates: Fates
    now: int = 0
    up: int = 0
    most: int = 0
    calls: int = 0
    reached: int = 0
    first: int = 0
    """The second in which the last person was called for the first time."""
    last: int = 0
    open: int = 0
    """People for whom something is still to be done."""
    _credit: float = 0.0
    _lines: list[_Line] = field(default_factory=list)
    """By pass."""
    _ends: dict[int, int] = field(default_factory=dict)
    """Second → calls that end in it."""

    def __post_init__(self) -> None:
        self.open = self.recipients
        self._lines = [_Line() for _ in range(self.fates.passes)]
        self._lines[0].waiting.append((0, self.recipients))
        self._answered, self._busy = _Carried(self.fates.answered), _Carried(self.fates.busy)

    def second(self) -> None:
        """The calls of one second: those to be made again go before new ones."""
        self.up -= self._ends.pop(self.now, 0)
        self._credit = min(self._credit, 1.0) + self.rate  # nothing is saved for a burst
        room = math.floor(self._credit + 1e-9)
        if self.channels:
            room = min(room, self.channels - self.up)
        for nth in range(self.fates.passes - 1, -1, -1):
            begun = self._lines[nth].take(self.now, room)
            room, self._credit = room - begun, self._credit - begun
            if begun:
                self._begin(nth, begun)
        self.most, self.now = max(self.most, self.up), self.now + 1

    def _begin(self, nth: int, begun: int) -> None:
        fates = self.fates
        heard = self._answered.of(begun)
        engaged = min(begun - heard, self._busy.of(begun))
        self._up_for(heard, fates.ring + fates.talk)
        self._up_for(engaged, fates.busy_seconds)
        self._up_for(begun - heard - engaged, fates.unanswered_seconds)
        self.calls, self.reached = self.calls + begun, self.reached + heard
        if nth == 0:
            self.first = self.now
        again = nth + 1 < fates.passes
        self.open -= heard if again else begun
        if again and begun > heard:
            due = self.now + round(fates.unanswered_seconds + fates.again_after)
            self._lines[nth + 1].waiting.append((due, begun - heard))

    def _up_for(self, calls: int, seconds: float) -> None:
        if calls:
            over = self.now + max(1, round(seconds))
            self._ends[over] = self._ends.get(over, 0) + calls
            self.last = max(self.last, over)
            self.up += calls
