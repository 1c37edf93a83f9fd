"""Who gets the call, and why. PURE.

Longest idle: of the agents who serve the queue and have every required skill, the one who has
waited longest since the last handled contact or log-in. Agents idle since the same second are
level, and there the preferred skills decide. A decision is a value that tells why: it goes to the
journal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from acd.records import AgentRecord, WaitingRecord, Want

SHOWN = 5
"""Candidates and skills named in the short text."""


@dataclass(frozen=True)
class Candidate:
    """An agent who could have had the call."""

    agent: str
    idle: float
    """Seconds since the last handled contact or log-in."""
    preferred: int
    """Levels of the preferred skills, summed."""


@dataclass(frozen=True)
class Excluded:
    """An agent of the queue who could not."""

    agent: str
    why: str


@dataclass(frozen=True)
class MatchDecision:
    """One decision: the agent chosen for a call, or None, and why."""

    call: str
    queue: str
    agent: str | None
    at: float
    candidates: tuple[Candidate, ...]
    """In the order in which they would be chosen."""
    excluded: tuple[Excluded, ...]

    def short(self) -> str:
        """The reason in one line, for the journal."""
        if not self.candidates:
            return f"nobody; {self._out()}"
        first = self.candidates[0]
        others = ",".join(f"{c.agent}={c.idle:.0f}s" for c in self.candidates[1:SHOWN])
        chosen = f"longest idle {first.idle:.0f}s of {len(self.candidates)}"
        return f"{chosen}{f' ({others})' if others else ''}; {self._out()}"

    def _out(self) -> str:
        counted = Counter(excluded.why for excluded in self.excluded).most_common(SHOWN)
        return "out: " + (", ".join(f"{count} {why}" for why, count in counted) or "none")


def why_not(agent: AgentRecord, call: WaitingRecord) -> str | None:
    """Why this agent cannot have this call now; None when nothing speaks against it."""
    if not agent.free:
        return _held(agent)
    if call.queue not in agent.queues:
        return "other queues"
    for skill in call.required:
        if agent.skills.get(skill, 0) < 1:
            return f"skill {skill}"
    if any(refused.agent == agent.agent for refused in call.refused):
        return "had it"
    return None


def _held(agent: AgentRecord) -> str:
    if agent.offer or agent.state != "idle":
        return str(agent.state)
    return "back-off" if agent.want is Want.READY else str(agent.want)


def preferred_levels(agent: AgentRecord, call: WaitingRecord) -> int:
    """How well the agent fits what the call would like."""
    return sum(agent.skills.get(skill, 0) for skill in call.preferred)


def rank(agent: AgentRecord, call: WaitingRecord) -> tuple[int, int, float, str]:
    """The order of candidates: smaller is chosen first."""
    level = -preferred_levels(agent, call)
    return (int(agent.idle_since), level, agent.idle_since, agent.agent)


def choose(call: WaitingRecord, longest_idle_first: Iterable[AgentRecord]) -> AgentRecord | None:
    """The agent for this call, from free agents sorted by `idle_since`; None when none can."""
    best: AgentRecord | None = None
    for agent in longest_idle_first:
        if best is not None and int(agent.idle_since) > int(best.idle_since):
            break
        if why_not(agent, call) is None and (best is None or rank(agent, call) < rank(best, call)):
            best = agent
    return best


def decide(call: WaitingRecord, agents: Iterable[AgentRecord], now: float) -> MatchDecision:
    """The whole decision for one call over all agents of its queue: slower, tells everything."""
    able: list[AgentRecord] = []
    excluded: list[Excluded] = []
    for agent in agents:
        why = why_not(agent, call)
        if why is None:
            able.append(agent)
        else:
            excluded.append(Excluded(agent.agent, why))
    able.sort(key=lambda agent: rank(agent, call))
    candidates = tuple(
        Candidate(agent.agent, now - agent.idle_since, preferred_levels(agent, call))
        for agent in able
    )
    chosen = able[0].agent if able else None
    return MatchDecision(call.call, call.queue, chosen, now, candidates, tuple(excluded))
