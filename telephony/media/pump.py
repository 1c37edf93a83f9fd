"""One 20 ms ticker for every leg of a process.

The stacks fill and empty their rings by their own clocks; somebody has to carry frames between
them and the house every 20 ms. One ticker for all costs one wake-up, and its ticks are short
plain functions: read what came, decide, write what goes (docs: `Tick`). A tick that comes late is
made up for, so that no stream falls behind its clock; after a long stall (a debugger, a suspended
machine) the rest is given up instead of rushed through.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable
from typing import Protocol

import structlog

from telephony.ports import FRAME_SECONDS

log = structlog.get_logger("telephony.pump")

CATCH_UP = 5
"""Ticks made up for after a stall; 100 ms, about what the jitter buffers at the far end bear."""


class Tick(Protocol):
    """What one leg, or one bridge, does every 20 ms. Must not block, and takes far below 1 ms;
    what it returns is not looked at."""

    def __call__(self) -> object: ...


class Pump:
    """Calls every registered tick each 20 ms. Open with `async with`, or `start` and `stop`."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._ticks: dict[Hashable, Tick] = {}
        self._task: asyncio.Task[None] | None = None
        self.ticks = 0
        """Rounds made."""
        self.late = 0
        """Rounds that began more than a frame after their time."""
        self.skipped = 0
        """Rounds given up after a long stall."""
        self.failed = 0
        """Ticks taken out because they raised."""

    async def __aenter__(self) -> Pump:
        """Begin to tick."""
        self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Tick no more."""
        await self.stop()

    def start(self) -> None:
        """Begin to tick; needs a running event loop."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="pump")

    async def stop(self) -> None:
        """Tick no more. Registered ticks stay for another start."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def add(self, key: Hashable, tick: Tick) -> None:
        """Call `tick` from the next round on, in place of what `key` had."""
        self._ticks[key] = tick

    def remove(self, key: Hashable) -> None:
        """Call `key`'s tick no more, not even later in this round. Harmless when there is none."""
        self._ticks.pop(key, None)

    async def _run(self) -> None:
        due = self._monotonic()
        while True:
            due = self._next_due(due + FRAME_SECONDS)
            await asyncio.sleep(max(0.0, due - self._monotonic()))
            if self._monotonic() - due > FRAME_SECONDS:
                self.late += 1
            self.round()

    def _next_due(self, due: float) -> float:
        """`due`, or a later time when so much was missed that making up for it would hurt."""
        behind = int((self._monotonic() - due) / FRAME_SECONDS)
        if behind <= CATCH_UP:
            return due
        self.skipped += behind
        log.warning("pump stalled", skipped=behind)
        return due + behind * FRAME_SECONDS

    def round(self) -> None:
        """Call every tick once."""
        self.ticks += 1
        for key, tick in list(self._ticks.items()):
            if self._ticks.get(key) is not tick:
                continue
            try:
                tick()
            except Exception:
                # A tick is another room's code; one broken leg must not silence all the others.
                self._ticks.pop(key, None)
                self.failed += 1
                log.exception("tick failed and was taken out", key=str(key))
