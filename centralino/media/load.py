"""How busy a media process is, measured and told."""

from __future__ import annotations

import asyncio

from centralino.media.house import House
from centralino.media.switchboard import Switchboard
from centralino.messages import MediaLoad

EVERY_SECONDS = 5.0


async def watch_load(house: House, switchboard: Switchboard) -> None:
    """Tell control every few seconds, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + EVERY_SECONDS
        await asyncio.sleep(EVERY_SECONDS)
        lag = max(0.0, loop.time() - due) * 1000
        house.tell(MediaLoad(house.name, len(switchboard.calls), house.pump.late, round(lag, 1)))
