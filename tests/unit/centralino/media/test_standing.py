"""Agents' standing legs, and people whom we call for them: on telephones in memory, with sound."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from acd import messages as acd
from centralino.config.dialling import DialRule
from centralino.media.called import IN_TIME
from centralino.media.gate import Gate, plan_of
from centralino.media.lent import LOST_TICKS, to_standing
from centralino.media.standing import HUNG_UP, LOOK_AGAIN, LOOKS, SILENT_SECONDS
from centralino.media.switchboard import Switchboard
from centralino.messages import ConsultOrder, ContactWish, GiveTask, HandOn
from kernel.ids import LegId
from outbound.messages import (
    AttemptAcknowledged,
    AttemptAnswered,
    AttemptEnded,
    MessageStarted,
    OptedOut,
    PlaceCall,
)
from outbound.records import Outcome, call_of
from telephony.errors import NoSuchLeg
from tests.unit.centralino.media.world import BESIDE, EDGE, World

ORDER = PlaceCall(
    "att-1", "rcp-1", "spring", "town", 1, 1e12, "caller", "loop", "+3902000", 20.0, 60.0, "", "m",
    1, "This is the town. Nobody was free to talk with you.", "en", "p1", queue="bills",
    title="Spring", given={"name": "Ada Lovelace"},
)  # fmt: skip


async def stands(world: World, name: str = "201") -> LegId:
    """The agent's phone was rung and taken up."""
    leg = LegId(f"standing-{name}")
    await world.obey(acd.HoldLeg(leg, f"agent-{name}", "town", name, "media-1"))
    await world.answer(name)
    assert world.last(acd.LegUp).leg == leg
    return leg


async def joined(world: World, call: str, name: str = "201") -> acd.PlaceOffer:
    """The call is offered to the agent whose leg stands."""
    order = acd.PlaceOffer(
        f"o-{name}", call, f"agent-{name}", name, "media-1", 20.0, nailed_up=True
    )
    await world.obey(order)
    return order


async def called(world: World, **changes: Any) -> None:
    """Somebody on a list is called, and answers."""
    rules = (*world.house.config.dial_rules, DialRule(purposes=("campaign",)))
    config = world.house.config.model_copy(update={"dial_rules": rules})
    world.house.gate = Gate(plan_of(config, EDGE), world.house.tell)
    await world.obey(replace(ORDER, **changes))
    await world.answer("caller")


async def test_who_is_rung_again_hears_why_until_the_next_contact(world: World) -> None:
    leg = LegId("standing-201")
    order = acd.HoldLeg(leg, "agent-201", "town", "201", "media-1", fell="no sound")
    await world.obey(order)
    await world.answer("201")
    await world.listen(0.3)
    assert world.phones["201"].loud
    await called(world)
    await joined(world, call_of("att-1"))
    await world.listen(0.3)
    assert await world.heard("caller") == {"201"}


async def test_the_leg_stays_and_only_a_beep_tells_of_the_next_contact(world: World) -> None:
    leg = await stands(world)
    for n in (1, 2):
        await called(world, attempt=f"att-{n}")
        order = await joined(world, call_of(f"att-{n}"))
        answered, bridged = world.last(acd.OfferAnswered), world.last(acd.Bridged)
        assert answered.offer == bridged.offer == order.offer
        await world.listen(0.3)
        assert await world.heard("caller") == {"201"}
        assert await world.heard("201") == {"caller"}
        await world.obey(ContactWish(call_of(f"att-{n}"), "media-1", order.offer, "end"))
        await world.listen(0.1)
        assert world.last(acd.ContactEnded) == acd.ContactEnded(order.offer, "agent")
        assert world.last(AttemptEnded).attempt == f"att-{n}"
        assert await world.heard("201") == set()
    assert world.phones["201"].leg and not world.all(acd.LegDown)
    assert world.board.standing.of("agent-201") is not None
    assert world.board.standing.of("agent-201").leg == leg  # type: ignore[union-attr]


async def test_a_caller_is_whispered_on_the_standing_leg_and_leaves_it_standing(
    world: World,
) -> None:
    await stands(world)
    await world.queued()
    await joined(world, world.call.id)
    await world.listen(5.0)
    assert await world.heard("caller") == {"201"}
    await world.phones["201"].control.send_digits(world.phones["201"].leg, "*#")
    await world.listen(0.1)
    assert world.last(acd.ContactEnded).by == "agent"
    assert not world.all(acd.LegDown)


async def test_hanging_up_ends_the_contact_and_the_leg(world: World) -> None:
    leg = await stands(world)
    await called(world)
    await joined(world, call_of("att-1"))
    await world.phones["201"].control.hang_up(world.phones["201"].leg)
    await world.listen(0.1)
    assert world.last(acd.LegDown) == acd.LegDown(leg, HUNG_UP, hung_up=True)
    assert world.last(acd.ContactEnded).by == "agent"
    assert world.last(AttemptEnded).outcome is Outcome.ANSWERED


async def test_no_sound_from_the_phone_is_told_and_its_return(world: World) -> None:
    leg = await stands(world)
    world.phones["201"].speaks = True
    await world.listen(SILENT_SECONDS + 0.5)
    assert not world.all(acd.LegSilent)
    world.phones["201"].speaks = False
    await world.listen(SILENT_SECONDS + 0.5)
    assert world.all(acd.LegSilent) == [acd.LegSilent(leg, True)]
    world.phones["201"].speaks = True
    await world.listen(0.2)
    assert world.all(acd.LegSilent)[-1] == acd.LegSilent(leg, False)


async def test_without_its_leg_an_offer_fails_and_rings_nobody(world: World) -> None:
    await called(world)
    order = await joined(world, call_of("att-1"))
    assert world.last(acd.OfferFailed) == acd.OfferFailed(order.offer, "unreachable")
    assert not world.phones["201"].leg


async def test_control_hears_which_legs_there_are(world: World) -> None:
    leg = await stands(world)
    world.board.standing.here()
    await world.settle()
    assert world.last(acd.LegsHeld).legs == (acd.HeldLeg("agent-201", leg),)
    await world.obey(acd.DropLeg(leg, "media-1"))
    assert world.last(acd.LegDown) == acd.LegDown(leg, "the call was lost")


async def test_who_answers_is_queued_at_once_with_what_is_known(world: World) -> None:
    await called(world)
    queued = world.last(acd.CallQueued)
    assert (queued.queue, queued.outbound, queued.caller) == ("bills", True, "")
    assert world.call.packet is not None
    assert [(slot.name, slot.value) for slot in world.call.packet.slots] == [
        ("name", "Ada Lovelace")
    ]
    await stands(world)
    await joined(world, queued.call)
    await world.listen(0.04)
    assert world.last(AttemptAcknowledged) == AttemptAcknowledged("att-1", "agent")


async def test_nobody_free_in_time_is_told_who_called_and_may_opt_out(world: World) -> None:
    await called(world)
    assert world.all(AttemptAnswered) and not world.all(MessageStarted)
    await world.listen(IN_TIME + 0.1)
    assert world.last(acd.CallerLeft).call == call_of("att-1")
    assert world.last(MessageStarted).attempt == "att-1"
    late = await joined(world, call_of("att-1"))
    assert world.last(acd.OfferFailed) == acd.OfferFailed(late.offer, "caller_gone")
    await world.phones["caller"].control.send_digits(world.phones["caller"].leg, "9")
    await world.listen(0.1)
    assert world.last(OptedOut) == OptedOut("att-1", "rcp-1", "town", "caller")
    assert world.last(AttemptEnded).outcome is Outcome.ABANDONED


async def test_the_drop_message_is_heard_and_then_the_call_ends(world: World) -> None:
    await called(world)
    world.phones["caller"].loud = 0
    await world.listen(IN_TIME + 3.0)
    assert world.phones["caller"].loud > 5
    assert world.last(AttemptEnded).outcome is Outcome.ABANDONED


async def test_who_hangs_up_before_anybody_could_come_is_not_abandoned(world: World) -> None:
    await called(world)
    await world.phones["caller"].control.hang_up(world.phones["caller"].leg)
    await world.listen(0.1)
    assert world.last(AttemptEnded).outcome is Outcome.ANSWERED
    assert world.last(acd.CallerLeft).call == call_of("att-1")


@pytest.mark.parametrize("why", ["full", "no queue bills"])
async def test_a_queue_that_gives_the_call_back_leaves_nobody_in_silence(
    world: World, why: str
) -> None:
    await called(world)
    await world.obey(acd.ReleaseCall(call_of("att-1"), "media-1", why))
    await world.listen(0.1)
    assert world.last(MessageStarted).attempt == "att-1"


async def test_who_is_passed_on_to_nobody_is_told_so_and_not_left_in_music(world: World) -> None:
    await stands(world)
    await called(world)
    order = await joined(world, call_of("att-1"))
    await world.listen(0.1)
    call = world.call
    await world.obey(HandOn(call.id, "media-1", order.offer, "dreams"))
    await world.listen(0.5)
    assert world.last(acd.CallQueued).queue == "dreams"
    world.phones["caller"].loud = 0
    await world.listen(0.5)
    assert world.phones["caller"].loud > 5, "music while waiting"
    await world.obey(acd.ReleaseCall(call.id, "media-1", "no queue dreams"))
    await world.listen(4.0)
    assert world.last(AttemptEnded).outcome is Outcome.ANSWERED, (
        "it ended, and was no abandoned one"
    )
    assert not world.all(MessageStarted)


async def test_no_bot_can_be_given_a_task_where_none_is_and_the_two_go_on(world: World) -> None:
    await stands(world)
    await called(world)
    order = await joined(world, call_of("att-1"))
    await world.listen(0.1)
    await world.obey(GiveTask(world.call.id, "media-1", order.offer, "number_task"))
    await world.listen(1.0)
    assert await world.heard("201") == {"caller"}


async def stands_beside(world: World, name: str = "201") -> acd.PlaceOffer:
    """The agent's leg stands in another media process; an offer of a call that is here."""
    await world.stands_beside(name)
    call, agent = world.call.id, f"agent-{name}"
    return acd.PlaceOffer(f"o-{name}", call, agent, name, "media-1", 20.0, True, "media-2")


async def talks_abroad(world: World) -> Switchboard:
    """Somebody who was called talks with an agent whose leg stands in another process: that one."""
    await called(world)
    await world.obey(await stands_beside(world))
    await world.listen(0.1)
    assert world.last(acd.Bridged).offer == "o-201"
    (beside,) = world.beside
    assert beside.standing.lends
    return beside


async def test_a_leg_that_stands_in_another_process_is_joined_by_a_call_of_our_own(
    world: World,
) -> None:
    await called(world)
    order = await stands_beside(world)
    for n in (1, 2):
        await world.obey(replace(order, call=world.call.id))
        await world.listen(0.1)
        assert world.last(acd.Bridged).offer == order.offer
        assert await world.heard("caller") == {"201"}
        assert await world.heard("201") == {"caller"}
        (beside,) = world.beside
        assert beside.standing.lends and not beside.empty
        await world.phones["201"].control.send_digits(world.phones["201"].leg, "*#")
        await world.listen(0.2)
        assert world.last(acd.ContactEnded) == acd.ContactEnded("o-201", "agent")
        assert not beside.standing.lends and not world.all(acd.LegDown)
        if n == 1:
            await called(world, attempt="att-2")


async def test_nobody_from_outside_is_joined_with_a_standing_leg(world: World) -> None:
    beside = await talks_abroad(world)
    asked = to_standing(LegId("third"), "agent-201", BESIDE, world.house)
    edge = {"X-Centralino-Admit": world.house.secret, "X-Centralino-Source": "trunk"}
    for said in ({}, {"X-Centralino-Admit": ""}, {"X-Centralino-Admit": "guessed"}, edge):
        stranger = replace(asked, headers={"X-Centralino-Standing": "agent-201", **said})
        await world.phones["202"].control.originate(stranger)
        await world.listen(0.1)
        with pytest.raises(NoSuchLeg):
            world.phones["202"].control.media(asked.leg)
    assert await world.heard("caller") == {"201"}
    assert beside.standing.lends


async def test_an_agent_whom_nobody_has_is_not_lent(world: World) -> None:
    await called(world)
    order = await stands_beside(world)
    await world.obey(replace(order, agent="agent-202"))
    for _ in range(LOOKS):
        await asyncio.sleep(LOOK_AGAIN)
    await world.settle()
    assert world.last(acd.OfferFailed).why == "error"


async def test_the_next_contact_of_an_agent_waits_for_no_end_of_the_one_before(
    world: World,
) -> None:
    beside = await talks_abroad(world)
    asked = to_standing(LegId("second"), "agent-201", BESIDE, world.house)
    await world.phones["202"].control.originate(asked)
    await world.listen(0.1)
    assert world.last(acd.ContactEnded).offer == "o-201"
    assert beside.standing.lends
    assert beside.standing.of("agent-201") is not None, "nor does one in the same process"
    assert not beside.standing.lends and not world.all(acd.LegDown)


async def test_without_the_process_of_the_leg_no_caller_talks_to_nobody(world: World) -> None:
    world.dead.append(await talks_abroad(world))
    await world.listen(LOST_TICKS * 0.02 - 0.5)
    assert not world.all(acd.ContactEnded)
    await world.listen(1.0)
    assert world.last(acd.ContactEnded).by == "agent"


async def test_without_the_process_of_the_call_the_leg_is_free_again(world: World) -> None:
    beside = await talks_abroad(world)
    world.dead.append(world.board)
    await world.listen(LOST_TICKS * 0.02 + 0.5)
    assert not beside.standing.lends
    assert beside.standing.of("agent-201") is not None and not world.all(acd.LegDown)


async def test_who_says_nothing_for_long_is_not_taken_for_lost(world: World) -> None:
    beside = await talks_abroad(world)
    await world.listen(LOST_TICKS * 0.02 * 3)
    assert beside.standing.lends
    assert await world.heard("caller") == {"201"}


async def test_whose_leg_stands_in_another_process_is_consulted_there(world: World) -> None:
    await world.talking()
    order = await stands_beside(world, "202")
    await world.obey(
        ConsultOrder(world.call.id, "media-1", "o-201", queue="bills", agent="agent-202")
    )
    await world.obey(replace(order, call=world.last(acd.CallQueued).call))
    await world.listen(5.0)  # the whisper is over
    assert world.last(acd.Bridged).offer == "o-202"
    assert "202" in await world.heard("201")


async def test_an_agent_abroad_who_hangs_up_ends_the_contact_and_the_leg(world: World) -> None:
    await talks_abroad(world)
    await world.phones["201"].control.hang_up(world.phones["201"].leg)
    await world.listen(0.1)
    assert world.last(acd.LegDown).hung_up
    assert world.last(acd.ContactEnded).by == "agent"
    assert not world.beside[0].standing.lends
