"""A party that places several calls."""

from __future__ import annotations

import asyncio
import json

import pytest

from centralino.caller.party import Party, order
from centralino.caller.script import HangUp
from kernel.clock import SteadyClock
from telephony.drivers.memory import MemoryExchange
from telephony.media.pump import Pump
from telephony.types import Cause, LegOffered

HOUSE = "sip:line@house"


@pytest.mark.parametrize(("cause", "offered"), [(Cause.TEMPORARY_FAILURE, 3), (Cause.BUSY, 2)])
async def test_who_finds_no_room_calls_again_and_places_every_call(
    capsys: pytest.CaptureFixture[str], cause: Cause, offered: int
) -> None:
    exchange = MemoryExchange(SteadyClock())
    house, caller = exchange.control(HOUSE), exchange.control("sip:caller@home")
    party = Party(order([HangUp()], target=HOUSE, calls=2, redials_after=0.001), caller, Pump())
    seen = 0

    async def take_calls() -> None:
        nonlocal seen
        async for event in house.events():
            if isinstance(event, LegOffered):
                seen += 1
                await (house.refuse(event.leg, cause) if seen == 1 else house.answer(event.leg))

    taking = asyncio.create_task(take_calls())
    await party.run()
    taking.cancel()
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    ended = [event["answered"] for event in told if event["event"] == "ended"]
    assert seen == offered and ended == [False, True, True][:offered]
