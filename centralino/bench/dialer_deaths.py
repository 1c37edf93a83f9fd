"""`centralino bench dialer --deaths N`: kill -9 at the numbered boundaries, with calls under way.

Each life of control is told at which passage of which step of its driver it dies
(`kernel/crash.py`), steps in turn and passages by chance; every fourth time the media process is
killed beside it. The carrier lives on, and its count of INVITEs is held against the books: who is
not final is lost, an INVITE of no row or a second one of a row is a fault, and nobody is called
again but whose call was in flight when a media process died.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import time
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from centralino.bench.dialer import Size, run_dialer
from centralino.config.model import Config
from centralino.processes.serve import Serving
from centralino.processes.supervisor import Post
from centralino.rehearsal.people import Mix
from kernel.crash import VARIABLE

Json = dict[str, Any]

STEPS = 6
"""Of `kernel/driver.py`."""
PASSAGES = (5, 150)
"""After how many of a step a life dies: some seconds of calls."""
MEDIA_EVERY = 4
"""At which of these deaths a media process is killed, too."""
PATIENCE = 90.0
"""Seconds for which a death and the life after it are waited for: the campaign may be over."""
MIX = Mix(no_answer=0.0, ring=1.0, key_after=3.0, stays=8.0)
"""Nobody rings in vain: how long what died with a process stays up says nothing of the dialler."""


@dataclass
class Deaths:
    """A hook of `run_dialer`."""

    times: int = 24
    seed: int = 1
    media_every: int = MEDIA_EVERY
    boundaries: list[str] = field(default_factory=list)
    """At which control died."""
    media_at: list[float] = field(default_factory=list)
    """UTC seconds at which a media process was killed."""

    async def __call__(self, config: Config, serving: Serving, campaign: str) -> None:
        """While the campaign runs; at the end everything lives."""
        posts, chance = serving.supervisor.posts, random.Random(self.seed)
        control = next(post for post in posts if post.name == "control")
        media = [post for post in posts if post.name.startswith("media")]
        nth, where = 0, ""
        try:
            for nth in range(self.times + 1):
                starts = control.starts
                following = f"outbound:{nth % STEPS + 1}:{chance.randint(*PASSAGES)}"
                control.environment = {VARIABLE: following} if nth < self.times else {}
                if nth == 0:
                    _kill(control)
                elif nth % self.media_every == 0:
                    self.media_at.append(time.time())
                    _kill(chance.choice(media))
                await _lives(control, starts + 1)
                self.boundaries += [where] if where else []
                where = following
        except TimeoutError:  # nothing moves any more: the campaign is over
            control.environment = {}
            starts = control.starts
            _kill(control)
            await _lives(control, starts + 1)
        for post in posts:
            await asyncio.wait_for(post.ready.wait(), PATIENCE)

    def figures(self, seen: Json, recipients: int) -> Json:
        """Of what the carrier saw."""
        begun, ended = sorted(seen["at"]), sorted(seen["ended"])
        return {
            "control_deaths": len(self.boundaries),
            "steps": sorted({int(one.split(":")[1]) for one in self.boundaries}),
            "media_deaths": len(self.media_at),
            "called_again": sum(seen["invites"].values()) - recipients,
            "in_flight_at_media_deaths": sum(
                in_flight(begun, ended, when) for when in self.media_at
            ),
        }


def in_flight(begun: Sequence[float], ended: Sequence[float], when: float) -> int:
    """Calls that had begun by then and not ended; both sorted. PURE."""
    return bisect_right(begun, when) - bisect_right(ended, when)


async def run_deaths(directory: Path, size: Size, deaths: Deaths, mix: Mix = MIX) -> Json:
    """A campaign through many deaths; the figures. Raises StartRefused, CampaignError."""
    figures = await run_dialer(directory, size, mix, beside=deaths)
    seen = json.loads((directory / "carrier.json").read_text())
    return {**figures, **deaths.figures(seen, size.recipients)}


def _kill(post: Post) -> None:
    if post.pid is not None:
        os.kill(post.pid, signal.SIGKILL)


async def _lives(post: Post, starts: int) -> None:
    """Wait until it is up for the so-manieth time. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if post.starts >= starts:
                return
            await asyncio.sleep(0.05)
