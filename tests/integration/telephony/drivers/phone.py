"""A telephone for tests: any CallControl, what it was told, and what its speaker plays.

The same class is the far end in this process (memory) and in a child process (baresip; one stack
may live in a process, so every other party of a call is a child: see peer.py).
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kernel.ids import LegId
from telephony.ports import CallControl, MediaStream
from telephony.types import Cause, LegEvent, Originate

KEEP_FRAMES = 15
"""Frames that `heard` looks at: 300 ms."""
LOUD = 500
"""Amplitude above which something was heard at all; tones are played at 8000."""


@dataclass
class Line:
    """One leg's microphone and speaker."""

    media: MediaStream
    hertz: float = 0.0
    echo: bool = False
    phase: float = 0.0
    frames: list[bytes] = field(default_factory=list)
    received: int = 0
    silent: int = 0

    def tick(self) -> None:
        """Play and listen for 20 ms."""
        for _ in range(4):
            frame = self.media.read()
            if frame is None:
                break
            self.received += 1
            self.silent = 0
            self.frames = [*self.frames[1 - KEEP_FRAMES :], frame]
            if self.echo:
                self.media.write(frame)
        self.silent += 1
        if self.silent > 5:  # nothing comes any more: what was heard is over
            self.frames = []
        if self.hertz and self.media.queued() < 3 * self.media.frame_bytes:
            self.media.write(self._tone())

    def _tone(self) -> bytes:
        step = 2 * math.pi * self.hertz / self.media.rate
        count = self.media.frame_bytes // 2
        angles = self.phase + step * np.arange(count)
        self.phase = (self.phase + step * count) % (2 * math.pi)
        return bytes((8000 * np.sin(angles)).astype("<i2").tobytes())

    def heard(self) -> int:
        """The loudest frequency of the last 300 ms, to the nearest 50 Hz; 0 for silence."""
        samples = np.frombuffer(b"".join(self.frames[-KEEP_FRAMES:]), "<i2").astype(float)
        if len(samples) < self.media.frame_bytes * KEEP_FRAMES // 2:
            return 0
        if float(np.sqrt(np.mean(samples**2))) < LOUD:
            return 0
        spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
        hertz = float(np.argmax(spectrum)) * self.media.rate / len(samples)
        return 50 * round(hertz / 50)


class Phone:
    """The verbs of a CallControl by name, and its events as a list."""

    def __init__(self, control: CallControl, pump: Any) -> None:
        self.control = control
        self.pump = pump
        self.events: list[LegEvent] = []
        self.lines: dict[str, Line] = {}
        self.legs: set[LegId] = set()
        self.auto = False
        """Whether every leg offered is answered at once and echoed."""

    async def listen(self, tell: Callable[[LegEvent], None] = lambda event: None) -> None:
        """Collect events until the control closes."""
        async for event in self.control.events():
            self.events.append(event)
            self.legs.add(event.leg)
            tell(event)
            if self.auto and type(event).__name__ == "LegOffered":
                await self.control.answer(event.leg)
            if self.auto and type(event).__name__ == "LegAnswered":
                self.line(event.leg).echo = True
            if type(event).__name__ == "LegEnded":
                self.pump.remove(event.leg)
                self.lines.pop(event.leg, None)
                self.legs.discard(event.leg)

    def line(self, leg: str) -> Line:
        """The microphone and speaker of an answered leg."""
        if leg not in self.lines:
            line = Line(self.control.media(LegId(leg)))
            self.lines[leg] = line
            self.pump.add(leg, line.tick)
        return self.lines[leg]

    async def do(self, verb: str, leg: str = "", **what: Any) -> Any:
        """A verb by name; the only way in, so that a child process obeys the same."""
        act = getattr(self, f"_{verb}")
        return await act(LegId(leg), **what)

    async def _originate(self, leg: LegId, **what: Any) -> None:
        await self.control.originate(Originate(leg=leg, **what))

    async def _answer(self, leg: LegId) -> None:
        await self.control.answer(leg)

    async def _refuse(self, leg: LegId, cause: int) -> None:
        await self.control.refuse(leg, Cause(cause))

    async def _hang_up(self, leg: LegId) -> None:
        await self.control.hang_up(leg)

    async def _hold(self, leg: LegId, on: bool) -> None:
        await self.control.hold(leg, on)

    async def _send_digits(self, leg: LegId, digits: str) -> None:
        await self.control.send_digits(leg, digits)

    async def _refer(self, leg: LegId, target: str) -> None:
        await self.control.refer(leg, target)

    async def _play(self, leg: LegId, hertz: float) -> None:
        self.line(leg).hertz = hertz

    async def _heard(self, leg: LegId) -> int:
        return self.line(leg).heard()

    async def _received(self, leg: LegId) -> int:
        return self.line(leg).received

    async def _reset(self, leg: LegId) -> None:
        for started in list(self.legs):
            await self.control.hang_up(started)
        await until(lambda: not self.legs, "every leg ended")
        self.auto = False

    async def _auto(self, leg: LegId, on: bool) -> None:
        self.auto = on


async def until(condition: Callable[[], Any], what: str, seconds: float = 10.0) -> Any:
    """The first true value of `condition`. Fails by name after `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            while not (value := condition()):  # noqa: ASYNC110 - a test waits for anything
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"not within {seconds} s: {what}") from None
    return value
