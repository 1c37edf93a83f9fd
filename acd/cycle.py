"""The match cycle over all queues: calls by head start, agents by each queue's strategy. PURE."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from acd.callbacks import Callbacks
from acd.config import QueueConfig
from acd.matching import MatchDecision, choose, choose_many, decide
from acd.messages import PlaceOffer
from acd.queue import Asks, Line, Place, asks_of, in_order, skilled
from acd.records import AgentRecord, TurnRecord, WaitingRecord
from acd.strategy import RING_ALL, Terms

NO_QUEUE = QueueConfig("", "")
"""How a call is matched whose queue is no longer configured; it is about to go to its bot."""
DRAW_BYTES = 4


class Cycle(Callbacks):
    """Finds agents for calls; between events no free agent could take an open call."""

    def match(self, now: float) -> None:
        """One cycle; it looks only at pairs in which something is fresh."""
        self.floor.look_at_kept_agents()
        self.blending.look()
        if self.floor.fresh_calls or self.floor.fresh_agents:
            self.blending.remember()  # with who came free now
            self._match(now)
            self.blending.look()  # who waited and held an agent back may have been offered
            if self.floor.fresh_agents:
                self._match(now)
        self.floor.remember_kept_agents()
        self.blending.remember()

    def _match(self, now: float) -> None:
        for call in self._calls_to_try():
            fresh = call.call in self.floor.fresh_calls
            self.floor.fresh_calls.discard(call.call)
            if self.floor.open(call):
                self._try(call, fresh, now)
        self.floor.fresh_agents.clear()

    def terms(self, call: WaitingRecord, now: float) -> Terms:
        """What the strategy of the call's queue looks at."""
        queue = self._queues.get(call.queue, NO_QUEUE)
        turn = self.floor.turns.get(call.queue)
        return Terms(
            queue.strategy, now, self.config.fairness_seconds,
            last=(turn.order, turn.agent) if turn else (0, ""),
            tier=self.floor.open_tier(call), tiered=self.floor.tiered(call.queue),
            kept=self.floor.kept_agents(call.queue if call.outbound else ""),
            held=self.blending.held(call),
        )  # fmt: skip

    def _try(self, call: WaitingRecord, fresh: bool, now: float) -> None:
        if not self.floor.free.get(call.queue):
            return
        pool = self.floor.free_for(call.queue) if fresh else self._fresh_for(call.queue)
        terms = self.terms(call, now)
        if terms.strategy == "random":
            terms = replace(terms, draw=self._chance(DRAW_BYTES))
        if terms.strategy == RING_ALL and not call.away:
            limit = self._queues[call.queue].ring_all_limit
            chosen = choose_many(call, pool, terms, limit)
        else:
            best = choose(call, pool, terms)
            chosen = [best] if best else []
        if chosen:
            decision = decide(
                call, self.floor.free_for(call.queue), terms, self.floor.why_held(call.queue)
            )
            for agent in chosen:
                self._offer(self.floor.waiting[call.call], agent, decision, now)
            self._turn(call, chosen[0], terms)

    def _turn(self, call: WaitingRecord, agent: AgentRecord, terms: Terms) -> None:
        if terms.strategy == "round_robin":
            self.floor.put_turn(TurnRecord(call.queue, call.client, agent.order, agent.agent))

    def _calls_to_try(self) -> Iterator[WaitingRecord]:
        floor = self.floor
        lines = self._lines_to_try()
        others = [floor.waiting[call] for call in floor.fresh_calls]
        rest = Line(
            sorted(floor.place(call) for call in others if (call.queue, asks_of(call)) not in lines)
        )
        for place in in_order([*lines.values(), rest]):
            if not floor.fresh_agents and not floor.fresh_calls:
                return
            if floor.fresh_agents or _call(place) in floor.fresh_calls:
                yield floor.waiting[_call(place)]

    def _lines_to_try(self) -> dict[tuple[str, Asks], Line]:
        """Where a fresh agent has what is asked for."""
        floor = self.floor
        fresh = [floor.agents[agent] for agent in sorted(floor.fresh_agents)]
        queues = dict.fromkeys(queue for agent in fresh for queue in agent.queues)
        return {
            (queue, asks): line
            for queue in queues
            if queue in floor.unoffered
            for asks, line in floor.unoffered[queue].lines.items()
            if any(queue in agent.queues and skilled(agent, asks) for agent in fresh)
        }

    def _fresh_for(self, queue: str) -> list[AgentRecord]:
        """Fresh agents of a queue, longest idle first."""
        records = (self.floor.agents[agent] for agent in self.floor.fresh_agents)
        able = [agent for agent in records if agent.free and queue in agent.queues]
        return sorted(able, key=lambda agent: (agent.idle_since, agent.agent))

    def _offer(
        self, call: WaitingRecord, agent: AgentRecord, decision: MatchDecision, now: float
    ) -> None:
        if call.away:
            return self.place_callback(call, agent, decision, now)
        ring = self.ring_timeout(call.queue)
        name = self.make_offer(call, agent, ring, decision, now).offer
        call = replace(call, offered=call.offered + 1)
        if call.offer:
            self.floor.put_call(replace(call, also=(*call.also, name)))
        else:
            self.floor.put_call(replace(call, offer=name))
            self._call_moved(call.call, "waiting", "offered", name, call)
        self._commands.append(
            PlaceOffer(
                name, call.call, agent.agent, agent.contact, call.media, ring, agent.nailed_up
            )
        )
        return None


def _call(place: Place) -> str:
    return place[3]
