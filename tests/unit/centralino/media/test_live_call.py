"""A caller, agents and a supervisor on telephones in memory: who hears whom, and what is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from acd import messages as acd
from centralino import messages as house_messages
from centralino.callback_messages import CallbackAsked
from centralino.caller_messages import CallerNamed
from kernel.packet import whisper_text
from telephony.errors import NoSuchLeg
from tests.unit.centralino.media.world import CALLER, World
from voicebot.speech.scripted import TextSynthesiser


async def test_caller_and_agent_hear_each_other_and_nobody_else_does(world: World) -> None:
    await world.talking()
    assert await world.heard("caller") == {"201"}
    assert await world.heard("201") == {"caller"}


async def test_a_phone_that_sends_nothing_gets_no_caller(world: World) -> None:
    await world.queued()
    world.house.engines = replace(world.house.engines, synthesiser=TextSynthesiser(0.3))
    (order,) = await world.offered("201")
    await world.answer("201")
    await world.listen(5.0)  # the whisper is over, and not a packet came
    assert world.last(acd.OfferFailed) == acd.OfferFailed(order.offer, "no_sound")
    assert not world.all(acd.Bridged)
    await world.offered("202")
    await world.answer("202")
    world.phones["202"].speaks = True
    await world.listen(5.0)
    assert world.last(acd.Bridged).offer == "o-202"


async def test_a_phone_with_silence_suppression_whose_agent_presses_a_key_has_the_caller(
    world: World,
) -> None:
    await world.queued()
    world.house.engines = replace(world.house.engines, synthesiser=TextSynthesiser(0.3))
    await world.offered("201")
    await world.answer("201")
    await world.listen(1.7)
    assert world.call.agent is not None, "the whisper is long"
    phone = world.phones["201"]
    await phone.control.send_digits(phone.leg, "1")
    await world.listen(0.2)
    assert world.last(acd.Bridged).offer == "o-201"
    assert not world.all(acd.OfferFailed)


# --- ring all


async def test_of_several_phones_the_first_to_answer_has_the_caller(world: World) -> None:
    await world.queued()
    await world.offered("201", "202")
    assert set(world.call.offers) == {"o-201", "o-202"}
    await world.answer("202")
    await world.listen(5.0)
    assert world.last(acd.Bridged).offer == "o-202"
    assert world.last(acd.OfferFailed) == acd.OfferFailed("o-201", "lost_race")
    assert await world.heard("caller") == {"202"}
    assert await world.heard("201") == set()


async def test_while_one_phone_rings_the_failure_of_another_changes_nothing(world: World) -> None:
    await world.queued()
    await world.offered("201", "202")
    await world.obey(acd.WithdrawOffer("o-201", "media-1", world.call.id, "x"))
    assert world.call.offers == ("o-202",)
    await world.answer("202")
    await world.listen(5.0)
    assert await world.heard("202") == {"caller"}


async def test_the_name_that_the_records_have_is_whispered(world: World) -> None:
    await world.queued()
    await world.obey(CallerNamed(world.call.id, "media-1", "Rosa Bianchi"))
    await world.offered("201")
    agent = world.call.ringing["o-201"]
    assert whisper_text(agent.packet).startswith("Rosa Bianchi: ")


# --- a supervisor


async def joined(world: World, mode: str = "listen") -> None:
    order = house_messages.Supervise(world.call.id, "media-1", "boss", mode, "user-boss")
    await world.obey(order)
    await world.answer("boss")
    await world.listen(1.0)  # the tone that tells it is over


async def test_a_supervisor_hears_both_and_is_heard_by_whom_the_keys_say(world: World) -> None:
    await world.talking()
    await joined(world)
    boss = world.phones["boss"]
    assert await world.heard("caller", "201") == {"caller", "201", "boss"}
    assert await world.heard("boss") == set()
    for key, hear in (("2", {"201"}), ("3", {"caller", "201"}), ("1", set())):
        await boss.control.send_digits(boss.leg, key)
        await world.settle()
        assert await world.heard("boss") == hear
    await boss.control.hang_up(boss.leg)
    await world.settle()
    assert await world.heard("caller") == {"201"}
    told = world.all(house_messages.Supervised)
    assert [each.mode for each in told] == ["listen", "whisper", "barge", "listen", "left"]
    assert {each.by for each in told} == {"user-boss"}


async def test_the_tone_tells_both_sides_that_somebody_joins(world: World) -> None:
    await world.talking()
    for phone in world.phones.values():
        phone.loud = 0
    await joined(world)
    assert world.phones["caller"].loud > 10 and world.phones["201"].loud > 10


async def test_who_takes_over_has_the_caller_alone(world: World) -> None:
    order = await world.talking()
    await joined(world)
    boss = world.phones["boss"]
    await boss.control.send_digits(boss.leg, "4")
    await world.settle()
    assert world.last(acd.ContactEnded) == acd.ContactEnded(order.offer, "agent")
    assert await world.heard("boss") == {"caller"}
    assert await world.heard("caller") == {"boss"}
    assert await world.heard("201") == set()
    await boss.control.hang_up(boss.leg)
    await world.listen(0.5)
    assert world.last(house_messages.CallFinished).outcome == "transferred"


async def test_a_supervisor_goes_with_the_caller(world: World) -> None:
    await world.talking()
    await joined(world)
    await world.phones["caller"].control.hang_up(CALLER)
    await world.listen(0.5)
    assert world.last(house_messages.Supervised).mode == "left"
    with pytest.raises(NoSuchLeg):
        world.phones["boss"].control.media(world.phones["boss"].leg)


async def test_only_one_supervisor_and_only_in_a_contact(world: World) -> None:
    await world.queued()
    order = house_messages.Supervise(world.call.id, "media-1", "boss", "listen", "u")
    await world.obey(order)
    assert world.phones["boss"].leg == ""


# --- on to another queue


async def test_a_caller_is_handed_on_with_the_packet(world: World) -> None:
    order = await world.talking()
    await world.obey(house_messages.HandOn(world.call.id, "media-1", order.offer, "bills"))
    assert world.last(acd.ContactEnded).offer == order.offer
    again = world.last(acd.CallQueued)
    assert (again.call, again.queue) == (world.call.id, "bills")
    assert world.last(house_messages.PacketMade).packet.queue == "bills"
    await world.listen(1.0)
    assert world.call.waiting
    await world.offered("202")
    await world.answer("202")
    await world.listen(5.0)
    assert await world.heard("caller") == {"202"}
    late = house_messages.HandOn(world.call.id, "media-1", order.offer, "danger")
    await world.obey(late)
    assert world.last(acd.CallQueued).queue == "bills"


# --- a message


async def test_who_may_not_wait_leaves_a_message(world: World) -> None:
    await world.queued()
    call = world.call
    await world.obey(acd.ReleaseCall(call.id, "media-1", "too_long"))
    await world.listen(4.0)  # the prompt and the tone
    caller = world.phones["caller"]
    caller.speaks = True
    await world.listen(2.0)
    caller.speaks = False
    await world.listen(1.0)
    await caller.control.send_digits(CALLER, "#")
    await world.listen(0.5)
    lines = [said.line for said in world.all(house_messages.CallSaid) if said.line.who == "caller"]
    assert "call me back" in [line.text for line in lines]
    assert world.last(house_messages.CallFinished).outcome == "voicemail"


async def may_not_wait(world: World, limit: Any = "full") -> None:
    """The caller is asked whether to be called back instead."""
    await world.queued()
    told = acd.TellPosition(world.call.id, "media-1", 1, 1, 0, "house", callback="offer")
    await world.obey(replace(told, limit=limit))
    await world.listen(1.0)
    said = [each.line.text for each in world.all(house_messages.CallSaid)]
    assert "Shall we call you back?" in said[-1]


async def test_who_may_not_wait_is_called_back_instead(world: World) -> None:
    await may_not_wait(world)
    await world.phones["caller"].control.send_digits(CALLER, "1")
    await world.listen(1.0)
    await world.phones["caller"].control.send_digits(CALLER, "1")
    await world.listen(1.0)
    asked = world.last(CallbackAsked)
    assert asked.call == world.call.id
    await world.obey(acd.CallbackBooked(asked.call, "media-1", asked.callback))
    await world.listen(2.0)
    assert world.last(house_messages.CallFinished).outcome == "callback"


async def test_a_limit_of_one_queue_is_forgotten_in_the_next(world: World) -> None:
    await may_not_wait(world)
    await world.joined()  # an agent came after all
    bills = house_messages.HandOn(world.call.id, "media-1", "o-201", "bills")
    await world.obey(bills)
    await world.listen(1.0)
    before = len(world.all(house_messages.CallSaid))
    await world.obey(acd.ReleaseCall(world.call.id, "media-1", "closed", "bills"))
    await world.listen(1.0)
    said = [each.line.text for each in world.all(house_messages.CallSaid)[before:]]
    assert said[0] == "We are closed."


async def test_who_may_not_wait_and_wants_no_callback_leaves_a_message(world: World) -> None:
    await may_not_wait(world)
    await world.phones["caller"].control.send_digits(CALLER, "2")
    await world.listen(0.2)
    assert world.last(acd.CallerLeft) == acd.CallerLeft(world.call.id, "voicemail")
    assert world.call.voicemail is not None


async def test_who_may_not_wait_and_wants_no_callback_has_the_bot_again(world: World) -> None:
    queues = [queue.model_copy(update={"voicemail": False})
              for queue in world.house.config.queues]  # fmt: skip
    world.house.config = world.house.config.model_copy(update={"queues": tuple(queues)})
    await may_not_wait(world)
    await world.phones["caller"].control.send_digits(CALLER, "2")
    await world.listen(1.0)
    assert world.last(acd.CallerLeft) == acd.CallerLeft(world.call.id, "sent_back")
    said = [each.line.text for each in world.all(house_messages.CallSaid)]
    assert not world.call.waiting
    assert sum("Nobody is there." in text for text in said) == 1


async def test_where_the_call_waited_last_says_whether_there_are_messages(world: World) -> None:
    await world.queued()
    order = acd.ReleaseCall(world.call.id, "media-1", "too_long", "bills")
    await world.obey(order)  # it had overflowed, and no place was told there yet
    assert world.call.voicemail is None
    assert world.last(house_messages.PacketMade).packet.queue == "bills"


async def test_a_fault_is_no_reason_for_a_message(world: World) -> None:
    await world.queued()
    await world.obey(acd.ReleaseCall(world.call.id, "media-1", "no queue house"))
    await world.listen(1.0)
    assert world.call.voicemail is None
