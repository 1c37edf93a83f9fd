"""The ticker on a real event loop."""

from __future__ import annotations

import asyncio
import time

from telephony.media.pump import CATCH_UP, Pump
from tests.integration.telephony.drivers.phone import until


async def test_it_ticks_until_it_is_stopped() -> None:
    calls: list[int] = []
    async with Pump() as pump:
        pump.start()  # harmless: it runs
        pump.add("leg", lambda: calls.append(1))
        await until(lambda: len(calls) >= 5, "five ticks")
    ticks = pump.ticks
    await asyncio.sleep(0)
    assert pump.ticks == ticks
    await pump.stop()


async def test_a_short_stall_is_made_up_for_and_counted() -> None:
    started = time.monotonic()
    async with Pump() as pump:
        await until(lambda: pump.ticks >= 2, "it runs")
        time.sleep(0.07)  # noqa: ASYNC251 - a blocked event loop is what is tested
        await until(lambda: pump.ticks >= 8, "it goes on")
        expected = (time.monotonic() - started) / 0.02
    assert pump.late >= 1
    assert pump.ticks + pump.skipped <= expected + 1, "never ahead of its clock"


async def test_a_long_stall_is_given_up() -> None:
    async with Pump() as pump:
        await until(lambda: pump.ticks >= 1, "it runs")
        time.sleep(0.02 * (CATCH_UP + 5))  # noqa: ASYNC251 - as above
        await until(lambda: pump.skipped, "it gives up")
        assert pump.skipped > CATCH_UP
