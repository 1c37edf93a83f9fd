"""Handling times learned from the floor, and each waiting call's estimate from them. PURE."""

from __future__ import annotations

from dataclasses import dataclass, field

from acd.config import QueueConfig
from acd.estimate import FEWEST, Handling, Range, delays, estimate, residual
from acd.floor import Floor
from acd.queue import Asks, asks_of, skilled
from acd.records import AgentRecord, HandlingRecord, State, WaitingRecord, handling_key

KEEP, KEEP_EACH = 2.0, 0.01
"""Seconds for which a queue's line and agents are taken as they were, and more of them for each
caller: many estimates are asked for at once, and what a place in a long line means changes
slowly."""
OLDEST = 30 * KEEP
"""Seconds after which they are looked at whatever else was in the same step."""
SPREAD = 0.7
"""Standard deviation over mean of handling times, until they are measured."""


@dataclass
class _View:
    """A queue as it was a moment ago, to somebody who asks for certain skills."""

    at: float
    agents: float
    left: float
    one: Handling
    ahead: list[tuple[float, float]]
    """How many are before → mean and variance of the work that they make, summed."""

    def before(self, callers: int) -> tuple[float, float]:
        """The same of so many; who has joined since is taken to be like those who were there."""
        there = len(self.ahead) - 1
        if callers <= there:
            return self.ahead[callers]
        if not there:
            return callers * self.one.mean, callers * self.one.variance
        mean, variance = self.ahead[there]
        return mean * callers / there, variance * callers / there


Team = list[tuple[AgentRecord, float]]
"""Agents at work for a queue, each with how much of the agent this queue has."""


@dataclass
class Forecast:
    """Looks at the floor; learns nothing by itself."""

    floor: Floor
    queues: dict[str, QueueConfig]
    _views: dict[tuple[str, Asks], _View] = field(default_factory=dict)
    _looked: float = 0.0
    """When a queue was looked at last: one look a step is work enough, as long as none is old."""

    def of(self, call: WaitingRecord, now: float) -> Range | None:
        """The wait still to come; None when nothing can be said."""
        asked = (call.queue, asks_of(call))
        view = self._views.get(asked)
        if view is None or self._is_old(view, now):
            view = self._views[asked] = self._look(*asked, now)
            self._looked = now
        if view.one.mean <= 0:
            return None
        ahead, variance = view.before(self.floor.position(call) - 1)
        variance += view.one.doubt * (view.left + ahead) ** 2
        known = self.floor.hindsight.of(call.queue)
        ends = (known.low, known.high)
        return estimate(view.left, ahead, variance, view.agents, view.one.variance, ends)

    def _is_old(self, view: _View, now: float) -> bool:
        keep = max(KEEP, KEEP_EACH * len(view.ahead))
        return not 0 <= now - view.at < (OLDEST if self._looked == now else keep)

    def learn(self, agent: AgentRecord, now: float) -> HandlingRecord | None:
        """The row of handling times after this agent came to rest; None when nothing is known."""
        if not agent.busy_since or not agent.busy_queue:
            return None
        key = handling_key(agent.busy_queue, agent.busy_intent)
        known = self.floor.handling.get(key)
        before = Handling(known.n, known.mean, known.variance) if known else Handling()
        after = before.learned(max(0.0, now - agent.busy_since))
        return HandlingRecord(
            agent.busy_queue, agent.client, agent.busy_intent, after.n, after.mean, after.variance
        )

    def handling(self, queue: str, intent: str = "") -> Handling:
        """Of an intent if it is known well, else of the queue, else as configured."""
        for name in dict.fromkeys((intent, "")):
            row = self.floor.handling.get(handling_key(queue, name))
            if row is not None and row.n >= FEWEST:
                return Handling(row.n, row.mean, row.variance)
        mean = self.queues[queue].handling_seconds if queue in self.queues else 0.0
        return Handling(0, mean, (SPREAD * mean) ** 2)

    def _look(self, queue: str, asks: Asks, now: float) -> _View:
        one, team = self.handling(queue), self._team(queue)
        able = [(agent, share) for agent, share in team if skilled(agent, asks)]
        agents = sum(share for _, share in able)
        busy = [now - agent.busy_since for agent, _ in able if agent.busy_since]
        free = any(agent.state is State.IDLE for agent, _ in able)
        left = 0.0 if free else residual(one, busy)
        pace = one.mean / agents if agents else 0.0
        return _View(now, agents, left, one, self._line(queue, asks, team, pace))

    def _line(self, queue: str, asks: Asks, team: Team, pace: float) -> list[tuple[float, float]]:
        """How many are before → mean and variance of their work; `pace`: seconds from one agent
        becoming free to the next."""
        mean, variance, leaving = 0.0, 0.0, 0.0
        ahead = [(mean, variance)]
        rate = self.floor.hindsight.of(queue).rate * pace
        known: dict[str, Handling] = {}
        rivals: dict[Asks, float] = {}
        for place in self.floor.lines[queue].places if queue in self.floor.lines else ():
            call = self.floor.waiting[place[3]]
            if call.callback is None or not call.callback.not_before:  # else it is passed by
                theirs = asks_of(call)
                if theirs not in rivals:
                    rivals[theirs] = _rivals(team, asks, theirs)
                if call.intent not in known:
                    known[call.intent] = self.handling(queue, call.intent)
                part = rivals[theirs]
                leaving += part * rate if call.callback is None else 0.0
                more, spread = delays(known[call.intent], leaving)
                mean += part * more
                variance += part * spread + part * (1 - part) * more**2
            ahead.append((mean, variance))
        return ahead

    def _team(self, queue: str) -> Team:
        lengths = {name: len(line) for name, line in self.floor.lines.items()}
        at_work = (a for a in self.floor.agents_of(queue) if self.floor.serves_callers(a))
        return [(agent, self._share(agent, queue, lengths)) for agent in at_work]

    def _share(self, agent: AgentRecord, queue: str, lengths: dict[str, int]) -> float:
        """How much of an agent this queue has: its share of the callers in the agent's queues."""
        if len(agent.queues) == 1:
            return 1.0
        total = sum(lengths.get(each, 0) for each in agent.queues)
        return lengths.get(queue, 0) / total if total else 1.0


def _rivals(team: Team, asks: Asks, theirs: Asks) -> float:
    """The part of those who ask for `theirs` that goes to agents who can take one who asks for
    `asks`."""
    could = [(agent, share) for agent, share in team if skilled(agent, theirs)]
    all_of_them = sum(share for _, share in could)
    mine = sum(share for agent, share in could if skilled(agent, asks))
    return mine / all_of_them if all_of_them else 0.0
