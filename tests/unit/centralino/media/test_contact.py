"""A caller on hold, and a recording that pauses: on telephones in memory."""

from __future__ import annotations

import pytest

from acd import messages as acd
from centralino import messages as house_messages
from telephony.media.recording import Channel
from tests.unit.centralino.media.world import CALLER, World


async def wish(world: World, wish: str, offer: str = "o-201") -> None:
    order = house_messages.ContactWish(world.call.id, "media-1", offer, wish)
    await world.obey(order)


async def press(world: World, name: str, keys: str) -> None:
    phone = world.phones[name]
    await phone.control.send_digits(phone.leg, keys)
    await world.settle()


async def music(world: World, name: str) -> bool:
    """Whether this telephone hears something though nobody speaks."""
    return name in await world.heard()


@pytest.mark.parametrize("way", ["page", "keys", "telephone"])
async def test_a_caller_on_hold_hears_music_and_comes_back(world: World, way: str) -> None:
    await world.talking()
    phone = world.phones["201"]

    async def hold(on: bool) -> None:
        if way == "page":
            await wish(world, "hold" if on else "retrieve")
        elif way == "keys":
            await press(world, "201", "*3")
        else:
            await phone.control.hold(phone.leg, on)
            await world.settle()

    await hold(True)
    assert world.last(acd.ContactMoved) == acd.ContactMoved("o-201", "hold")
    assert await world.heard("201") == {"caller"}, "music, and no word of the agent"
    assert await world.heard("caller") == {"caller"}, "music; the agent hears nothing"
    await hold(False)
    assert world.last(acd.ContactMoved) == acd.ContactMoved("o-201", "talking")
    await world.listen(1.0)
    assert await world.heard() == set()
    assert await world.heard("201") == {"caller"}
    assert await world.heard("caller") == {"201"}


async def test_a_late_click_changes_nothing(world: World) -> None:
    await world.talking()
    await wish(world, "hold", "o-other")
    assert world.all(acd.ContactMoved) == []
    assert await world.heard("201") == {"caller"}


async def test_an_agent_who_hangs_up_on_hold_gives_the_caller_back_to_the_queue(
    world: World,
) -> None:
    first = await world.queued_and_talking()
    await wish(world, "hold")
    await world.listen(30.0)
    phone = world.phones["201"]
    await phone.control.hang_up(phone.leg)
    await world.listen(1.0)
    assert world.last(acd.ContactEnded) == acd.ContactEnded("o-201", "agent")
    again = world.last(acd.CallQueued)
    assert (again.call, again.queue) == (first.call, first.queue)
    assert again.priority >= first.priority + 30, "the time in the house is its head start"
    assert world.call.waiting and await music(world, "caller")
    await world.offered("202")
    await world.answer("202")
    await world.listen(5.0)
    assert await world.heard("202") == {"caller"}


async def test_a_caller_forgotten_on_hold_is_given_back(world: World) -> None:
    await world.talking()
    await wish(world, "hold")
    world.phones["201"].loud = 0
    await world.listen(61.0)
    assert world.phones["201"].loud > 5, "reminded"
    world.clock.advance(240.0)
    await world.listen(1.0)
    assert world.last(acd.ContactMoved).talk == "talking"
    assert await world.heard("caller") == {"201"}


async def test_a_telephone_that_holds_too_long_gives_the_caller_back_to_the_queue(
    world: World,
) -> None:
    """Given back to it, the caller would hear nothing at all."""
    await world.talking()
    phone = world.phones["201"]
    await phone.control.hold(phone.leg, True)
    await world.settle()
    world.clock.advance(301.0)
    await world.listen(1.0)
    assert world.last(acd.ContactEnded) == acd.ContactEnded("o-201", "agent")
    assert world.call.waiting and "caller" in await world.heard()


async def test_a_caller_who_hangs_up_on_hold_is_gone(world: World) -> None:
    await world.talking()
    await wish(world, "hold")
    await world.phones["caller"].control.hang_up(CALLER)
    await world.listen(0.5)
    assert world.last(acd.ContactEnded) == acd.ContactEnded("o-201", "caller")
    assert world.last(house_messages.CallFinished).outcome == "transferred"


@pytest.mark.parametrize("keys", [True, False], ids=["keys", "page"])
async def test_nothing_is_kept_while_the_recording_is_paused(world: World, keys: bool) -> None:
    await world.talking()
    recorder = world.call.recording._recorder
    assert recorder is not None

    async def pause(on: bool) -> None:
        await (press(world, "201", "*0") if keys else wish(world, "pause" if on else "resume"))

    await pause(True)
    assert recorder._muted == set(Channel)
    assert world.last(acd.ContactMoved) == acd.ContactMoved("o-201", "talking", paused=True)
    await pause(False)
    assert recorder._muted == set()
    told = world.all(house_messages.RecordingPaused)
    assert [(each.by, each.on) for each in told] == [("agent-201", True), ("agent-201", False)]


async def test_a_pause_ends_with_the_contact(world: World) -> None:
    order = await world.talking()
    await wish(world, "pause")
    recorder = world.call.recording._recorder
    await world.obey(house_messages.HandOn(world.call.id, "media-1", order.offer, "bills"))
    assert recorder is not None and recorder._muted == set()
    assert not world.last(house_messages.RecordingPaused).on
