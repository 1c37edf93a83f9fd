"""How much later a click arrives through a bridge of ours than without it, one way.

Three processes with a real SIP stack each: a caller, the house (which answers the caller, places
the agent's leg and bridges both), an agent. The caller plays a click now and then; all share one
monotonic clock, so the time from the caller's write to the agent's read is one way, without echo.
First the caller calls the agent directly, then through the house; the difference is the bridge.

    python bench/bridge_click.py [--clicks 30] [--busy 2] [--json FILE]

`--busy N`: beside N processes that do nothing but use the processors.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kernel.ids import LegId
from telephony.drivers.baresip_options import BaresipOptions
from telephony.drivers.sip_baresip import BaresipControl
from telephony.media.bridge import Bridge
from telephony.media.leg import LegSound
from telephony.media.mixing import level_dbfs
from telephony.media.playout import Playout
from telephony.media.pump import Pump
from telephony.media.tones import beep
from telephony.types import LegAnswered, LegEnded, LegOffered, Originate

TARGET_MS = 100.0
GAP_SECONDS = 0.417
"""Between clicks: not a multiple of 20 ms, so that every phase of the tickers is met."""
LOUD_DBFS = -40.0
SETTLE_SECONDS = 1.5
POLL_SECONDS = 0.002


def tell(message: dict[str, Any]) -> None:
    """One line to whoever started this process."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


async def agent() -> None:
    """Answer; tell when each click is heard."""
    async with BaresipControl(BaresipOptions()) as control:
        tell({"port": control.port})
        listener: asyncio.Task[None] | None = None
        async for event in control.events():
            if isinstance(event, LegOffered):
                await control.answer(event.leg)
            elif isinstance(event, LegAnswered):
                listener = asyncio.create_task(hear(control, event.leg))
            elif isinstance(event, LegEnded) and listener is not None:
                listener.cancel()


async def hear(control: BaresipControl, leg: LegId) -> None:
    """Poll much faster than frames come, so that the reader adds nothing."""
    media, quiet = control.media(leg), True
    while True:
        while (frame := media.read()) is not None:
            loud = level_dbfs(frame) > LOUD_DBFS
            if loud and quiet:
                tell({"heard": time.monotonic()})
            quiet = not loud
        await asyncio.sleep(POLL_SECONDS)


async def caller(target: str, clicks: int) -> None:
    """Call, click, hang up; tell when each click was written."""
    async with BaresipControl(BaresipOptions()) as control:
        leg = LegId("caller")
        await control.originate(Originate(leg, target, "sip:caller@127.0.0.1"))
        async for event in control.events():
            if isinstance(event, LegEnded):
                raise SystemExit(f"the call failed: {event.text}")
            if isinstance(event, LegAnswered):
                break
        media, click = control.media(leg), beep(1000, 0.02)
        await asyncio.sleep(SETTLE_SECONDS)
        for _ in range(clicks):
            media.write(click)
            tell({"clicked": time.monotonic()})
            await asyncio.sleep(GAP_SECONDS)
        await control.hang_up(leg)


async def house(target: str) -> None:
    """Answer, place the other leg, join both."""
    async with BaresipControl(BaresipOptions()) as control, Pump() as pump:
        tell({"port": control.port})
        waiting: LegId | None = None
        async for event in control.events():
            if isinstance(event, LegOffered):
                waiting = event.leg
                await control.originate(Originate(LegId("agent"), target, event.from_uri))
            elif isinstance(event, LegAnswered) and event.leg == "agent" and waiting is not None:
                await control.answer(waiting)
            elif isinstance(event, LegAnswered):
                bridge: Bridge[LegId] = Bridge()
                sides = (event.leg, LegId("agent"))
                for leg in sides:
                    bridge.join(leg, LegSound(control.media(leg), Playout()))
                both = {leg: tuple(other for other in sides if other != leg) for leg in sides}
                pump.add("bridge", partial(bridge.tick, both))
            elif isinstance(event, LegEnded):
                pump.remove("bridge")
                await control.hang_up(LegId("agent"))


class Child:
    """A role of this file in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self.arguments = arguments
        self.lines: list[dict[str, Any]] = []
        self.began = asyncio.Event()

    async def __aenter__(self) -> Child:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, __file__, *self.arguments, stdout=asyncio.subprocess.PIPE
        )
        self.reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self.process.returncode is None:
            self.process.terminate()
        await self.process.wait()
        await self.reading

    async def _read(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.lines.append(json.loads(line))
            self.began.set()

    async def port(self) -> int:
        """The SIP port it listens on."""
        await asyncio.wait_for(self.began.wait(), 20)
        return int(self.lines[0]["port"])

    def times(self, name: str) -> list[float]:
        """Every time told under a name."""
        return [line[name] for line in self.lines if name in line]


async def one_way_ms(listener: Child, target: str, clicks: int) -> list[float]:
    """Milliseconds from each click's writing to its hearing."""
    before = len(listener.times("heard"))
    async with Child("--role", "caller", "--target", target, "--clicks", str(clicks)) as child:
        await child.process.wait()
        await child.reading
        clicked = child.times("clicked")
    heard = listener.times("heard")[before:]
    pairs = ((at, min((h for h in heard if h >= at), default=None)) for at in clicked)
    return [1000 * (h - at) for at, h in pairs if h is not None and h - at < GAP_SECONDS]


@contextlib.asynccontextmanager
async def busy(processes: int) -> AsyncIterator[None]:
    """Processes that leave no processor idle."""
    loop = "while True: pass"
    running = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", loop) for _ in range(processes)
    ]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            await process.wait()


async def measure(clicks: int, load: int) -> dict[str, Any]:
    """Both ways, and what the bridge adds."""
    async with busy(load):
        return {"busy": load, **await compared(clicks)}


async def compared(clicks: int) -> dict[str, Any]:
    """The way from phone to phone, and the way through the house."""
    async with Child("--role", "agent") as listener:
        to_agent = f"sip:agent@127.0.0.1:{await listener.port()}"
        direct = await one_way_ms(listener, to_agent, clicks)
        async with Child("--role", "house", "--target", to_agent) as middle:
            through = await one_way_ms(
                listener, f"sip:line@127.0.0.1:{await middle.port()}", clicks
            )
    added = statistics.median(through) - statistics.median(direct)
    return {
        "clicks": {"sent": clicks, "direct": len(direct), "bridged": len(through)},
        "direct_ms": figures(direct),
        "bridged_ms": figures(through),
        "added_ms": round(added, 1),
        "target_ms": TARGET_MS,
        "ok": added <= TARGET_MS and len(through) >= 0.9 * clicks,
    }


def figures(values: list[float]) -> dict[str, float]:
    """The middle and the edges."""
    ordered = sorted(values)
    return {
        "p50": round(statistics.median(ordered), 1),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
        "max": round(ordered[-1], 1),
    }


def main() -> None:
    """The measure, or one of its roles."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--clicks", type=int, default=30)
    parser.add_argument("--busy", type=int, default=0)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--role", choices=("agent", "caller", "house"), help=argparse.SUPPRESS)
    parser.add_argument("--target", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role == "agent":
        asyncio.run(agent())
    elif given.role == "caller":
        asyncio.run(caller(given.target, given.clicks))
    elif given.role == "house":
        asyncio.run(house(given.target))
    else:
        result = asyncio.run(measure(given.clicks, given.busy))
        sys.stdout.write(json.dumps(result, indent=2) + "\n")
        if given.json:
            Path(given.json).write_text(json.dumps(result), encoding="utf-8")
        sys.exit(0 if result["ok"] else 1)


if __name__ == "__main__":
    main()
