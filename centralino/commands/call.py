"""`centralino call`, and running a party in a process of its own for everybody who needs one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from centralino.caller.party import Order, order
from centralino.caller.script import HangUp, Press, Quiet, Say, Step, to_json
from centralino.caller.voices import Voices
from centralino.errors import ProcessDied

Told = Callable[[dict[str, Any]], None]

LAST_WORDS = 10.0
"""Seconds in which a call whose time is up comes to its end."""


@dataclass
class Running:
    """A party at work, seen from its director."""

    process: asyncio.subprocess.Process
    events: list[dict[str, Any]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def cue(self, *steps: Step) -> None:
        """Give it more to do."""
        self.word(json.dumps([to_json(step) for step in steps]))

    def word(self, word: str) -> None:
        """Direct it."""
        if self.process.stdin is not None and not self.process.stdin.is_closing():
            self.process.stdin.write(f"{word}\n".encode())

    def seen(self, event: str) -> dict[str, Any] | None:
        """The last event of this kind."""
        return next((e for e in reversed(self.events) if e["event"] == event), None)

    async def until(self, event: str, seconds: float = 30.0) -> dict[str, Any]:
        """Wait for an event. Raises ProcessDied."""
        try:
            async with asyncio.timeout(seconds):
                while (found := self.seen(event)) is None:
                    if self.seen("failed") or self.process.returncode is not None:
                        break
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            found = None
        if found is None:
            raise ProcessDied(f"a scripted party never came to {event!r}: {self.events[-3:]}")
        return found


@contextlib.asynccontextmanager
async def party(order: Order, told: Told = lambda event: None) -> AsyncIterator[Running]:
    """Run a party in a process of its own; ended when the block is left."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "centralino.caller.party",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=None,  # what goes wrong there is seen where the director is
    )  # fmt: skip
    running = Running(process)
    assert process.stdin is not None
    process.stdin.write(order.to_line().encode())
    listening = asyncio.create_task(_listen(running, told))
    try:
        yield running
    finally:
        if process.returncode is None and not running.seen("ended"):
            running.word("hang_up")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await process.wait()
        if process.returncode is None:
            process.kill()
        await listening


async def _listen(running: Running, told: Told) -> None:
    assert running.process.stdout is not None
    while line := await running.process.stdout.readline():
        event = json.loads(line)
        running.events.append(event)
        told(event)
        running.changed.set()
    await running.process.wait()
    running.changed.set()


async def place_call(
    target: str, say: list[str], press: list[str], record: Path, voice: str, seconds: float
) -> bool:
    """Call, say, press, record; whether the call was answered."""
    console = Console()
    steps = await _steps(say, press, voice)
    edge = target.partition("@")[2].partition(";")[0] or target.removeprefix("sip:")
    longest = seconds + LAST_WORDS
    asked = order(steps, target=target, edge=edge, recording=str(record), max_seconds=longest)

    def told(event: dict[str, Any]) -> None:
        console.print(json.dumps(event), soft_wrap=True, highlight=False, markup=False)

    async with party(asked, told) as running:
        await running.until("ready")
        try:
            ended = await running.until("ended", seconds)
        except ProcessDied:
            if running.process.returncode is not None or running.seen("failed"):
                raise
            running.word("hang_up")  # the time is up
            ended = await running.until("ended", LAST_WORDS)
    if ended["answered"]:
        console.print(f"recording: {ended['recording']} (left: heard, right: said)")
    return bool(ended["answered"])


async def _steps(say: list[str], press: list[str], voice: str) -> list[Step]:
    voices = Voices(Path("var/cache/caller"), voice)
    steps: list[Step] = []
    for sentence in say:
        wav = sentence if sentence.endswith(".wav") else str(await voices.wav(sentence))
        steps += [Quiet(), Say(sentence, wav)]
    for digits in press:
        steps += [Quiet(), Press(digits)]
    return [*steps, Quiet(), HangUp()]
