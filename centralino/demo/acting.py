"""What callers and agents do in more than one scene."""

from __future__ import annotations

import asyncio

from centralino.commands.call import Running
from centralino.demo.desk import Desk
from centralino.demo.stage import Phone, Stage
from centralino.demo.watch import SeenCall


async def ready(desk: Desk) -> None:
    """The agent logs in if need be, ends wrap-up and goes ready."""
    if desk.state in ("", "logged_out"):
        await desk.do("log-in")
    if desk.state == "wrap_up":
        await desk.do("done")
        await desk.until("wrap-up is over", lambda: desk.state != "wrap_up")
    await desk.do("ready")
    await desk.until("the agent is ready", lambda: desk.state not in ("not_ready", "logged_out"))


async def not_ready(desk: Desk) -> None:
    """The agent is there and wants no calls."""
    if desk.state in ("", "logged_out"):
        await desk.do("log-in")
    await desk.do("not-ready", reason="break")
    await desk.until("the agent is not ready", lambda: desk.state == "not_ready")


async def queued(stage: Stage, call: SeenCall, seconds: float = 40) -> None:
    """Wait until the call is in a queue."""
    await stage.watch.until("the call was queued", lambda: call.last("queued"), seconds)


async def bridged(stage: Stage, call: SeenCall) -> None:
    """Wait until caller and agent hear each other."""
    await stage.watch.until("caller and agent talk", lambda: call.last("bridged"), 60)


async def ended(stage: Stage, call: SeenCall) -> None:
    """Wait until the house says that the call is over."""
    await stage.watch.until("the call ended", lambda: call.last("ended"))


async def talk_and_leave(
    stage: Stage, call: SeenCall, desk: Desk, it: Running, phone: Phone
) -> None:
    """The agent speaks, the caller thanks, the agent hangs up and wraps up."""
    await _says(phone.running)
    await _says(it)
    phone.running.word("bye")
    await ended(stage, call)
    await it.until("ended")
    await desk.until("wrap-up", lambda: desk.state == "wrap_up")
    await desk.write_notes(call.id, "Settled in the demonstration.", "solved")
    await desk.do("done")
    await desk.until("wrap-up is over", lambda: desk.state != "wrap_up")


async def _says(party: Running) -> None:
    """Tell a party to talk, and wait until it has said its sentence."""
    before = _said(party)
    party.word("talk")
    async with asyncio.timeout(20):
        while _said(party) == before:
            party.changed.clear()
            await party.changed.wait()


def _said(party: Running) -> int:
    return len([event for event in party.events if event["event"] == "said"])
