"""`outbound.ports.Agents`: the centre's distributor, as campaigns with agents see it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from acd.agent import IN_CALL, OFFERED
from acd.blending import NOT_TAKEN
from acd.messages import AgentNotReady, CallsOutRinging
from acd.records import State
from acd.service import AcdService
from acd.snapshot import AgentView, Snapshot
from kernel.errors import IllegalTransition
from outbound.ports import TeamSeen
from outbound.records import CampaignRecord, attempt_of_call

WITH_SOMEBODY = OFFERED | IN_CALL
DID_NOT_LOOK = "did not choose"
"""Why an agent is not ready who was shown somebody and said nothing."""
INBOUND_FIRST = "callers wait for these agents"


@dataclass
class CentreAgents:
    """Of one centre."""

    service: AcdService

    def teams(self, campaigns: Sequence[CampaignRecord]) -> Sequence[TeamSeen]:
        """How the agents of these campaigns are."""
        wrap_up = {queue.id: queue.wrap_up_seconds for queue in self.service.config.queues}
        return teams_of(self.service.snapshot(), wrap_up, campaigns)

    async def keep(self, queue: str, calls: int) -> None:
        """So many idle agents are kept from callers."""
        await self.service.submit(CallsOutRinging(queue, calls))

    async def absent(self, agent: str) -> None:
        """Set not ready; one who is so already stays so."""
        with contextlib.suppress(IllegalTransition):
            await self.service.submit(AgentNotReady(agent, DID_NOT_LOOK))

    def subscribe(self, callback: Callable[[], None]) -> None:
        """After each change."""
        self.service.subscribe(lambda moved: callback())


def teams_of(
    now: Snapshot, wrap_up: Mapping[str, float], campaigns: Sequence[CampaignRecord]
) -> list[TeamSeen]:
    """The teams of these campaigns, in their order. Each agent counts for the first of the queues
    that have a campaign, in the order in which the agent serves them. `wrap_up`: queue → seconds.
    """
    queues = {campaign.queue for campaign in campaigns}
    team: dict[str, list[AgentView]] = {queue: [] for queue in queues}
    for agent in now.agents:
        queue = next((queue for queue in agent.queues if queue in queues), None)
        if queue and agent.leg_up and agent.want == "ready" and agent.out_held != NOT_TAKEN:
            team[queue].append(agent)
    return [
        _seen(campaign, team[campaign.queue], wrap_up.get(campaign.queue, 0.0), now)
        for campaign in campaigns
    ]


def _seen(
    campaign: CampaignRecord, team: list[AgentView], wrap_up: float, now: Snapshot
) -> TeamSeen:
    left = (
        agent.wrap_up_until - now.at
        for agent in team
        if agent.state == State.WRAP_UP and agent.wrap_up_until
    )
    ours = (offer.call for offer in now.offers if offer.queue == campaign.queue)
    return TeamSeen(
        idle=sum(agent.free and not agent.out_held for agent in team),
        talking=sum(agent.state in WITH_SOMEBODY for agent in team),
        wrap_up_left=tuple(round(max(0.0, seconds)) for seconds in left),
        wrap_up=wrap_up,
        having=tuple(attempt_of_call(call) for call in ours),
        held=_held(campaign, team, now),
    )


def _held(campaign: CampaignRecord, team: list[AgentView], now: Snapshot) -> str:
    """Inbound first: whether callers wait who are to be served before anybody is called."""
    served = {queue for agent in team for queue in agent.queues} - {campaign.queue}
    lines = [queue for queue in now.queues if queue.queue in served]
    waiting = sum(queue.waiting - queue.offered for queue in lines)
    longest = max((queue.longest_wait for queue in lines), default=0.0)
    too_long = campaign.callers_longest and longest > campaign.callers_longest
    return INBOUND_FIRST if waiting > campaign.callers_most or too_long else ""
