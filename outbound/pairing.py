"""Between the dialler and whoever distributes calls to agents: who is free, and who must stay so.

Each change of the agents is told to the dialler before anything that follows from it can be heard
of; each change of the dialler's calls is told to the distributor, which keeps as many agents from
its callers as the law needs for the calls that are out.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from outbound.messages import TeamTold
from outbound.ports import Agents, TeamSeen
from outbound.predictive import by_hand
from outbound.records import CampaignRecord, CampaignState

if TYPE_CHECKING:
    from outbound.service import OutboundService

LOOK_AGAIN = 1.0
"""Seconds after which a running campaign's agents are looked at though nothing moved: their wrap-up
goes on."""


@dataclass
class Pairing:
    """The loop between the two. `run` it as a task."""

    service: OutboundService
    agents: Agents
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    _told: dict[str, TeamSeen] = field(default_factory=dict)
    _kept: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Until cancelled."""
        self.agents.subscribe(self._moved.set)
        self.service.subscribe(lambda campaigns: self._moved.set())
        while True:
            self._moved.clear()
            live = self._live()
            if live:
                await self._tell(live)
            await self._keep(live)
            try:
                async with asyncio.timeout(LOOK_AGAIN if live else None):
                    await self._moved.wait()
            except TimeoutError:
                continue

    def _live(self) -> list[CampaignRecord]:
        """Campaigns with agents that run, or have calls out yet."""
        desk = self.service.core().desk
        behind = [one for one in desk.campaigns.values() if one.mode]
        if not behind:
            return []
        busy = {attempt.campaign for attempt in desk.attempts.values()}
        return [one for one in behind if one.state is CampaignState.RUNNING or one.id in busy]

    async def _tell(self, live: list[CampaignRecord]) -> None:
        for campaign, seen in zip(live, self.agents.teams(live), strict=True):
            if self._told.get(campaign.id) != seen:
                self._told[campaign.id] = seen
                await self.service.submit(TeamTold(campaign.id, **asdict(seen)))

    async def _keep(self, live: list[CampaignRecord]) -> None:
        core, now = self.service.core(), self.service.clock.now()
        wanted = Counter[str]()
        for campaign in live:
            if by_hand(campaign.mode):
                continue  # who wants somebody dialled comes to the phone first
            wanted[campaign.queue] += core.teams.keep(campaign.id, core.desk.attempts.values(), now)
        for queue in {*wanted, *self._kept}:
            if wanted[queue] != self._kept.get(queue, 0):
                self._kept[queue] = wanted[queue]
                await self.agents.keep(queue, wanted[queue])
