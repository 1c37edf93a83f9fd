"""Whom agents are to talk to, and how long that takes with those who are there."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from centralino.config.model import Config
from centralino.outbound.agent_campaigns import TALKS, AgentCampaigns
from centralino.outbound.audiences import Audiences
from centralino.outbound.campaigns import AT_THE_MACHINE
from kernel.clock import ManualClock
from outbound.estimate import estimate, with_agents
from outbound.pacing import Limits
from outbound.ports import TeamSeen

TRUNKS = (Limits("a", 5.0, 0),)
TEN = TeamSeen(idle=3, talking=5, wrap_up_left=(3.0, 9.0), wrap_up=20.0)
ASKED = {
    "name": "Spring", "client": "riverton", "queue": "sales",
    "lines": ["+390212345678", "201", "x"],
    "legal_class": "sales", "caller_id": "+3902000", "words": "Sorry.", "dry_run": True,
}  # fmt: skip


@dataclass
class Team:
    """Whoever is there."""

    seen: TeamSeen

    def teams(self, campaigns: Any) -> list[TeamSeen]:
        assert [one.queue for one in campaigns] == ["sales"]
        return [self.seen]


async def told(team: TeamSeen, mode: str, trunks: tuple[Limits, ...] = TRUNKS) -> dict[str, Any]:
    checked = SimpleNamespace(check_new=lambda new, asker: None)
    audiences = Audiences(Config(), cast(Any, SimpleNamespace(listed=str)), trunks)
    desk = AgentCampaigns(cast(Any, checked), audiences, cast(Any, Team(team)), ManualClock())
    return await desk.verbs["agents.draft"]({**ASKED, "mode": mode}, AT_THE_MACHINE)


@pytest.mark.parametrize("mode", ["progressive", "predictive"])
async def test_it_takes_as_long_as_the_agents_who_are_there_need(mode: str) -> None:
    found = await told(TEN, mode)
    takes = with_agents(estimate(2, TALKS, TRUNKS), 2, TALKS, 20.0, 10, ahead=mode == "predictive")
    assert (found["people"], found["agents"], found["warnings"]) == (2, 10, [])
    assert found["rate"] == takes.rate
    assert found["left_out"] == {"no valid number": 1}


async def test_without_agents_it_is_said_and_where_they_choose_it_is_theirs() -> None:
    alone = await told(TeamSeen(), "progressive")
    assert alone["agents"] == 0 and "no agent of sales is there" in alone["warnings"][0]
    chosen = await told(TeamSeen(), "preview")
    assert chosen["agents"] is None and chosen["warnings"] == []


@pytest.mark.parametrize("mode", ["preview", "predictive"])
async def test_without_a_trunk_it_is_said_and_nothing_can_be_begun(mode: str) -> None:
    found = await told(TEN, mode, ())
    assert found["trunks"] == 0 and "no trunk can carry it" in found["warnings"][0]
