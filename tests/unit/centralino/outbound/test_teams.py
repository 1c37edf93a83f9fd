"""The team of a campaign, as the distributor tells it to the dialler."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.messages import AgentLoggedIn, AgentReady, ContactMoved, DeviceChanged
from acd.snapshot import snapshot
from centralino.outbound.agents import teams_of
from tests.unit.acd.house import House
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
