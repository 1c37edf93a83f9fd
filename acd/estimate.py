"""How long a caller will wait, as an honest range. PURE.

With n agents at work who could take the call (one who serves several queues counts by this one's
share of their callers), the next one becomes free after r/n, where r is what a running call still
takes on average, and each caller ahead takes h/n more, h being the handling time of what that
caller wants: wait = (r + Σh) / n. That is work conserved, less the work that still runs when one's
turn comes. Of the callers ahead some give up, each at the rate g: the jth from the front delays
those behind by h/(n + jgh) only, as in the queue M/M/n+M (Erlang A), where the line moves by an
agent or by one of those j.

Handling times scatter, and their mean is known from few; the range is the 10th to the 90th
percentile of a gamma distribution with that mean and variance (Wilson–Hilferty's approximation),
its ends moved by what earlier ranges held (`hindsight.py`).

What is said never goes up more than once: an estimate that grew twice is kept to what was said.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

FEWEST = 5
"""Contacts from which a measured handling time is believed."""
MEMORY = 0.02
"""Weight of the newest contact at least: about the last fifty count."""
Z = 1.2816
"""The standard normal's 90th percentile."""
MINUTE = 60.0


@dataclass(frozen=True)
class Handling:
    """How long contacts take, wrap-up included."""

    n: int = 0
    mean: float = 0.0
    """Seconds."""
    variance: float = 0.0

    @property
    def doubt(self) -> float:
        """Variance of the mean itself ÷ its square: of few contacts little is known."""
        known = min(max(self.n, FEWEST), 1 / MEMORY)
        return self.variance / max(self.mean, 1e-9) ** 2 / known

    def learned(self, seconds: float) -> Handling:
        """With one more contact: an average of all, later of about the last fifty."""
        weight = max(1.0 / (self.n + 1), MEMORY)
        off = seconds - self.mean
        mean = self.mean + weight * off
        variance = (1 - weight) * (self.variance + weight * off * off)
        return Handling(self.n + 1, mean, variance)


@dataclass(frozen=True)
class Range:
    """Seconds, from and to."""

    low: float
    high: float


def residual(handling: Handling, elapsed: Iterable[float]) -> float:
    """What a running call still takes, on average over the running ones.

    For a contact that has taken e of lognormal handling times: E[X − e | X > e], in closed form.
    """
    left = [_still(handling, each) for each in elapsed]
    return sum(left) / len(left) if left else handling.mean


def _still(handling: Handling, elapsed: float) -> float:
    mean, spread = handling.mean, handling.variance / max(handling.mean, 1e-9) ** 2
    if elapsed < 1e-3 or spread < 1e-6:
        return max(mean - max(elapsed, 0.0), mean / 10)
    sigma = math.sqrt(math.log1p(spread))
    z = (math.log(elapsed / mean) + sigma * sigma / 2) / sigma
    beyond = _phi(-z)
    if beyond < 1e-3:  # longer than nearly all: nothing is known but that it goes on
        return mean
    return min(mean * _phi(sigma - z) / beyond - elapsed, 3 * mean)


def _phi(x: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * math.erfc(-x / math.sqrt(2))


def delays(one: Handling, leaving: float) -> tuple[float, float]:
    """Mean and variance of the work that somebody ahead makes who may give up.

    `leaving`: how many of those up to this one give up until the next agent is free.
    """
    served = 1 / (1 + leaving)
    spread = served * one.variance + (1 - served) * one.mean**2
    return served * one.mean, served**2 * spread


def estimate(
    left: float,
    ahead: float,
    ahead_variance: float,
    agents: float,
    of_one: float,
    ends: tuple[float, float] = (Z, Z),
) -> Range | None:
    """The range for one caller; None when nobody is at work.

    `left`: what a running call still takes, 0 when an agent is free; `ahead`, `ahead_variance`:
    of the work of the callers ahead, summed; `agents`: effective agents; `of_one`: the variance of
    one handling time; `ends`: standard deviations from the middle down and up to the ends.
    """
    if agents <= 0:
        return None
    mean = (left + ahead) / agents
    variance = ((of_one if left else 0.0) + ahead_variance) / agents**2
    if mean <= 0:
        return Range(0.0, 0.0)
    shape = mean * mean / max(variance, 1e-9)
    low, high = (_gamma(mean, shape, end) for end in (-ends[0], ends[1]))
    return Range(min(low, high), high)


def _gamma(mean: float, shape: float, z: float) -> float:
    """A percentile of a gamma distribution (Wilson and Hilferty, 1931)."""
    ninth = 1 / (9 * shape)
    return mean * max(0.0, 1 - ninth + z * math.sqrt(ninth)) ** 3


def rounded(found: Range) -> Range:
    """As it is said: whole minutes, down and up, at least one at the top."""
    high = max(1, math.ceil(found.high / MINUTE - 0.1))
    return Range(min(math.floor(found.low / MINUTE + 0.1), high) * MINUTE, high * MINUTE)


@dataclass(frozen=True)
class Said:
    """What a caller was told last."""

    low: float
    high: float
    raised: bool = False
    """Whether it has gone up once."""


def to_say(before: Said | None, found: Range) -> Said:
    """What is said now: never upward twice."""
    now = rounded(found)
    if before is None:
        return Said(now.low, now.high)
    if now.high <= before.high:
        return Said(min(now.low, now.high), now.high, before.raised)
    return before if before.raised else Said(now.low, now.high, raised=True)


@dataclass
class Accuracy:
    """How good estimates were: by the range that was told first, against the wait that came."""

    n: int = 0
    covered: int = 0
    """Waits within the range."""
    sooner: int = 0
    """Waits below it."""
    error: float = 0.0
    """Seconds beside the middle of the range, summed."""
    off: float = 0.0
    """The same with its sign: above 0 where the wait was longer than told."""

    def learned(self, told: Range, waited: float) -> None:
        """What came of one more."""
        beside = waited - (told.low + told.high) / 2
        self.n += 1
        self.covered += told.low <= waited <= told.high
        self.sooner += waited < told.low
        self.error += abs(beside)
        self.off += beside
