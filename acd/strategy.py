"""How a queue chooses among agents who could all have the call. PURE.

Each strategy is a score, and the smallest is chosen. Calls and talk are counted over a window that
slides in parts (`WINDOW_PARTS`), kept in the agent's row: a break, a log-out and a restart change
nothing in it. What is random comes as an argument and is told with the decision, so that the
decision can be made again.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from acd.records import EVERY_TIER, AgentRecord, Handled

Strategy = Literal[
    "longest_idle", "round_robin", "fewest_calls", "least_talk", "linear", "random", "ring_all"
]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
LONGEST_IDLE: Strategy = "longest_idle"
RING_ALL: Strategy = "ring_all"

WINDOW_PARTS = 8
"""Parts of the fairness window: it forgets an eighth at a time."""

Score = tuple[float, float, float]


@dataclass(frozen=True)
class Terms:
    """What a strategy looks at beside the agents themselves, at one moment."""

    strategy: Strategy = LONGEST_IDLE
    now: float = 0.0
    window: float = 8 * 3600.0
    """Seconds over which calls and talk are counted."""
    last: tuple[int, str] = (0, "")
    """Order and name of the agent whose turn it was last."""
    draw: str = ""
    """Chance: names the order in which agents are drawn."""
    tier: int = EVERY_TIER
    """The highest tier open for the call."""
    tiered: bool = False
    """Whether any agent of the queue is in a tier beyond the first."""
    kept: frozenset[str] = frozenset()
    """Agents who are kept for calls out."""
    held: Mapping[str, str] = field(default_factory=dict)
    """Agents whom the rules of their teams hold back from the call → why."""


def score(agent: AgentRecord, terms: Terms) -> Score:
    """What the strategy makes of an agent; smaller is chosen first."""
    return _SCORES[terms.strategy](agent, terms)


def _longest_idle(agent: AgentRecord, terms: Terms) -> Score:
    return (0.0, agent.idle_since, 0.0)


def _round_robin(agent: AgentRecord, terms: Terms) -> Score:
    had_it = (agent.order, agent.agent) <= terms.last
    return (float(had_it), float(agent.order), 0.0)


def _fewest_calls(agent: AgentRecord, terms: Terms) -> Score:
    return (0.0, float(in_window(agent, terms).calls), agent.idle_since)


def _least_talk(agent: AgentRecord, terms: Terms) -> Score:
    return (0.0, in_window(agent, terms).talk, agent.idle_since)


def _linear(agent: AgentRecord, terms: Terms) -> Score:
    return (0.0, float(agent.order), 0.0)


def _random(agent: AgentRecord, terms: Terms) -> Score:
    return (0.0, float(zlib.crc32(f"{terms.draw}/{agent.agent}".encode())), 0.0)


_SCORES: dict[Strategy, Callable[[AgentRecord, Terms], Score]] = {
    "longest_idle": _longest_idle,
    "round_robin": _round_robin,
    "fewest_calls": _fewest_calls,
    "least_talk": _least_talk,
    "linear": _linear,
    "random": _random,
    "ring_all": _longest_idle,
}


def told(agent: AgentRecord, terms: Terms) -> str:
    """The score as people read it."""
    if terms.strategy == "fewest_calls":
        return f"{in_window(agent, terms).calls}"
    if terms.strategy == "least_talk":
        return f"{in_window(agent, terms).talk:.0f}s"
    if terms.strategy in ("round_robin", "linear"):
        return f"#{agent.order}"
    if terms.strategy == "random":
        return f"draw {terms.draw}"
    return f"{terms.now - agent.idle_since:.0f}s"


def part_of(now: float, window: float) -> int:
    """The number of the window's part that `now` is in."""
    return int(now // (window / WINDOW_PARTS))


def in_window(agent: AgentRecord, terms: Terms) -> Handled:
    """Calls and talk in the window that ends now."""
    if not agent.handled:
        return Handled(0, 0, 0.0)
    oldest = part_of(terms.now, terms.window) - WINDOW_PARTS
    parts = [part for part in agent.handled if part.part > oldest]
    return Handled(0, sum(part.calls for part in parts), sum(part.talk for part in parts))


def with_contact(agent: AgentRecord, talk: float, window: float, now: float) -> AgentRecord:
    """The agent's row after one more contact of `talk` seconds."""
    part = part_of(now, window)
    parts = {each.part: each for each in agent.handled if each.part > part - WINDOW_PARTS}
    before = parts.get(part, Handled(part, 0, 0.0))
    parts[part] = Handled(part, before.calls + 1, before.talk + max(0.0, talk))
    return replace(agent, handled=tuple(parts[each] for each in sorted(parts)))
