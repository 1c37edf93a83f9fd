"""The team of a campaign, as the distributor tells it to the dialler."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.blend import Takes, Team
from acd.messages import AgentLoggedIn, AgentReady, ContactMoved, DeviceChanged
from acd.snapshot import snapshot
from centralino.outbound.agents import teams_of
from tests.unit.acd.house import CONFIG, House
from tests.unit.centralino.outbound.test_agents_behind import CAMPAIGN


@pytest.mark.parametrize("talk", ["talking", "hold", "consult"])
def test_an_agent_whose_caller_is_on_hold_is_still_of_the_team(talk: str) -> None:
    house = House()
    house.say(
        AgentLoggedIn("anna", "utility", "sip:anna@127.0.0.1", ("bills",), nailed_up=True),
        AgentReady("anna"), DeviceChanged("anna", True),
    )  # fmt: skip
    house.call("c1")
    house.say(ContactMoved(house.talk("c1").offer, talk))
    (seen,) = teams_of(snapshot(house.core, house.now), {}, [replace(CAMPAIGN, queue="bills")])
    assert (seen.idle, seen.talking) == (0, 1)


@pytest.mark.parametrize(("team", "idle"), [("", 1), ("both", 1), ("patient", 0), ("callers", 0)])
def test_who_is_held_back_by_the_rules_of_a_team_is_not_idle_for_a_campaign(
    team: str, idle: int
) -> None:
    inbound, out = Takes("inbound"), Takes("outbound")
    teams = (
        Team("both", (inbound, out)), Team("callers", (inbound,)),
        Team("patient", (inbound, replace(out, wait_below=30.0))),
    )  # fmt: skip
    house = House(replace(CONFIG, teams=teams))
    served = ("bills", "gas")
    house.say(
        AgentLoggedIn("anna", "utility", "sip:a@h", served, nailed_up=True, team=team),
        AgentReady("anna"), DeviceChanged("anna", True),
    )  # fmt: skip
    house.call("c1", "gas", required=("welsh",))
    house.walk(31)
    (seen,) = teams_of(snapshot(house.core, house.now), {}, [replace(CAMPAIGN, queue="bills")])
    assert (seen.idle, seen.talking) == (idle, 0)
