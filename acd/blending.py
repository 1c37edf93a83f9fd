"""Which agents are held back from which calls now, by their teams' rules and the lines. PURE."""

from __future__ import annotations

from collections.abc import Mapping

from acd.blend import Kind, Need, held_back
from acd.floor import Floor
from acd.matching import NOBODY
from acd.records import AgentRecord, WaitingRecord, kind_of

NOT_TAKEN = "takes none"
"""Of a kind that the agent's team does not have."""


class Blending:
    """Looks at the floor. Costs nothing where there are no teams."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._held: frozenset[str] = frozenset()
        """Free agents who were held back from callbacks when that was last remembered."""

    def held(self, call: WaitingRecord) -> Mapping[str, str]:
        """Free agents of the call's queue who are not to have it now → why. Whoever is on the line
        already is held back from nobody who takes the kind: only who is to be dialled can wait. Who
        is asked about a call takes it whatever the team takes."""
        if not self._floor.teams or call.consult:
            return NOBODY
        kind = kind_of(call)
        floor = self._floor
        free = floor.free_for(call.queue)
        if call.away:
            whys = {a.agent: self.why(a, kind, floor.now) for a in free}
        else:
            whys = {a.agent: NOT_TAKEN for a in free if not floor.takes(a, kind)}
        return {agent: f"{kind}: {why}" for agent, why in whys.items() if why}

    def why(self, agent: AgentRecord, kind: Kind, now: float) -> str:
        """Why an agent is held back from contacts of a kind; empty for one who is not."""
        team = self._floor.teams.get(agent.team)
        if team is None:
            return ""
        rule = team.rule(kind)
        if rule is None:
            return NOT_TAKEN
        return held_back(rule, agent.last, self._need(agent, now)) if rule.asks else ""

    def _need(self, agent: AgentRecord, now: float) -> Need:
        floor = self._floor
        since = [self._oldest(queue, now) for queue in agent.queues]
        level = min((floor.levels.of(queue) for queue in agent.queues), default=1.0)
        waiting = [joined for joined in since if joined is not None]
        return Need(bool(waiting), now - min(waiting, default=now), level)

    def _oldest(self, queue: str, now: float) -> float | None:
        """Since when the caller of a queue has waited who has waited longest for anybody; None
        where none does. Who was put first may have come last: but nobody stands, by the head start,
        at an earlier time than the own coming less it, so few are looked at."""
        oldest: float | None = None
        for place in self._floor.lines[queue].places if queue in self._floor.lines else ():
            if oldest is not None and place[0] >= oldest:
                break
            call = self._floor.waiting[place[3]]
            if kind_of(call) == "inbound" and not (call.offer or call.consult or call.limit):
                oldest = call.joined if oldest is None else min(oldest, call.joined)
        return oldest

    # --- match cycles

    def look(self) -> None:
        """Who was held back from callbacks and is so no more may have one, without having moved."""
        if self._held:
            floor = self._floor
            now = self._held_now()
            floor.fresh_agents |= {name for name in self._held - now if floor.agents[name].free}

    def remember(self) -> None:
        """Before calls are matched, and at the end of a cycle."""
        self._held = self._held_now() if self._floor.teams else frozenset()

    def _held_now(self) -> frozenset[str]:
        floor = self._floor
        queues = [queue for queue, places in floor.away.items() if places]
        free = {agent.agent: agent for queue in queues for agent in floor.free_for(queue)}
        return frozenset(
            name for name, agent in free.items() if self.why(agent, "callback", floor.now)
        )
