"""A synthetic day: who calls when, how patient, how long it takes, and who works. PURE values.

Times are seconds since the day began, lengths seconds, rates calls an hour.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from acd.config import CentreConfig
from acd.errors import AcdConfigError


class Dice(Protocol):
    """Chance as an argument: `random.Random` is one."""

    def expovariate(self, lambd: float) -> float:
        """An exponential number of mean 1 ÷ lambd."""

    def lognormvariate(self, mu: float, sigma: float) -> float:
        """A lognormal number."""


class Law(StrEnum):
    """How lengths are spread."""

    EXPONENTIAL = "exponential"
    """What Erlang's formulas assume."""
    LOGNORMAL = "lognormal"
    """What handling times look like in measured centres (Brown et al., 2005, "Statistical analysis
    of a telephone call center")."""
    FIXED = "fixed"


@dataclass(frozen=True)
class Length:
    """A length of time by chance."""

    mean: float
    law: Law = Law.EXPONENTIAL
    variation: float = 1.0
    """Standard deviation ÷ mean, of the lognormal law."""

    def draw(self, dice: Dice) -> float:
        """One length in seconds."""
        if self.law is Law.FIXED or not self.mean:
            return self.mean
        if self.law is Law.EXPONENTIAL:
            return dice.expovariate(1 / self.mean)
        sigma = math.sqrt(math.log(1 + self.variation**2))
        return dice.lognormvariate(math.log(self.mean) - sigma**2 / 2, sigma)


@dataclass(frozen=True)
class Rate:
    """Calls an hour from one time to another."""

    begin: float
    end: float
    per_hour: float


@dataclass(frozen=True)
class Stream:
    """Callers of one kind."""

    queue: str
    rates: tuple[Rate, ...]
    handling: Length
    """From both hearing each other to the end."""
    patience: Length | None = None
    """How long a caller waits before hanging up; None: for ever."""
    intent: str = ""
    priority: int = 0
    required: tuple[str, ...] = ()

    def arrivals(self, dice: Dice) -> Iterator[float]:
        """When callers come: a Poisson process of the rates."""
        for rate in self.rates:
            at = rate.begin
            while rate.per_hour and (at := at + dice.expovariate(rate.per_hour / 3600)) < rate.end:
                yield at


@dataclass(frozen=True)
class Shift:
    """Agents who work alike."""

    agents: int
    begin: float
    end: float
    queues: tuple[str, ...]
    skills: dict[str, int] = field(default_factory=dict)
    answer: Length = field(default_factory=lambda: Length(0.0, Law.FIXED))
    """From ringing to answering."""


@dataclass(frozen=True)
class Day:
    """Everything that a simulation needs but chance."""

    config: CentreConfig
    streams: tuple[Stream, ...]
    shifts: tuple[Shift, ...]
    warm_up: float = 0.0
    """Stays that begin sooner do not count: for steady states."""

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise AcdConfigError(problem)

    def with_more(self, *shifts: Shift) -> Day:
        """The same day with more agents: "what if two more came at ten?"."""
        return replace(self, shifts=self.shifts + shifts)


def _problems(day: Day) -> Iterator[str]:
    for stream in day.streams:
        if day.config.queue(stream.queue) is None:
            yield f"a stream of calls names the queue {stream.queue!r}, which there is not"
        for rate in stream.rates:
            if not 0 <= rate.begin < rate.end or rate.per_hour < 0:
                yield (
                    f"queue {stream.queue}: {rate.per_hour} calls an hour"
                    f" from {rate.begin} to {rate.end} s"
                )
    for shift in day.shifts:
        for queue in shift.queues:
            if day.config.queue(queue) is None:
                yield f"a shift names the queue {queue!r}, which there is not"
        if not 0 <= shift.begin < shift.end or shift.agents < 0:
            yield f"a shift of {shift.agents} agents from {shift.begin} to {shift.end} s"
