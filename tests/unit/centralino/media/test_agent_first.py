"""An agent wants somebody dialled: at the phone first, on telephones in memory with sound."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd import messages as acd
from centralino.config.dialling import DialRule
from centralino.media.agent_first import COMES_IN, WORD_IN
from centralino.media.gate import Gate, plan_of
from outbound.messages import (
    AgentThere,
    AttemptAcknowledged,
    AttemptEnded,
    AttemptInvited,
    AttemptRefused,
    GoAhead,
    StopAttempt,
)
from outbound.records import Outcome, Refusal, call_of
from tests.unit.centralino.media.test_standing import ORDER, stands
from tests.unit.centralino.media.world import EDGE, World

CALL = call_of("att-1")
OFFER = acd.PlaceOffer("o-201", CALL, "agent-201", "201", "media-1", 20.0)


async def wanted(world: World) -> acd.CallQueued:
    """The agent said "dial"."""
    rules = (*world.house.config.dial_rules, DialRule(purposes=("campaign",)))
    config = world.house.config.model_copy(update={"dial_rules": rules})
    world.house.gate = Gate(plan_of(config, EDGE), world.house.tell)
    await world.obey(replace(ORDER, agent="agent-201"))
    return world.last(acd.CallQueued)


async def go(world: World) -> None:
    await world.obey(GoAhead("att-1", "media-1", "town", 1, 1e12))


async def ringing(world: World, standing: bool = True) -> None:
    """The agent is there, and the called's telephone rings."""
    if standing:
        await stands(world)
    await wanted(world)
    await world.obey(replace(OFFER, nailed_up=standing))
    if not standing:
        await world.answer("201")
    assert world.last(AgentThere) == AgentThere("att-1")
    assert not world.phones["caller"].leg and not world.all(AttemptInvited)
    await go(world)
    await world.listen(0.1)
    assert world.phones["caller"].leg and len(world.all(AttemptInvited)) == 1


@pytest.mark.parametrize("standing", [True, False])
async def test_who_answers_is_with_the_agent_who_heard_it_ring(
    world: World, standing: bool
) -> None:
    await ringing(world, standing)
    world.phones["201"].loud = 0
    await world.listen(0.6)
    assert world.phones["201"].loud > 10, "the agent hears it ring"
    await world.answer("caller")
    await world.listen(0.1)
    assert world.last(acd.Bridged).offer == "o-201"
    assert world.last(AttemptAcknowledged) == AttemptAcknowledged("att-1", "agent")
    assert await world.heard("caller") == {"201"}
    assert await world.heard("201") == {"caller"}
    assert len(world.all(acd.CallQueued)) == 1
    await world.phones["caller"].control.hang_up(world.phones["caller"].leg)
    await world.listen(0.1)
    assert world.last(acd.ContactEnded).by == "caller"
    assert world.last(AttemptEnded).outcome is Outcome.ANSWERED
    assert (world.board.standing.of("agent-201") is not None) is standing


async def test_it_is_kept_for_the_agent_and_no_waiting_caller(world: World) -> None:
    queued = await wanted(world)
    assert (queued.agent, queued.agent_seconds, queued.queue) == ("agent-201", 0.0, "bills")
    assert queued.dial_seconds > ORDER.ring_timeout
    assert world.board._held().waiting == (CALL,)
    await world.obey(OFFER)
    assert world.board._held().offers == ("o-201",)


async def test_who_is_not_reached_leaves_the_agent_free(world: World) -> None:
    await ringing(world)
    await world.phones["caller"].control.hang_up(world.phones["caller"].leg)
    await world.listen(0.1)
    assert world.last(acd.OfferFailed) == acd.OfferFailed("o-201", "caller_gone")
    assert world.last(AttemptEnded).outcome is Outcome.BUSY
    assert world.board.standing.of("agent-201") is not None
    assert world.board._held().waiting == ()


async def test_an_agent_who_hangs_up_stops_the_ringing(world: World) -> None:
    await ringing(world, standing=False)
    await world.phones["201"].control.hang_up(world.phones["201"].leg)
    await world.listen(0.1)
    assert world.last(acd.CallerLeft).call == CALL
    assert world.last(AttemptEnded).outcome is Outcome.CANCELLED


@pytest.mark.parametrize("what", ["nobody comes", "declined", "released", "stopped", "no word"])
async def test_without_the_agent_or_the_dialler_s_word_nobody_is_rung(
    world: World, what: str
) -> None:
    await wanted(world)
    if what == "declined":
        await world.obey(OFFER)
        await world.obey(acd.WithdrawOffer("o-201", "media-1", CALL, "declined"))
    elif what == "released":
        await world.obey(acd.ReleaseCall(CALL, "media-1", "closed"))
    elif what == "stopped":
        await world.obey(StopAttempt("att-1", "media-1", "town", "paused"))
    elif what == "no word":
        await world.obey(OFFER)
        await world.answer("201")
        await world.listen(WORD_IN + 0.1)
    else:
        await world.listen(COMES_IN + 0.1)
    assert world.last(AttemptRefused) == AttemptRefused("att-1", Refusal.NO_AGENT)
    assert world.board._held() == acd.CallsHeld("media-1", "life-1")
    await go(world)
    await world.listen(0.1)
    assert not world.phones["caller"].leg and not len(world.board.out)


async def test_an_older_epoch_s_word_counts_no_more(world: World) -> None:
    await stands(world)
    await wanted(world)
    await world.obey(replace(OFFER, nailed_up=True))
    await world.obey(GoAhead("att-1", "media-1", "town", 0, 1e12))
    await world.listen(0.1)
    assert not world.phones["caller"].leg
