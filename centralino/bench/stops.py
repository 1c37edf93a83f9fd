"""`bench turns`, third part: callers who do interrupt a prompt. How soon is it silent?

From the recording: the caller's first sound to the first frame of silence. From our log: when the
prompt was paused, for by then the evidence was complete (200 ms of speech); what is left after it
is the next frame, what the stack has queued, the network and the caller's jitter buffer.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from centralino.bench.bound import Bound
from centralino.bench.house import BenchHouse
from centralino.bench.prompts import Disturbance, all_ended, callers_apart, order_of
from centralino.caller.script import HangUp, Pause, Say, Step
from centralino.commands.call import party
from centralino.demo.measure import channels, summary
from centralino.demo.watch import Fact
from centralino.errors import ProcessDied
from telephony.media.activity import loud_frames

INTERRUPTIONS = (
    "what are your opening hours",
    "I would like to register",
    "when is my bill due",
    "no stop",
    "how do I get to your office",
    "I have solar panels on my roof",
)
AFTER = (1.5, 6.0)
"""Seconds of the prompt after which the caller speaks."""
SILENCE = 20
"""Frames of silence that are the end of a prompt, not a pause in it."""
FRAME = 0.02


@dataclass(frozen=True)
class Stop:
    """One prompt that was interrupted; milliseconds."""

    said: str
    after_speech: float | None
    """From the caller's first sound; None: it went on."""
    after_evidence: float | None
    """From the moment at which our log says that it paused the prompt."""
    name: str = ""
    """Of its recording."""


async def measure_stops(
    house: BenchHouse, count: int, at_once: int, seed: int, more: Bound
) -> dict[str, Any]:
    """So many prompts interrupted, each sentence as often as the others, while there is time."""
    each = max(1, math.ceil(count / len(INTERRUPTIONS)))
    waiting = list(enumerate(INTERRUPTIONS))
    found: list[Stop] = []
    problems: list[str] = []

    async def work(number: int, said: str) -> None:
        rng = random.Random(f"{seed}-{said}")
        try:
            found.extend(await _interrupt(house, f"stop-{number}", said, each, rng, more))
        except (ProcessDied, TimeoutError) as problem:
            problems.append(f"{said}: {problem}")

    await callers_apart(waiting, at_once, more, work)
    return {**figures(found), "problems": problems}


async def _interrupt(
    house: BenchHouse, name: str, said: str, times: int, rng: random.Random, more: Bound
) -> list[Stop]:
    """One caller after the other says the same over the prompt."""
    wav = house.sounds.file(await house.sounds.pcm(said))
    script: list[Step] = [Pause(wait(rng)), Say(said, wav), Pause(2.5), HangUp()]
    asked = order_of(house, name, script, Disturbance(""), times)
    async with party(asked) as it:
        ended = await all_ended(house, it, name, times, more)
        answered = [float(str(e["at"])) for e in it.events if e["event"] == "answered"]
    recordings = [Path(str(event["recording"])) for event in ended]
    found = []
    for path, began, call in zip(recordings, answered, house.watch.of(name), strict=False):
        received, sent = channels(str(path))
        found.append(stop_of(sent, received, call.facts, began, said, path.name))
    return found


# PURE from here on.


def stop_of(
    sent: bytes, received: bytes, facts: Sequence[Fact], answered: float, said: str, name: str = ""
) -> Stop:
    """What became of a prompt that was interrupted once."""
    speaking, hearing = loud_frames(sent), loud_frames(received)
    first = next((i for i in range(len(speaking)) if all(speaking[i : i + 3])), None)
    silent = None if first is None else _silent(hearing, first)
    if first is None or silent is None:
        return Stop(said, None, None, name)
    paused = [float(f["at"]) - answered for f in facts if f.get("report") == "PromptPaused"]
    paused = [at for at in paused if at >= first * FRAME]
    after = round(1000 * (silent * FRAME - paused[0])) if paused else None
    return Stop(said, round(1000 * (silent - first) * FRAME), after, name)


def _silent(hearing: Sequence[bool], first: int) -> int | None:
    """The frame at which the prompt falls silent for good."""
    for at in range(first, len(hearing) - SILENCE):
        if not any(hearing[at : at + SILENCE]):
            return at
    return None


def wait(rng: random.Random) -> float:
    """Seconds of the prompt that a caller hears first."""
    return rng.uniform(*AFTER)


def figures(stops: Sequence[Stop], prompts_go_on: float = 2000.0) -> dict[str, Any]:
    """p50 and p95 of both; a prompt that went on for so many milliseconds did not stop."""
    heard = [s for s in stops if s.after_speech is not None and s.after_speech < prompts_go_on]
    return {
        "n": len(stops),
        "went_on": len(stops) - len(heard),
        "after_speech_ms": summary([s.after_speech for s in heard if s.after_speech is not None]),
        "after_evidence_ms": summary(
            [s.after_evidence for s in heard if s.after_evidence is not None]
        ),
        "each": [vars(stop) for stop in stops],
    }
