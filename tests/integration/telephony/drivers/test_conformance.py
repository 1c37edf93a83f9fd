"""What a driver claims, it does: one suite for all of them."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import pytest

from kernel.ids import LegId
from telephony.drivers.addresses import parse_uri
from telephony.errors import NoSuchLeg
from telephony.media.bridge import Bridge
from telephony.media.leg import LegSound
from telephony.media.playout import Playout
from telephony.types import (
    Cause,
    DigitReceived,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegOffered,
    LegPlaced,
    LegRinging,
    TransferAsked,
    TransferProgressed,
)
from tests.integration.telephony.drivers.conftest import World
from tests.integration.telephony.drivers.far_end import FarEnd
from tests.integration.telephony.drivers.phone import until

E = TypeVar("E")
ANNA = "sip:+390212345@town.example"


def told(party: FarEnd, kind: type[E], leg: str = "") -> list[E]:
    """The events of a kind so far, of one leg if named."""
    return [
        event
        for event in party.events
        if isinstance(event, kind) and (not leg or getattr(event, "leg", "") == leg)
    ]


async def one(party: FarEnd, kind: type[E], leg: str = "", number: int = 1) -> E:
    """The event of a kind, once it came."""
    await until(lambda: len(told(party, kind, leg)) >= number, f"{kind.__name__} {leg}")
    return told(party, kind, leg)[number - 1]


async def ring(caller: FarEnd, called: FarEnd, leg: str = "out", **order: object) -> LegOffered:
    """A call that rings."""
    before = len(told(called, LegOffered))
    await caller.do("originate", leg, target=called.uri, **{"from_uri": ANNA, **order})
    return await one(called, LegOffered, number=before + 1)


async def connect(caller: FarEnd, called: FarEnd, leg: str = "out") -> str:
    """A call that is up; the leg at the called side."""
    offered = await ring(caller, called, leg)
    await called.do("answer", offered.leg)
    await one(called, LegAnswered, offered.leg)
    await one(caller, LegAnswered, leg)
    return offered.leg


async def hears(party: FarEnd, leg: str, hertz: int) -> None:
    """Wait until a tone, or silence for 0, is heard."""
    async with asyncio.timeout(10):
        while await party.do("heard", leg) != hertz:  # noqa: ASYNC110 - a sound has no event
            await asyncio.sleep(0.03)


async def test_inbound(world: World) -> None:
    far = await world.far()
    leg = await connect(far, world.me)
    await far.do("play", "out", hertz=400)
    await world.me.do("play", leg, hertz=1000)
    await hears(world.me, leg, 400)
    await hears(far, "out", 1000)
    await far.do("hang_up", "out")
    ended = await one(world.me, LegEnded)
    assert (ended.leg, ended.cause, ended.by_peer) == (leg, Cause.NORMAL, True)


async def test_outbound(world: World) -> None:
    far = await world.far()
    leg = await connect(world.me, far)
    ringing, answered = await one(world.me, LegRinging), await one(world.me, LegAnswered)
    assert ringing.leg == answered.leg == "out"
    assert ringing.sip_call_id == answered.sip_call_id != ""
    await world.me.do("play", "out", hertz=400)
    await hears(far, leg, 400)
    await world.me.do("hang_up", "out")
    ended = await one(world.me, LegEnded)
    assert (ended.cause, ended.by_peer) == (Cause.NORMAL, False)
    assert (await one(far, LegEnded)).by_peer


async def test_the_leg_that_rings_is_told_once(world: World) -> None:
    far = await world.far()
    await connect(world.me, far)
    await world.me.do("hang_up", "out")
    await one(world.me, LegEnded)
    assert [type(event) for event in world.me.events] == [
        LegPlaced, LegRinging, LegAnswered, LegEnded,
    ]  # fmt: skip


async def test_the_caller_hangs_up_before_the_answer(world: World) -> None:
    far = await world.far()
    offered = await ring(far, world.me)
    await far.do("hang_up", "out")
    ended = await one(world.me, LegEnded)
    assert (ended.leg, ended.by_peer) == (offered.leg, True)
    await world.me.do("answer", offered.leg)
    assert told(world.me, LegAnswered) == []


async def test_the_called_side_hangs_up_first(world: World) -> None:
    far = await world.far()
    leg = await connect(world.me, far)
    await far.do("hang_up", leg)
    ended = await one(world.me, LegEnded)
    assert (ended.cause, ended.by_peer) == (Cause.NORMAL, True)


async def test_we_cancel_while_it_rings(world: World) -> None:
    far = await world.far()
    await ring(world.me, far)
    await world.me.do("hang_up", "out")
    assert not (await one(world.me, LegEnded)).by_peer
    assert (await one(far, LegEnded)).by_peer
    assert told(far, LegAnswered) == []


async def test_nobody_answers(world: World) -> None:
    far = await world.far()
    await ring(world.me, far, ring_timeout=0.5)
    ended = await one(world.me, LegEnded)
    assert (ended.cause, ended.by_peer) == (Cause.NO_ANSWER, False)
    assert (await one(far, LegEnded)).by_peer


async def test_refusal(world: World) -> None:
    far = await world.far()
    for number, cause in enumerate(world.capabilities.refusal_causes, 1):
        offered = await ring(far, world.me, f"out{number}")
        await world.me.do("refuse", offered.leg, cause=cause)
        ended = await one(far, LegEnded, number=number)
        assert (ended.cause, ended.by_peer) == (cause, True)


async def test_a_cause_that_the_wire_cannot_show_is_the_first_one(world: World) -> None:
    far = await world.far()
    offered = await ring(far, world.me)
    await world.me.do("refuse", offered.leg, cause=Cause.CONGESTION)
    assert (await one(far, LegEnded)).cause is world.capabilities.refusal_causes[0]


async def test_we_are_refused(world: World) -> None:
    far = await world.far()
    offered = await ring(world.me, far)
    await far.do("refuse", offered.leg, cause=Cause.BUSY)
    ended = await one(world.me, LegEnded)
    assert (ended.cause, ended.by_peer) == (Cause.BUSY, True)


@pytest.mark.parametrize("way", ["rtpevent", "info"])
async def test_keys_from_the_far_end(world: World, way: str) -> None:
    far = await world.far(dtmf=way)
    leg = await connect(far, world.me)
    await far.do("send_digits", "out", digits="159*0#")
    await one(world.me, DigitReceived, number=6)
    assert told(world.me, DigitReceived) == [DigitReceived(LegId(leg), digit) for digit in "159*0#"]


async def test_keys_to_the_far_end(world: World) -> None:
    far = await world.far()
    leg = await connect(world.me, far)
    await world.me.do("send_digits", "out", digits="12#")
    await one(far, DigitReceived, number=3)
    assert told(far, DigitReceived) == [DigitReceived(LegId(leg), digit) for digit in "12#"]


async def test_the_far_end_holds(world: World) -> None:
    far = await world.far()
    leg = await connect(far, world.me)
    await world.me.do("play", leg, hertz=1000)
    await hears(far, "out", 1000)
    await far.do("hold", "out", on=True)
    assert (await one(world.me, LegHeld)).held
    await hears(far, "out", 0)
    await far.do("hold", "out", on=False)
    assert not (await one(world.me, LegHeld, number=2)).held
    await hears(far, "out", 1000)


async def test_we_hold(world: World) -> None:
    far = await world.far()
    leg = await connect(world.me, far)
    await far.do("play", leg, hertz=1000)
    await hears(world.me, "out", 1000)
    await world.me.do("hold", "out", on=True)
    assert (await one(far, LegHeld)).held
    await hears(world.me, "out", 0)
    await world.me.do("hold", "out", on=False)
    assert not (await one(far, LegHeld, number=2)).held
    await hears(world.me, "out", 1000)


async def test_blind_transfer(world: World) -> None:
    far, third = await world.far(follow_transfers=True), await world.far()
    leg = await connect(far, world.me)
    await world.me.do("refer", leg, target=f"<{third.uri}?X-Centralino-Token=00ff>")
    offered = await one(third, LegOffered)
    await third.do("answer", offered.leg)
    progress = await one(world.me, TransferProgressed)
    assert (progress.leg, progress.done, progress.accepted) == (leg, True, True)
    await one(world.me, LegEnded)
    assert isinstance(world.me.events[-1], LegEnded), "the last event of the leg"
    await one(third, LegAnswered)


async def test_a_transfer_that_fails_leaves_the_call_up(world: World) -> None:
    far, third = await world.far(follow_transfers=True), await world.far()
    leg = await connect(far, world.me)
    await world.me.do("refer", leg, target=f"<{third.uri}>")
    offered = await one(third, LegOffered)
    await third.do("refuse", offered.leg, cause=Cause.BUSY)
    progress = await one(world.me, TransferProgressed)
    assert (progress.done, progress.accepted) == (True, False)
    assert told(world.me, LegEnded) == []
    await far.do("play", "out", hertz=400)
    await hears(world.me, leg, 400)


async def test_a_centre_does_not_let_itself_be_sent(world: World) -> None:
    far, third = await world.far(), await world.far()
    await connect(far, world.me)
    await far.do("refer", "out", target=f"<{third.uri}?User-to-User=00ff%3Bencoding%3Dhex>")
    assert not (await one(far, TransferProgressed)).accepted
    asked = parse_uri((await one(world.me, TransferAsked)).target)
    assert asked is not None and asked.headers == {"user-to-user": "00ff;encoding=hex"}
    assert told(third, LegOffered) == []


async def test_headers_in(world: World) -> None:
    far = await world.far()
    headers = {
        "X-Request-URI": "sip:800100200@line.example",
        "X-Centralino-Token": "00ff",
        "User-to-User": "00ff;encoding=hex",
    }
    offered = await ring(far, world.me, headers=headers, from_name='Anna "A" Bò')
    assert (offered.from_uri, offered.from_name) == (ANNA, 'Anna "A" Bò')
    assert offered.to_uri.startswith("sip:")
    assert offered.request_uri == "sip:800100200@line.example"
    assert offered.headers["x-centralino-token"] == "00ff"
    assert offered.headers["user-to-user"] == "00ff;encoding=hex"
    assert offered.sip_call_id


async def test_what_was_dialled_is_the_to_without_an_edge(world: World) -> None:
    offered = await ring(await world.far(), world.me)
    assert offered.request_uri == offered.to_uri == world.me.uri


async def test_headers_out(world: World) -> None:
    far = await world.far()
    await ring(world.me, far, headers={"X-Centralino-Call": "c-1"}, from_name="Utility")
    offered = await one(far, LegOffered)
    assert (offered.from_uri, offered.from_name) == (ANNA, "Utility")
    assert offered.headers["x-centralino-call"] == "c-1"


async def test_two_legs_bridged_and_unbridged(world: World) -> None:
    caller, agent = await world.far(), await world.far()
    inbound = LegId(await connect(caller, world.me))
    agents = await connect(world.me, agent, "agent")
    await caller.do("play", "out", hertz=400)
    await agent.do("play", agents, hertz=1000)
    bridge: Bridge[LegId] = Bridge()
    for leg in (inbound, LegId("agent")):
        bridge.join(leg, LegSound(world.control.media(leg), Playout()))
    both = {inbound: (LegId("agent"),), LegId("agent"): (inbound,)}
    world.pump.add("bridge", lambda: bridge.tick(both))
    await hears(agent, agents, 400)
    await hears(caller, "out", 1000)
    world.pump.remove("bridge")
    await world.me.do("play", inbound, hertz=600)
    await hears(caller, "out", 600)
    await world.me.do("hang_up", "agent")
    await one(agent, LegEnded)
    await hears(caller, "out", 600)


async def test_what_is_queued_can_be_dropped(world: World) -> None:
    far = await world.far()
    leg = await connect(world.me, far)
    await far.do("play", leg, hertz=0)
    media = world.control.media(LegId("out"))
    media.write(bytes(media.frame_bytes) * 30)
    queued = media.queued()
    assert 25 * media.frame_bytes <= queued <= 30 * media.frame_bytes
    assert 0 < media.flush() <= queued
    assert media.queued() == 0
    await world.me.do("play", "out", hertz=400)
    await hears(far, leg, 400)


async def test_thirty_calls_at_once(world: World) -> None:
    far = await world.far()
    await world.me.do("auto", on=True)
    legs = [f"leg{number}" for number in range(30)]
    for leg in legs:
        await far.do("originate", leg, target=world.me.uri, from_uri=ANNA)
    await until(lambda: len(told(far, LegAnswered)) == 30, "30 calls up", 20)
    for number, leg in enumerate(legs):
        await far.do("play", leg, hertz=400 + 50 * (number % 10))
    for number, leg in enumerate(legs):
        await hears(far, leg, 400 + 50 * (number % 10))
    for leg in legs:
        await far.do("hang_up", leg)
    await until(lambda: len(told(world.me, LegEnded)) == 30, "30 calls over", 20)
    assert {event.cause for event in told(world.me, LegEnded)} == {Cause.NORMAL}


async def test_verbs_on_a_leg_that_is_gone_are_harmless(world: World) -> None:
    far = await world.far()
    leg = await connect(far, world.me)
    media = world.control.media(LegId(leg))
    await far.do("hang_up", "out")
    await one(world.me, LegEnded)
    media.write(bytes(media.frame_bytes))
    assert (media.read(), media.queued(), media.flush()) == (None, 0, 0)
    for verb, what in (("hang_up", {}), ("answer", {}), ("hold", {"on": True})):
        await world.me.do(verb, leg, **what)
    await world.me.do("send_digits", leg, digits="1")
    await world.me.do("refer", leg, target=f"<{far.uri}>")
    with pytest.raises(NoSuchLeg):
        world.control.media(LegId(leg))
    assert isinstance(world.me.events[-1], LegEnded)


async def test_closing_ends_the_calls(world: World) -> None:
    far = await world.far()
    await connect(far, world.me)
    await ring(world.me, far, "ringing")
    await world.control.__aexit__(None, None, None)
    await one(far, LegEnded, number=2)
    assert len(told(world.me, LegEnded)) == 2
