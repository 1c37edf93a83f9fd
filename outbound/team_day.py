"""A day of a simulated team behind a campaign, on the same core that decides in a house. PURE.

Chance is an argument. Ringing times are gamma (shape 4) around their mean and cut where the
configuration says; conversations are exponential, wrap-up is fixed. Somebody who answers and finds
no idle agent waits for as long as the law allows, hears the drop message then, and is counted.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from outbound.abandonment import Abandonment
from outbound.predictive import DialMode, Odds, PredictiveConfig, Team, decide


class Chance(Protocol):
    """As much of `random.Random` as is needed."""

    def random(self) -> float: ...

    def gammavariate(self, alpha: float, beta: float) -> float: ...

    def expovariate(self, lambd: float) -> float: ...


@dataclass(frozen=True)
class DayConfig:
    """The team and those whom it calls. Seconds."""

    agents: int = 20
    length: float = 8 * 3600.0
    answer: float = 0.35
    ring: float = 12.0
    talk: float = 120.0
    wrap_up: float = 20.0


@dataclass
class DayResult:
    """What the day came to."""

    mode: DialMode
    calls: int = 0
    answered: int = 0
    abandoned: int = 0
    contacts: int = 0
    idle_seconds: float = 0.0
    worst_over: int = 0
    """The most by which the abandoned ever were beyond what the law allows; 0: never."""

    @property
    def mean_idle(self) -> float:
        """Seconds that an agent waited for each contact."""
        return self.idle_seconds / self.contacts if self.contacts else 0.0

    @property
    def abandon_ratio(self) -> float:
        """Of calls answered live."""
        return self.abandoned / self.answered if self.answered else 0.0


@dataclass
class TeamDay:
    """One day. `run` it once."""

    config: DayConfig
    mode: DialMode
    chance: Chance
    predictive: PredictiveConfig = PredictiveConfig()
    counted: Abandonment = field(default_factory=Abandonment)
    odds: Odds = field(default_factory=Odds)
    _now: float = 0.0
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _count: int = 0
    _idle: list[float] = field(default_factory=list)
    """Since when each idle agent is."""
    _wrapping: list[float] = field(default_factory=list)
    """Until when each agent in wrap-up is."""
    _ringing: dict[int, float] = field(default_factory=dict)
    _waiting: list[int] = field(default_factory=list)
    """Answered, and no agent yet."""

    def run(self) -> DayResult:
        """The whole day."""
        self.result = DayResult(self.mode)
        self._idle = [0.0] * self.config.agents
        self._dial()
        while self._events and self._events[0][0] <= self.config.length:
            self._now, _, what = heapq.heappop(self._events)
            what()
            self._dial()
        self.result.idle_seconds += sum(self.config.length - since for since in self._idle)
        return self.result

    def _at(self, seconds: float, what: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (self._now + seconds, self._count, what))

    def _dial(self) -> None:
        rung = [self._now - since for since in self._ringing.values()]
        decision = decide(
            self.predictive, self.mode, self._team(), rung, self.odds, self.counted,
            len(self._waiting),
        )  # fmt: skip
        for _ in range(decision.calls):
            self._begin()

    def _team(self) -> Team:
        left = tuple(until - self._now for until in self._wrapping)
        talking = self.config.agents - len(self._idle) - len(left)
        return Team(len(self._idle), talking, left, self.config.wrap_up)

    def _begin(self) -> None:
        self.result.calls += 1
        call, config = self.result.calls, self.config
        self._ringing[call] = self._now
        ring = self.chance.gammavariate(4.0, config.ring / 4.0)
        if self.chance.random() < config.answer and ring <= self.predictive.cut:
            self._at(ring, lambda: self._answered(call))
        else:
            self._at(self.predictive.cut, lambda: self._not_answered(call))

    def _not_answered(self, call: int) -> None:
        del self._ringing[call]
        self.odds = self.odds.learn(answered=False)

    def _answered(self, call: int) -> None:
        self.odds = self.odds.learn(answered=True, ring=self._now - self._ringing.pop(call))
        self.result.answered += 1
        if self._idle:
            self._connect()
        else:
            self._waiting.append(call)
            self._at(self.counted.rule.seconds, lambda: self._too_late(call))

    def _too_late(self, call: int) -> None:
        if call not in self._waiting:
            return
        self._waiting.remove(call)
        self.result.abandoned += 1
        self.counted.live(self._now, abandoned=True)
        self.result.worst_over = max(self.result.worst_over, -self.counted.room)

    def _connect(self) -> None:
        """The agent who is idle longest has the call."""
        self.result.contacts += 1
        self.result.idle_seconds += self._now - self._idle.pop(0)
        self.counted.live(self._now, abandoned=False)
        talk = self.chance.expovariate(1.0 / self.config.talk)
        self._at(talk, lambda: self._talked(talk))

    def _talked(self, talk: float) -> None:
        self.odds = self.odds.learn(talk=talk)
        until = self._now + self.config.wrap_up
        self._wrapping.append(until)
        self._at(self.config.wrap_up, lambda: self._ready(until))

    def _ready(self, until: float) -> None:
        self._wrapping.remove(until)
        self._idle.append(self._now)
        if self._waiting:
            self._waiting.pop(0)
            self._connect()
