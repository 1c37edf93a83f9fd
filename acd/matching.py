"""Who gets the call, and why. PURE.

Able is whoever serves the queue, is free, has every required skill at its level and is in a tier
that is open. Of the able, the lowest tier comes first, in it who fits best what the call would
like, and among equals the queue's strategy decides (`strategy.py`). A decision is a value that
tells candidates, scores and exclusions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from acd.records import EVERY_TIER, AgentRecord, WaitingRecord, Want
from acd.strategy import LONGEST_IDLE, Score, Terms, score, told

SHOWN = 5
"""Candidates and skills named in the short text."""

Rank = tuple[int, int, Score, str]


@dataclass(frozen=True)
class Candidate:
    """An agent who could have had the call."""

    agent: str
    idle: float
    """Seconds since the last handled contact or log-in."""
    preferred: int
    """Levels of the preferred skills, summed."""
    tier: int = 1
    score: Score = (0.0, 0.0, 0.0)
    """By the queue's strategy; smaller is chosen first."""
    told: str = ""
    """The score in words."""


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
    terms: Terms
    held: tuple[tuple[str, int], ...] = ()
    """Further agents of the queue, not free: why, and how many."""
    lacks: str = ""
    """What the call asked for and nobody who could serve it has: it was let go."""

    def short(self) -> str:
        """The reason in one line, for the journal."""
        if not self.candidates:
            return f"nobody; {self._out()}"
        first = self.candidates[0]
        others = ",".join(f"{c.agent}={c.told}" for c in self.candidates[1:SHOWN])
        name = self.terms.strategy.replace("_", " ")
        chosen = f"{name} {first.told} of {len(self.candidates)}"
        return f"{chosen}{f' ({others})' if others else ''}; {self._out()}"

    def _out(self) -> str:
        counts = Counter(dict(self.held)) + Counter(one.why for one in self.excluded)
        counted = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:SHOWN]
        out = "out: " + (", ".join(f"{count} {why}" for why, count in counted) or "none")
        return f"{out}; {self.lacks}" if self.lacks else out


NOBODY: Mapping[str, str] = {}


def why_not(
    agent: AgentRecord,
    call: WaitingRecord,
    tier: int = EVERY_TIER,
    kept: frozenset[str] = frozenset(),
    held: Mapping[str, str] = NOBODY,
) -> str | None:
    """Why this agent cannot have this call now; None when nothing speaks against it.

    `tier`: the highest that is open for the call. `kept`: agents who are kept for calls out.
    `held`: agents whom their teams' rules hold back from the call → why.
    """
    if not agent.free:
        return engaged(agent)
    if call.agent and call.agent != agent.agent:
        return "kept for another"
    if call.queue not in agent.queues:
        return "other queues"
    for skill in call.required:
        if agent.skills.get(skill, 0) < call.least(skill):
            return f"skill {skill}"
    if agent.tiers and agent.tier(call.queue) > tier:
        return f"tier {agent.tier(call.queue)}"
    if agent.agent in kept:
        return "kept for a call out"
    return held.get(agent.agent) or _of_call(agent, call)


def _of_call(agent: AgentRecord, call: WaitingRecord) -> str | None:
    if call.outbound and not agent.leg_up:
        return "no leg up"
    if any(refused.agent == agent.agent for refused in call.refused):
        return "had it"
    return None


def engaged(agent: AgentRecord) -> str:
    """Why an agent is not free, in a word."""
    if agent.offer or agent.state != "idle":
        return str(agent.state)
    return "back-off" if agent.want is Want.READY else str(agent.want)


def preferred_levels(agent: AgentRecord, call: WaitingRecord) -> int:
    """How well the agent fits what the call would like."""
    return sum(agent.skills.get(skill, 0) for skill in call.preferred)


def rank(agent: AgentRecord, call: WaitingRecord, terms: Terms) -> Rank:
    """The order of candidates: smaller is chosen first."""
    fits = -preferred_levels(agent, call)
    return (agent.tier(call.queue), fits, score(agent, terms), agent.agent)


def choose(call: WaitingRecord, pool: Iterable[AgentRecord], terms: Terms) -> AgentRecord | None:
    """The agent for this call, from free agents sorted by `idle_since`; None when none can."""
    best: tuple[Rank, AgentRecord] | None = None
    first_is_best = terms.strategy == LONGEST_IDLE and not terms.tiered and not call.preferred
    for agent in pool:
        if why_not(agent, call, terms.tier, terms.kept, terms.held) is not None:
            continue
        if first_is_best:
            return agent
        ranked = rank(agent, call, terms)
        if best is None or ranked < best[0]:
            best = (ranked, agent)
    return best[1] if best else None


def choose_many(
    call: WaitingRecord, pool: Iterable[AgentRecord], terms: Terms, most: int
) -> list[AgentRecord]:
    """The agents for a call that rings at several, best first."""
    out = (terms.tier, terms.kept, terms.held)
    able = [agent for agent in pool if why_not(agent, call, *out) is None]
    return sorted(able, key=lambda agent: rank(agent, call, terms))[:most]


def decide(
    call: WaitingRecord,
    agents: Iterable[AgentRecord],
    terms: Terms,
    held: Mapping[str, int] = {},
) -> MatchDecision:
    """The whole decision for one call over agents of its queue; `held`: why the others, who are
    not free, cannot have it, with their numbers."""
    able: list[AgentRecord] = []
    excluded: list[Excluded] = []
    for agent in agents:
        why = why_not(agent, call, terms.tier, terms.kept, terms.held)
        if why is None:
            able.append(agent)
        else:
            excluded.append(Excluded(agent.agent, why))
    able.sort(key=lambda agent: rank(agent, call, terms))
    candidates = tuple(
        Candidate(
            agent.agent, terms.now - agent.idle_since, preferred_levels(agent, call),
            agent.tier(call.queue), score(agent, terms), told(agent, terms),
        )
        for agent in able
    )  # fmt: skip
    chosen = able[0].agent if able else None
    return MatchDecision(
        call.call,
        call.queue,
        chosen,
        terms.now,
        candidates,
        tuple(excluded),
        terms,
        tuple((why, count) for why, count in held.items() if count),
        call.lacks,
    )
