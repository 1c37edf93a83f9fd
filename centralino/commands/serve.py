"""`centralino serve`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from centralino.config.model import Config
from centralino.db.errors import StoreError
from centralino.processes.preflight import readable_bots
from centralino.processes.serve import Serving
from centralino.processes.staffing import unmet
from centralino.users.staff import read_staff


async def serve_until_told(config: Config, file: Path | None, live: bool) -> None:
    """Run the house until SIGINT or SIGTERM. Raises StartRefused."""
    console = Console()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)

    def heard(name: str, value: dict[str, object]) -> None:
        if "live" in value:
            console.print(value["live"], soft_wrap=True, markup=False)

    console.print("starting …")
    async with contextlib.AsyncExitStack() as stack:
        told = asyncio.create_task(stop.wait())
        serving = Serving(config, file, live=live, heard=heard)
        starting = asyncio.create_task(stack.enter_async_context(serving))
        await asyncio.wait([starting, told], return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():  # the first start may take minutes
            starting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await starting
            console.print("told to stop before it was up")
            return
        house = await starting
        tell_where(console, house, await required_in_vain(config))
        failed = asyncio.create_task(house.supervisor.wait_failed())
        await asyncio.wait([failed, told], return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if failed.done():
            await failed
        failed.cancel()
        console.print(f"no new calls; running ones may go on for {config.sip.drain_seconds:.0f} s")


async def required_in_vain(config: Config) -> list[str]:
    """What bots and rules require of agents that none of them has, a line each."""
    try:
        staff = await read_staff(config)
    except StoreError as error:
        return [str(error)]
    bots = await asyncio.to_thread(readable_bots, config)
    return unmet(config, bots, staff.profiles)


def tell_where(console: Console, house: Serving, remarks: Sequence[str] = ()) -> None:
    """Where to dial and where to look; `remarks`: what is not as it may be thought to be."""
    numbers = ", ".join(line.number for line in house.config.lines)
    console.print(f"SIP    {house.layout.edge} (UDP and TCP), lines {numbers}", highlight=False)
    console.print(f"pages  {house.url}", highlight=False)
    speech = house.post("speech-1").facts
    for kind in ("asr", "tts"):
        info = speech.get(kind)
        if isinstance(info, dict):
            console.print(f"{kind}    {info['name']} ({info['why']})", highlight=False)
    for remark in [*house.remarks, *remarks]:
        console.print(f"note   {remark}", highlight=False, markup=False, soft_wrap=True)
    if house.welcome:
        console.print(f"first administrator (one hour, once): {house.welcome}", highlight=False)
    console.print(f"log    {house.layout.state_dir}/centralino.log", highlight=False)
