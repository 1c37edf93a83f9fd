"""An agent has the bot do something in the middle of a contact: on telephones in memory."""

from __future__ import annotations

from acd import messages as acd
from centralino import messages as house_messages
from tests.unit.centralino.media.world import World


async def give(world: World, task: str, **slots: str) -> None:
    order = house_messages.GiveTask(world.call.id, "media-1", "o-201", task, dict(slots))
    await world.obey(order)


async def press(world: World, keys: str) -> None:
    caller = world.phones["caller"]
    await caller.control.send_digits(caller.leg, keys)
    await world.listen(3.0)


async def test_the_bot_does_it_and_the_caller_comes_back_with_the_result(world: World) -> None:
    await world.talking()
    before = world.call.packet
    assert before is not None
    await give(world, "number_task", kind="gas")
    assert world.last(acd.ContactEnded) == acd.ContactEnded("o-201", "agent")
    assert world.call.contact is None and not world.call.waiting
    await world.listen(3.0)
    await press(world, "1234")
    await press(world, "1")
    again = world.last(acd.CallQueued)
    assert (again.queue, again.agent, again.agent_seconds) == (before.queue, "agent-201", 20.0)
    assert again.priority == world.house.config.acd.priority_cap, "at the head"
    packet = world.last(house_messages.PacketMade).packet
    assert {slot.name: slot.value for slot in packet.slots} == {"number": "1234", "kind": "gas"}
    assert len(packet.transcript) > len(before.transcript)
    await world.offered("201")
    await world.answer("201")
    await world.listen(5.0)
    assert await world.heard("201") == {"caller"}
    assert await world.heard("caller") == {"201"}


async def test_what_is_no_task_is_refused_and_the_contact_goes_on(world: World) -> None:
    await world.talking()
    for task in ("hours", "bill", "no such"):
        world.phones["201"].loud = 0
        await give(world, task)
        await world.listen(0.5)
        assert world.phones["201"].loud > 5, "a tone"
    assert await world.heard("201") == {"caller"}
    assert world.all(acd.ContactEnded) == []


async def test_a_late_click_gives_nothing(world: World) -> None:
    await world.talking()
    order = house_messages.GiveTask(world.call.id, "media-1", "o-other", "number_task")
    await world.obey(order)
    assert world.all(acd.ContactEnded) == []


async def test_a_caller_who_hangs_up_in_a_task_was_with_an_agent(world: World) -> None:
    await world.talking()
    await give(world, "number_task")
    await world.listen(1.0)
    await world.phones["caller"].control.hang_up(world.phones["caller"].leg)
    await world.listen(0.5)
    assert world.last(house_messages.CallFinished).outcome == "transferred"
    assert world.all(acd.CallerLeft) == []
