"""How many calls to begin now for a team of agents. PURE.

*Progressive* begins one call for each idle agent. *Predictive* begins more, since most are not
answered and busy agents become free while it rings: as many as keep the expected share of answered
calls without an agent below an aim. The aim moves with what is counted; the law does not, and is
kept by counting whole calls: calls that ring beyond the idle agents (the surplus) are never more
than may still be abandoned. Every answer takes an idle agent or one of that allowance, so the limit
holds whatever the chances were. Where the team or the evidence is small there is no allowance worth
the name, and it is progressive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import exp

from outbound.abandonment import Abandonment


class DialMode(StrEnum):
    """How an agents' campaign calls."""

    MANUAL = "manual"
    """Agents dial from the list."""
    PREVIEW = "preview"
    """An agent sees the contact first, and lets it be dialled."""
    PROGRESSIVE = "progressive"
    PREDICTIVE = "predictive"


BY_HAND = frozenset({DialMode.MANUAL, DialMode.PREVIEW})


def by_hand(mode: str) -> bool:
    """Whether agents decide who is called when."""
    return mode in BY_HAND


@dataclass(frozen=True)
class Team:
    """The agents of a campaign now. Those in a call or in wrap-up are `busy`."""

    idle: int
    talking: int
    wrap_up_left: tuple[float, ...] = ()
    """Seconds until each agent in wrap-up is ready again."""
    wrap_up: float = 0.0
    """Seconds of wrap-up after each conversation."""

    @property
    def size(self) -> int:
        """All of them."""
        return self.idle + self.talking + len(self.wrap_up_left)


@dataclass(frozen=True)
class Odds:
    """What is known of calls: learned, or at first assumed."""

    answer: float = 0.35
    """Share of calls that a person answers."""
    ring: float = 12.0
    """Seconds from INVITE to answer, of those that are."""
    talk: float = 120.0
    """Seconds of a conversation; beyond its mean no more is assumed than that it ends some time."""

    def learn(self, *, answered: bool | None = None, ring: float = 0.0, talk: float = 0.0) -> Odds:
        """After one more call: old ones fade."""
        odds = self
        if answered is not None:
            odds = replace(odds, answer=odds.answer + FADE * (float(answered) - odds.answer))
        if ring:
            odds = replace(odds, ring=odds.ring + FADE * (ring - odds.ring))
        if talk:
            odds = replace(odds, talk=odds.talk + FADE * (talk - odds.talk))
        return odds

    def still(self, rung: float, cut: float) -> float:
        """The chance that a call which rang so long, and is cut at `cut`, will be answered."""
        if rung >= cut:
            return 0.0
        never, later = 1.0 - self.answer, self.answer * exp(-rung / self.ring)
        return later / (later + never)


FADE = 0.01
"""Weight of the newest call in what is learned: about the last hundred count."""


@dataclass(frozen=True)
class PredictiveConfig:
    """When and how far to predict."""

    least_agents: int = 8
    least_answers: int = 100
    """In the window, before there is evidence."""
    aim: float = 0.02
    """Share of answered calls without an agent that is aimed at; the law's is the limit."""
    most_lines: float = 3.0
    """Calls that ring for each agent of the team at most."""
    cut: float = 25.0
    """Seconds of ringing after which a call is given up; the law asks for 15 at least."""


@dataclass(frozen=True)
class DialDecision:
    """How many calls to begin now, and in which mode that was decided."""

    calls: int
    mode: DialMode
    why: str


def decide(
    config: PredictiveConfig,
    mode: DialMode,
    team: Team,
    ringing: Sequence[float],
    odds: Odds,
    counted: Abandonment,
    waiting: int = 0,
) -> DialDecision:
    """How many calls to begin now.

    `ringing`: seconds that each call has rung so far. `waiting`: people who answered and have no
    agent yet; they are abandoned in a moment if none becomes free.
    """
    if by_hand(mode):
        return DialDecision(0, mode, "agents begin calls themselves")
    out = len(ringing) + waiting
    one_each = max(0, team.idle - out)
    if mode is DialMode.PROGRESSIVE:
        return DialDecision(one_each, mode, "one for each idle agent")
    if team.size < config.least_agents:
        return DialDecision(one_each, DialMode.PROGRESSIVE, "the team is small")
    if counted.answered < config.least_answers:
        return DialDecision(one_each, DialMode.PROGRESSIVE, "the evidence is small")
    most = min(team.idle + counted.room, int(config.most_lines * team.size)) - out
    if most <= one_each:
        return DialDecision(one_each, DialMode.PROGRESSIVE, "no call may be abandoned now")
    free = Team(max(0, team.idle - waiting), team.talking, team.wrap_up_left, team.wrap_up)
    calls = _as_many(config, free, ringing, odds, most)
    return DialDecision(max(calls, one_each), DialMode.PREDICTIVE, "by the odds")


def _as_many(
    config: PredictiveConfig, team: Team, ringing: Sequence[float], odds: Odds, most: int
) -> int:
    """The most calls for which the expected share of answers without an agent keeps the aim."""
    free = _free(team, odds)
    answers = [1.0]
    expected = 0.0
    for rung in ringing:
        chance = odds.still(rung, config.cut)
        answers, expected = _one_more(answers, chance), expected + chance
    new = odds.still(0.0, config.cut)
    calls = 0
    while calls < most:
        after = _one_more(answers, new)
        if _without_agent(after, free) > config.aim * (expected + new):
            break
        answers, expected, calls = after, expected + new, calls + 1
    return calls


def _free(team: Team, odds: Odds) -> list[float]:
    """Chances of 0, 1, 2 … agents free by the time that a call begun now would be answered."""
    chances = [0.0] * team.idle + [1.0]
    for left in team.wrap_up_left:
        if left <= odds.ring:
            chances = _one_more(chances, 1.0)
    # A conversation must end soon enough that the wrap-up behind it is over by then, too.
    ending = 1.0 - exp(-max(0.0, odds.ring - team.wrap_up) / odds.talk)
    for _ in range(team.talking if ending else 0):
        chances = _one_more(chances, ending)
    return chances


def _one_more(chances: list[float], chance: float) -> list[float]:
    """The distribution of a sum, with one more event of this chance."""
    after = [0.0] * (len(chances) + 1)
    for count, probability in enumerate(chances):
        after[count] += probability * (1.0 - chance)
        after[count + 1] += probability * chance
    return after


def _without_agent(answers: list[float], free: list[float]) -> float:
    """The expected number of answers beyond the free agents."""
    return sum(
        p * q * (answered - agents)
        for answered, p in enumerate(answers)
        for agents, q in enumerate(free)
        if answered > agents and p * q
    )
