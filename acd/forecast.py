"""Handling times learned from the floor, and each waiting call's estimate from them. PURE."""

from __future__ import annotations

from dataclasses import dataclass, field

from acd.config import QueueConfig
from acd.estimate import FEWEST, Accuracy, Handling, Range, estimate, residual
from acd.floor import Floor
from acd.records import AgentRecord, HandlingRecord, State, WaitingRecord, handling_key

KEEP = 2.0
"""Seconds for which a queue's line and agents are taken as they were: estimates are rough, and
many are asked for at once."""
OLDEST = 5 * KEEP
"""Seconds after which they are looked at whatever else was in the same step."""
SPREAD = 0.7
"""Standard deviation over mean of handling times, until they are measured."""


@dataclass
class _View:
    """A queue as it was a moment ago."""

    at: float
    agents: float
    left: float
    one: Handling
    ahead: list[tuple[float, float]]
    """How many are before → mean and variance of their handling times, summed."""


@dataclass
class Forecast:
    """Looks at the floor; learns nothing by itself."""

    floor: Floor
    queues: dict[str, QueueConfig]
    accuracy: dict[str, Accuracy] = field(default_factory=dict)
    """How good the estimates of each queue were, since this life began."""
    _views: dict[str, _View] = field(default_factory=dict)
    _looked: float = 0.0
    """When a queue was looked at last: with long lines one look a step is work enough, as long as
    none is old."""

    def of(self, call: WaitingRecord, now: float) -> Range | None:
        """The wait still to come; None when nothing can be said."""
        view = self._views.get(call.queue)
        keep = OLDEST if self._looked == now else KEEP
        if view is None or not 0 <= now - view.at < keep:
            view = self._views[call.queue] = self._look(call.queue, now)
            self._looked = now
        if view.one.mean <= 0:
            return None
        before = self.floor.position(call) - 1
        newer = max(0, before - len(view.ahead) + 1)  # joined since the look
        ahead, variance = view.ahead[before - newer]
        ahead += newer * view.one.mean
        variance += newer * view.one.variance
        return estimate(view.left, ahead, variance, view.agents, view.one.variance)

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

    def _look(self, queue: str, now: float) -> _View:
        one = self.handling(queue)
        at_work = [a for a in self.floor.agents_of(queue) if self.floor.serves_callers(a)]
        lengths = {name: len(line) for name, line in self.floor.lines.items()}
        agents = sum(self._share(agent, queue, lengths) for agent in at_work)
        busy = [now - a.busy_since for a in at_work if a.busy_since]
        free = any(agent.state is State.IDLE for agent in at_work)
        left = 0.0 if free else residual(one, busy)
        mean, variance = 0.0, 0.0
        ahead = [(mean, variance)]
        known: dict[str, Handling] = {}
        for place in self.floor.lines[queue].places if queue in self.floor.lines else ():
            call = self.floor.waiting[place[3]]
            if call.callback is not None and call.callback.not_before:  # passed by
                ahead.append((mean, variance))
                continue
            intent = call.intent
            if intent not in known:
                known[intent] = self.handling(queue, intent)
            mean, variance = mean + known[intent].mean, variance + known[intent].variance
            ahead.append((mean, variance))
        return _View(now, agents, left, one, ahead)

    def _share(self, agent: AgentRecord, queue: str, lengths: dict[str, int]) -> float:
        """How much of an agent this queue has: its share of the callers in the agent's queues."""
        if len(agent.queues) == 1:
            return 1.0
        total = sum(lengths.get(each, 0) for each in agent.queues)
        return lengths.get(queue, 0) / total if total else 1.0
