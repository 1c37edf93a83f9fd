"""What queueing theory says of a queue in a steady state. PURE.

Erlang C (M/M/c: nobody gives up) and Erlang A (M/M/c+M: patience is exponential, Palm 1946; see
Mandelbaum and Zeltyn, "Service engineering in action: the Palm/Erlang-A queue", 2007). Arrivals are
Poisson, handling times exponential, agents alike, one queue in order of arrival. Where a centre is
otherwise, these are wrong and a simulation (`simulate.py`) is the answer; where it is so, the
simulation must agree, and a test holds it to that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Steady:
    """A queue in its steady state."""

    wait_probability: float
    """That a caller who comes has to wait."""
    mean_wait: float
    """Seconds, over all callers, those who give up among them."""
    abandon_rate: float
    occupancy: float


def erlang_c(rate: float, handling: float, agents: int) -> Steady | None:
    """Nobody gives up. `rate` calls a second, `handling` seconds a call; None: it never settles."""
    load = rate * handling
    if load >= agents:
        return None
    # Erlang B by its recursion, which does not overflow; C from B.
    blocked = 1.0
    for servers in range(1, agents + 1):
        blocked = load * blocked / (servers + load * blocked)
    waits = blocked / (1 - load / agents * (1 - blocked))
    return Steady(waits, waits * handling / (agents - load), 0.0, load / agents)


def service_level_c(steady: Steady, rate: float, handling: float, agents: int, t: float) -> float:
    """The share answered within `t` seconds where nobody gives up."""
    return 1 - steady.wait_probability * math.exp(-(agents - rate * handling) * t / handling)


def erlang_a(rate: float, handling: float, agents: int, patience: float) -> Steady:
    """Callers give up after an exponential time of mean `patience` seconds."""
    shares = _stationary(rate, 1 / handling, agents, 1 / patience)
    queue = sum((n - agents) * share for n, share in enumerate(shares) if n > agents)
    busy = sum(min(n, agents) * share for n, share in enumerate(shares))
    waits = sum(share for n, share in enumerate(shares) if n >= agents)
    # Little's law gives the mean wait; those who leave do so at the rate queue ÷ patience.
    return Steady(waits, queue / rate, queue / patience / rate, busy / agents)


NEGLIGIBLE = 1e-12


def _stationary(rate: float, service: float, agents: int, give_up: float) -> list[float]:
    """The probability of each number of callers in the house, of a birth-death chain."""
    weights, weight, n = [1.0], 1.0, 0
    while n < agents or weight > NEGLIGIBLE * max(weights):
        n += 1
        leave = min(n, agents) * service + max(n - agents, 0) * give_up
        weight *= rate / leave
        weights.append(weight)
        if weight > 1e200:  # far from the end of floats, so that a large centre does not overflow
            weights = [each / 1e200 for each in weights]
            weight /= 1e200
    total = math.fsum(weights)
    return [each / total for each in weights]
