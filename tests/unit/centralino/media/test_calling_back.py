"""A callback's awkward moments: whoever goes just as the other one comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from structlog.testing import capture_logs

from acd import messages as acd
from centralino.callback_messages import DialBack
from tests.unit.centralino.media.world import CALLER, EDGE, World


@pytest.fixture(autouse=True)
def anybody_may_be_called(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.house.gate, "allows", lambda *asked: True)


async def dialled(world: World, first: Literal["agent", "customer"], leg_media: str = "") -> None:
    """A caller who left a number is being called back; the agent's leg may stand somewhere."""
    await world.talking()
    packet = world.call.packet
    assert packet is not None
    await world.phones["caller"].control.hang_up(CALLER)
    await world.listen(1.0)
    world.told.clear()
    now = world.clock.now()
    order = acd.PlaceCallback(
        "o-back", "call-back", "agent-202", "202", "media-1", "life-1", packet.client,
        packet.queue, first, 20.0, 25.0, now + 600.0, now - 30.0,
    )  # fmt: skip
    target = f"sip:caller@{EDGE}"
    await world.obey(DialBack(order, target, replace(packet, call="call-back"), leg_media))


async def agent_ready(world: World) -> None:
    """Agent first: the agent has heard the whisper, and the caller's telephone rings."""
    await dialled(world, "agent")
    await world.listen(0.5)
    await world.answer("202")
    await world.listen(5.0)


async def gone_at_once(world: World) -> None:
    """The caller answers and hangs up; both are told together."""
    caller = world.phones["caller"]
    await caller.control.answer(caller.leg)
    await caller.control.hang_up(caller.leg)
    with capture_logs():  # that the leg is gone already is told there, too
        for event in world.ours.take_events():
            world.board.take(event)
    await world.settle()


async def test_the_agents_leg_may_stand_in_another_process(world: World) -> None:
    beside = await world.stands_beside("202")
    await dialled(world, "agent", "media-2")
    await world.listen(5.0)  # the whisper is over
    await world.answer("caller")
    assert await world.heard("caller") == {"202"}
    assert beside.standing.lends
    await world.phones["caller"].control.hang_up(world.phones["caller"].leg)
    await world.listen(0.5)
    assert not beside.standing.lends and not world.all(acd.LegDown)


async def test_a_phone_that_is_in_use_is_not_rung_beside_its_standing_leg(world: World) -> None:
    await dialled(world, "agent", "media-1")
    assert world.last(acd.OfferFailed) == acd.OfferFailed("o-back", "unreachable")


async def test_an_agent_who_goes_as_the_caller_answers_leaves_a_caller_who_waits(
    world: World,
) -> None:
    await agent_ready(world)
    caller, agent = world.phones["caller"], world.phones["202"]
    await caller.control.answer(caller.leg)
    await agent.control.hang_up(agent.leg)
    await world.settle()
    await world.listen(3.0)
    assert world.call.waiting
    reached = world.last(acd.CustomerReached)
    assert (reached.call, reached.offer) == ("call-back", "o-back")
    await caller.control.hang_up(caller.leg)
    await world.listen(0.5)
    assert world.board.empty


async def test_a_caller_who_hangs_up_at_once_keeps_no_agent(world: World) -> None:
    await agent_ready(world)
    await gone_at_once(world)
    assert world.last(acd.CustomerNotReached).why == "hung up"
    assert world.board.empty


async def test_who_hangs_up_before_the_line_has_them_was_not_reached(world: World) -> None:
    await dialled(world, "customer")
    await world.listen(0.5)
    await gone_at_once(world)
    assert world.last(acd.CustomerNotReached).why == "hung up"
    assert world.board.empty
