"""Consultation, transfer after it, conference, and outside numbers: on telephones in memory."""

from __future__ import annotations

import pytest

from acd import messages as acd
from centralino import messages as house_messages
from centralino.media.second import Consult
from centralino.messages import call_of
from tests.unit.centralino.media.world import CALLER, World

BOTH = {"201", "202"}


async def wish(world: World, wish: str, offer: str = "o-201") -> None:
    await world.obey(house_messages.ContactWish(world.call.id, "media-1", offer, wish))


async def ask(world: World, **to: object) -> None:
    order = house_messages.ConsultOrder(world.call.id, "media-1", "o-201", **to)  # type: ignore[arg-type]
    await world.obey(order)


async def calling(world: World) -> str:
    """The first agent has called the second; the second's telephone rings. The consultation."""
    await world.talking()
    await ask(world, queue="bills", agent="agent-202")
    queued = world.last(acd.CallQueued)
    assert call_of(queued.call) == queued.consult == world.call.id != queued.call
    assert (queued.queue, queued.agent) == ("bills", "agent-202")
    order = acd.PlaceOffer("o-202", queued.call, "agent-202", "202", "media-1", 20.0)
    await world.obey(order)
    return queued.call


async def consulting(world: World) -> str:
    """First and second talk; the caller is on hold."""
    name = await calling(world)
    await world.answer("202")
    await world.listen(5.0)  # the whisper is over
    assert world.last(acd.Bridged).offer == "o-202"
    return name


async def hang_up(world: World, name: str) -> None:
    await world.phones[name].control.hang_up(world.phones[name].leg)
    await world.listen(0.5)


def talks(world: World, offer: str) -> str:
    return [each.talk for each in world.all(acd.ContactMoved) if each.offer == offer][-1]


async def with_caller(world: World, *names: str) -> None:
    """These and the caller hear each other, and nobody else is there; no music."""
    await world.listen(1.0)
    everybody = {"caller", *names}
    assert await world.heard() == set()
    for name in everybody:
        assert await world.heard(name) == everybody - {name}


async def test_while_the_second_rings_the_caller_has_music_and_the_first_the_tone(
    world: World,
) -> None:
    await calling(world)
    assert talks(world, "o-201") == "calling"
    assert await world.heard() >= {"caller"}
    world.phones["201"].loud = 0
    await world.listen(5.0)
    assert world.phones["201"].loud > 30, "ringing tone"


async def test_the_caller_hears_nothing_of_a_consultation(world: World) -> None:
    await consulting(world)
    await world.listen(1.0)
    assert (talks(world, "o-201"), talks(world, "o-202")) == ("consult", "consulted")
    assert await world.heard("201") == {"202", "caller"}, "the caller has music"
    assert await world.heard("caller") == {"caller"}


async def test_the_packet_goes_along(world: World) -> None:
    name = await consulting(world)
    second = world.board._agents[world.call.contact.second.leg.leg]  # type: ignore[union-attr]
    assert isinstance(second, Consult) and second.packet.call == name
    assert second.packet.transcript == world.call.packet.transcript  # type: ignore[union-attr]
    kept = {made.packet.call for made in world.all(house_messages.PacketMade)}
    assert kept == {world.call.id}, "one copy, so that erasing the call erases it"


async def test_completed_the_caller_has_the_second_and_the_first_wraps_up(world: World) -> None:
    await consulting(world)
    await wish(world, "complete")
    await with_caller(world, "202")
    assert world.last(acd.ContactEnded) == acd.ContactEnded("o-201", "agent")
    assert world.last(acd.ContactJoined) == acd.ContactJoined("o-202", world.call.id)
    await wish(world, "hold", "o-202")  # the second can do all that the first could
    assert talks(world, "o-202") == "hold"
    await wish(world, "retrieve", "o-202")
    await hang_up(world, "202")
    assert world.last(acd.ContactEnded) == acd.ContactEnded("o-202", "agent")
    assert world.last(house_messages.CallFinished).agent == "agent-202"


async def test_a_paused_recording_goes_on_for_the_next_agent(world: World) -> None:
    await consulting(world)
    await wish(world, "swap")
    await wish(world, "pause")
    await wish(world, "complete")
    assert [each.on for each in world.all(house_messages.RecordingPaused)] == [True, False]


async def test_who_is_asked_can_be_supervised(world: World) -> None:
    name = await consulting(world)
    await world.obey(house_messages.Supervise(name, "media-1", "boss", "listen", "user-boss"))
    await world.answer("boss")
    await world.listen(1.0)
    assert await world.heard("202") >= {"201", "boss"}


async def test_returned_the_caller_has_the_first(world: World) -> None:
    await consulting(world)
    await wish(world, "return")
    await with_caller(world, "201")
    assert world.last(acd.ContactEnded) == acd.ContactEnded("o-202", "agent")


async def test_swapped_the_second_has_music(world: World) -> None:
    await consulting(world)
    await wish(world, "swap")
    assert await world.heard("201") == {"caller", "202"}
    assert await world.heard("202") == {"202"}
    await wish(world, "swap")
    assert await world.heard("202") == {"201", "caller"}


async def test_three_together_and_whoever_leaves_leaves_the_two_others(world: World) -> None:
    await consulting(world)
    await wish(world, "join")
    await with_caller(world, "201", "202")
    await hang_up(world, "201")
    await with_caller(world, "202")


async def test_the_second_leaves_a_conference(world: World) -> None:
    await consulting(world)
    await wish(world, "join")
    await hang_up(world, "202")
    await with_caller(world, "201")


async def test_the_caller_leaves_a_conference_and_the_agents_talk_on(world: World) -> None:
    await consulting(world)
    await wish(world, "join")
    call = world.call
    await world.phones["caller"].control.hang_up(CALLER)
    await world.listen(0.5)
    assert world.last(house_messages.CallFinished).call == call.id
    assert world.all(acd.ContactEnded) == []
    assert await world.heard("201") == {"202"} and await world.heard("202") == {"201"}
    assert set(world.board._held().offers) == {"o-201", "o-202"}
    await hang_up(world, "201")
    assert {each.offer for each in world.all(acd.ContactEnded)} == {"o-201", "o-202"}
    assert world.house.pump._ticks == {}


@pytest.mark.parametrize("way", ["refused", "released", "withdrawn", "too late"])
async def test_a_second_who_is_not_had_gives_the_caller_back(world: World, way: str) -> None:
    name = await calling(world)
    if way == "refused":
        await hang_up(world, "202")
    elif way == "released":
        await world.obey(acd.ReleaseCall(name, "media-1", "no_agents"))
    elif way == "withdrawn":
        await world.obey(acd.WithdrawOffer("o-202", "media-1", name, "lease ended"))
        await world.obey(acd.ReleaseCall(name, "media-1", "too_long"))
    else:
        await world.listen(91.0)
    await world.listen(1.0)
    assert talks(world, "o-201") == "talking"
    assert world.last(acd.CallerLeft) == acd.CallerLeft(name, "exit")
    await with_caller(world, "201")
    assert world.phones["202"].leg not in world.board._agents


async def test_the_first_hangs_up_in_a_consultation_and_the_caller_has_the_second(
    world: World,
) -> None:
    await consulting(world)
    await hang_up(world, "201")
    await with_caller(world, "202")


async def test_the_first_hangs_up_while_it_rings_and_the_caller_is_back_in_the_queue(
    world: World,
) -> None:
    name = await calling(world)
    held = world.board._held()
    assert (held.waiting, set(held.offers)) == ((name,), {"o-201", "o-202"})
    await hang_up(world, "201")
    assert world.call.waiting and world.last(acd.CallQueued).call == world.call.id
    assert world.last(acd.CallQueued).agent == "", "who hung up does not get the caller back"
    assert world.last(acd.CallerLeft) == acd.CallerLeft(name, "exit")
    late = acd.PlaceOffer("o-late", name, "agent-202", "202", "media-1", 20.0)
    await world.obey(late)
    assert world.last(acd.OfferFailed) == acd.OfferFailed("o-late", "caller_gone")


async def test_the_caller_hangs_up_while_it_rings_and_nobody_rings_on(world: World) -> None:
    name = await calling(world)
    await world.phones["caller"].control.hang_up(CALLER)
    await world.listen(0.5)
    assert world.last(acd.ContactEnded) == acd.ContactEnded("o-201", "caller")
    assert world.last(acd.CallerLeft) == acd.CallerLeft(name, "exit")
    await world.listen(0.5)
    assert world.board._agents == {}


async def test_a_transfer_without_waiting_leaves_at_once(world: World) -> None:
    await calling(world)
    await wish(world, "complete")
    assert world.last(acd.ContactEnded) == acd.ContactEnded("o-201", "agent")
    assert await world.heard() == {"caller"}, "music"
    await world.answer("202")
    await world.listen(5.0)
    await with_caller(world, "202")
    assert world.last(acd.ContactJoined) == acd.ContactJoined("o-202", world.call.id)


async def test_a_transfer_that_fails_leads_back_to_the_queue(world: World) -> None:
    await calling(world)
    await wish(world, "complete")
    await hang_up(world, "202")
    assert world.call.waiting
    again = world.last(acd.CallQueued)
    assert (again.call, again.queue) == (world.call.id, "house")
    assert (again.agent, again.agent_seconds) == ("agent-201", 20.0), "first to who gave it away"


# --- an outside number


async def outside(world: World, **more: object) -> None:
    await world.talking()
    await ask(world, number="boss", **more)


async def test_an_outside_number_is_consulted_and_has_the_caller(world: World) -> None:
    await outside(world)
    await world.answer("boss")
    await world.listen(1.0)
    assert await world.heard("boss") == {"201", "caller"}, "the caller has music"
    await wish(world, "complete")
    await with_caller(world, "boss")
    assert world.last(acd.ContactEnded) == acd.ContactEnded("o-201", "agent")
    await hang_up(world, "boss")
    assert world.last(house_messages.CallFinished).outcome == "transferred"


async def test_blind_to_an_outside_number_that_refuses_leads_back_to_the_queue(
    world: World,
) -> None:
    await outside(world, blind=True)
    assert world.last(acd.ContactEnded) == acd.ContactEnded("o-201", "agent")
    await hang_up(world, "boss")
    assert world.call.waiting and await world.heard() == {"caller"}


async def test_blind_to_an_outside_number_that_answers(world: World) -> None:
    await outside(world, blind=True)
    await world.answer("boss")
    await with_caller(world, "boss")


async def test_a_number_that_no_rule_allows_is_not_dialled(world: World) -> None:
    await world.talking()
    await ask(world, number="+19005551234", blind=True)
    assert world.last(house_messages.NotDialled).purpose == "transfer"
    assert talks(world, "o-201") == "talking"
    await with_caller(world, "201")


# --- by keys


async def test_all_of_it_by_keys(world: World) -> None:
    await world.talking()

    async def keys(pressed: str) -> None:
        await world.phones["201"].control.send_digits(world.phones["201"].leg, pressed)
        await world.settle()

    await keys("*4202#")
    assert world.last(house_messages.ConsultKeyed).digits == "202"
    await ask(world, queue="bills", agent="agent-202")
    name = world.last(acd.CallQueued).call
    await world.obey(acd.PlaceOffer("o-202", name, "agent-202", "202", "media-1", 20.0))
    await world.answer("202")
    await world.listen(5.0)
    for pressed, talk in (("*5", "swapped"), ("*6", "conference"), ("*8", "talking")):
        await keys(pressed)
        assert talks(world, "o-201") == talk
    world.phones["201"].loud = 0
    await keys("*5")
    await world.listen(0.5)
    assert world.phones["201"].loud > 5, "that cannot be now"


async def test_nobody_takes_over_a_caller_whom_no_agent_has(world: World) -> None:
    await world.talking()
    order = house_messages.Supervise(world.call.id, "media-1", "boss", "listen", "user-boss")
    await world.obey(order)
    await world.answer("boss")
    await ask(world, queue="bills", agent="agent-202", blind=True)
    boss = world.phones["boss"]
    await boss.control.send_digits(boss.leg, "4")
    await world.listen(1.0)
    assert world.last(house_messages.Supervised).mode == "listen"
    name = world.last(acd.CallQueued).call
    await world.obey(acd.PlaceOffer("o-202", name, "agent-202", "202", "media-1", 20.0))
    await world.answer("202")
    await world.listen(5.0)
    assert await world.heard("202") == {"caller", "boss"}


async def test_a_supervisor_who_takes_over_ends_the_consultation(world: World) -> None:
    await world.talking()
    order = house_messages.Supervise(world.call.id, "media-1", "boss", "listen", "user-boss")
    await world.obey(order)
    await world.answer("boss")
    await world.listen(1.0)
    await ask(world, queue="bills", agent="agent-202")
    name = world.last(acd.CallQueued).call
    await world.obey(acd.PlaceOffer("o-202", name, "agent-202", "202", "media-1", 20.0))
    await world.answer("202")
    await world.listen(5.0)
    assert await world.heard("201") == {"202", "boss", "caller"}, "the caller has music"
    boss = world.phones["boss"]
    await boss.control.send_digits(boss.leg, "4")
    await world.settle()
    await with_caller(world, "boss")
    assert {each.offer for each in world.all(acd.ContactEnded)} == {"o-201", "o-202"}


async def test_a_transfer_from_a_telephone_that_held_ends_like_any_other(world: World) -> None:
    await world.talking()
    phone = world.phones["201"]
    await phone.control.hold(phone.leg, True)
    await world.settle()
    await ask(world, queue="bills", agent="agent-202")
    await wish(world, "complete")
    world.clock.advance(100.0)
    await world.listen(1.0)
    assert world.call.contact is None and world.call.waiting, "in the queue, not on hold for ever"


async def test_a_telephone_that_holds_gives_no_silence_when_the_second_was_not_had(
    world: World,
) -> None:
    await world.talking()
    phone = world.phones["201"]
    await phone.control.hold(phone.leg, True)
    await world.settle()
    await ask(world, queue="bills", agent="agent-202")
    queued = world.last(acd.CallQueued)
    await world.obey(acd.ReleaseCall(queued.call, "media-1", "no agent"))
    assert talks(world, "o-201") == "hold", "music, and a limit"
    assert await world.heard() >= {"caller"}
    await phone.control.hold(phone.leg, False)
    await world.settle()
    await with_caller(world, "201")


async def test_a_colleague_who_declines_on_the_page_was_not_had(world: World) -> None:
    name = await calling(world)
    await world.obey(acd.WithdrawOffer("o-202", "media-1", name, "declined"))
    assert talks(world, "o-201") == "talking"


async def test_colleagues_whose_caller_left_are_not_cut_off_and_can_end_it(world: World) -> None:
    await consulting(world)
    call = world.call
    await world.phones["caller"].control.hang_up(CALLER)
    await world.listen(0.5)
    assert not world.board.empty, "a process that drains waits for them"
    await world.obey(house_messages.ContactWish(call.id, "media-1", "o-201", "complete"))
    await world.listen(0.5)
    assert world.board.empty
