"""Campaigns with agents behind them, drafted with those whom the agents are to talk to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from centralino.outbound.audiences import Audiences, as_recipient, previewed
from centralino.outbound.campaigns import Asker, Campaigns, Json
from centralino.outbound.drafting import drafted
from centralino.outbound.notice_wishes import NewWithPeople
from contacts.audience import Audience
from kernel.clock import Clock
from outbound.estimate import estimate, with_agents
from outbound.ports import Agents, TeamSeen
from outbound.predictive import DialMode, by_hand

TALKS = 120.0
"""Seconds of a talk, for the estimate."""


class NewAgentCampaign(NewWithPeople):
    """A campaign with agents behind it."""

    mode: Literal["manual", "preview", "progressive", "predictive"]


class AgentCampaigns:
    """The front of campaigns with agents; what may be drafted is checked as by `create`."""

    def __init__(
        self, campaigns: Campaigns, audiences: Audiences, agents: Agents | None, clock: Clock
    ) -> None:
        self._campaigns = campaigns
        self._audiences = audiences
        self._agents = agents
        self._clock = clock
        self.verbs: dict[str, Callable[[Mapping[str, Any], Asker], Awaitable[Json]]] = {
            "agents.draft": self._draft,
        }

    async def _draft(self, values: Mapping[str, Any], asker: Asker) -> Json:
        new = NewAgentCampaign.model_validate(values)
        law = self._campaigns.check_new(new, asker)
        language = self._audiences.language(new.client)
        audience = await self._audiences.wanted(new, law, language)
        told = self._preview(new, audience)
        if new.dry_run:
            return told
        record = await self._campaigns.make(new)
        people = [as_recipient(one) for one in audience.people]
        await self._campaigns.service.add(record.id, people)
        return {"campaign": record.id, **told}

    def _preview(self, new: NewAgentCampaign, audience: Audience) -> Json:
        over, now = self._audiences.over(new.exercise, new.trunks), self._clock.now()
        takes = estimate(audience.size, TALKS, over)
        team = self._team(new)
        agents = team.idle + team.talking + len(team.wrap_up_left)
        chosen = by_hand(new.mode)
        if agents and not chosen:
            ahead = DialMode(new.mode) is DialMode.PREDICTIVE
            takes = with_agents(takes, audience.size, TALKS, team.wrap_up, agents, ahead)
        told = previewed(new, audience.size, takes, over, now)
        if not agents and not chosen:
            told["warnings"].append(
                f"no agent of {new.queue} is there for calls out now: nobody is called before"
            )
        return {
            **told, "left_out": dict(audience.left_out), "languages": dict(audience.languages),
            "legal_class": new.legal_class, "agents": None if chosen else agents,
        }  # fmt: skip

    def _team(self, new: NewAgentCampaign) -> TeamSeen:
        if self._agents is None:
            return TeamSeen()
        return self._agents.teams([drafted(new, "draft")])[0]
