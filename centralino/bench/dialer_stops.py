"""`centralino bench dialer --stops N`: how soon a campaign stands still, measured at the carrier.

While a campaign calls at its pace it is paused, and other times an emergency is begun that takes
the same trunk. From the command to the last INVITE of the campaign, and to the emergency's first,
by the carrier's kernel; a call that is up goes on, which the answers by key at the end show.
"""

from __future__ import annotations

import asyncio
import json
import time
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from centralino.bench.dialer import DraftWords, Size, run_dialer
from centralino.commands.campaign import ask
from centralino.config.model import Config
from centralino.demo.measure import summary
from centralino.processes.serve import Serving
from centralino.rehearsal.people import Mix

Json = dict[str, Any]

EMERGENCY = "+3902"
PICKS_UP = Mix(no_answer=0.0, key_after=3.0)


@dataclass(frozen=True)
class Moment:
    """One command; UTC seconds."""

    asked: float
    answered: float
    until: float
    """Until then the campaign was to stand still."""


@dataclass
class Stops:
    """A hook of `run_dialer`: pauses the campaign, and begins emergencies beside it."""

    times: int = 20
    """Of each."""
    runs: float = 2.0
    """Seconds for which the campaign calls before each command."""
    holds: float = 2.0
    """Seconds for which it is paused."""
    people: int = 40
    """Called by each emergency."""
    pauses: list[Moment] = field(default_factory=list)
    emergencies: list[Moment] = field(default_factory=list)

    async def __call__(self, config: Config, serving: Serving, campaign: str) -> None:
        """While it runs. Raises CampaignError."""
        for _ in range(self.times):
            await asyncio.sleep(self.runs)
            self.pauses.append(await self._pause(config, campaign))
            await asyncio.sleep(self.runs)
            self.emergencies.append(await self._emergency(config))

    async def _pause(self, config: Config, campaign: str) -> Moment:
        asked = time.time()
        await ask(config, "pause", {"campaign": campaign})
        answered = time.time()
        await asyncio.sleep(self.holds)
        until = time.time()
        await ask(config, "start", {"campaign": campaign})
        return Moment(asked, answered, until)

    async def _emergency(self, config: Config) -> Moment:
        name, _ = await DraftWords("emergency", EMERGENCY)(config, self.people)
        asked = time.time()
        await ask(config, "start", {"campaign": name})
        answered = time.time()
        while True:
            status = await ask(config, "status", {"campaign": name})
            if not status["states"].get("pending"):
                return Moment(asked, answered, time.time())
            await asyncio.sleep(0.1)

    def figures(self, at: Sequence[float], numbers: Sequence[str]) -> Json:
        """Of what the carrier saw: when, and whom."""
        seen = sorted(zip(at, numbers, strict=True))
        ours = [when for when, number in seen if not number.startswith(EMERGENCY)]
        theirs = [when for when, number in seen if number.startswith(EMERGENCY)]
        ends = [
            max((when for when in theirs if one.asked < when <= one.until), default=one.asked)
            for one in self.emergencies
        ]
        return {
            "pause_to_last_invite_ms": spread(
                last_within(ours, one.asked, one.until) for one in self.pauses
            ),
            "emergency_to_others_last_invite_ms": spread(
                last_within(ours, one.asked, end)
                for one, end in zip(self.emergencies, ends, strict=True)
            ),
            "emergency_to_first_invite_ms": spread(
                theirs[bisect_right(theirs, one.asked)] - one.asked for one in self.emergencies
            ),
            "command_ms": spread(one.answered - one.asked for one in self.pauses),
        }  # fmt: skip


async def run_stops(directory: Path, size: Size, stops: Stops, mix: Mix = PICKS_UP) -> Json:
    """A campaign that is stopped again and again; the figures. Raises StartRefused,
    CampaignError."""
    figures = await run_dialer(directory, size, mix, ordinary(time.time()), beside=stops)
    seen = json.loads((directory / "carrier.json").read_text())
    return {**figures, **stops.figures(seen["at"], seen["numbers"])}


def ordinary(now: float) -> DraftWords:
    """A campaign that an emergency goes before, with people for whom it is noon. PURE."""
    ahead = 12 - datetime.fromtimestamp(now, UTC).hour
    return DraftWords("informational", "+3906", f"Etc/GMT{-ahead:+d}")


def spread(seconds: Iterable[float]) -> Json:
    """Milliseconds: p50, p95, the most, and how many. PURE."""
    each = [1000.0 * one for one in seconds]
    return {**summary(each), "max": round(max(each, default=0.0))}


def last_within(at: Sequence[float], begin: float, end: float) -> float:
    """Seconds from the beginning to the last of these before the end; 0 where none is. PURE."""
    return max((when - begin for when in at if begin < when < end), default=0.0)
