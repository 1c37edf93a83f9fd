"""`bench turns`, second part: prompts played to callers who do not want to interrupt them.

A backchannel, a cough, noise at 10 dB under a caller's level, or the prompt's own echo must not end
a prompt. A caller calls again and again, each time hears one long prompt, and hangs up. What became
of it is read from the recording (`fates`), whatever the house says of itself; after the last call,
for a search takes a core for a moment, and would make the sound of those who still hear one stall.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVarTuple

import numpy as np

from centralino.bench import noises
from centralino.bench.bound import Bound
from centralino.bench.fates import Fate, Prompt, fate, figures, prompt_of, told_of
from centralino.bench.house import PROMPT_LINE, BenchHouse
from centralino.bench.sounds import Sounds
from centralino.caller.party import Order, order
from centralino.caller.script import HangUp, Pause, Quiet, Say, Step
from centralino.commands.call import Running, party
from centralino.demo.measure import channels
from centralino.errors import ProcessDied

Given = TypeVarTuple("Given")
RATE = 8000
AT_END = 2.5
"""Seconds of quiet after which a prompt is over; a pause for a doubtful sound is shorter."""
BACKCHANNELS = ("mhm", "okay", "uh huh", "right")
SPEECH_DBFS = -22.0
"""A caller's level, against which noise is measured."""
NOISE_DB = 10.0
NOISE_SECONDS = 30.0
PROMPTS_A_CALLER = 10
RETRY_AFTER = 10.0
"""Seconds after which a caller who got 503 calls again, as the edge asks for by itself."""
APART = 1.5
"""Seconds between the beginnings of two callers, and so between their ends: a process that begins
takes a core for about a second. Fifteen at once made the sound of every call stand still for
eight."""


@dataclass(frozen=True)
class Disturbance:
    """What a caller does to a prompt."""

    name: str
    sounds: tuple[str, ...] = ()
    """WAV files, said one after the other with some seconds between."""
    noise: str = ""
    echo_db: float | None = None
    echo_ms: float = 0.0


@dataclass(frozen=True)
class Played:
    """One prompt that a caller heard."""

    kind: str
    """Of the disturbance."""
    recording: str
    told: str
    """What the house told of it."""


async def disturbances(sounds: Sounds, seed: int) -> list[Disturbance]:
    """Everything that must not end a prompt."""
    rng = np.random.default_rng(seed)
    file = sounds.file
    voices = [noises.samples_of(await sounds.pcm(text)) for text in CHATTER]
    level = SPEECH_DBFS - NOISE_DB
    heard = {
        "babble": noises.babble(rng, voices, NOISE_SECONDS, RATE),
        "street": noises.street(rng, NOISE_SECONDS, RATE),
        "music": noises.music(rng, NOISE_SECONDS, RATE),
    }
    backchannels = [file(await sounds.pcm(text)) for text in BACKCHANNELS]
    coughs = [file(noises.pcm_of(noises.cough(rng, RATE))) for _ in range(6)]
    return [
        Disturbance("backchannel", tuple(backchannels)),
        Disturbance("cough", tuple(coughs)),
        *(
            Disturbance(f"{name} at {NOISE_DB:.0f} dB", noise=file(_wav(sound, level)))
            for name, sound in heard.items()
        ),
        *(
            Disturbance(f"echo {db:.0f} dB, {ms:.0f} ms", echo_db=db, echo_ms=ms)
            for db, ms in ((20.0, 50.0), (20.0, 100.0), (20.0, 200.0), (30.0, 100.0))
        ),
    ]


def _wav(sound: noises.Samples, level: float) -> bytes:
    return noises.pcm_of(noises.at_level(sound, level))


CHATTER = (
    "and then he told me that the train was late again",
    "we should buy some bread on the way home",
    "no I have not seen the film but my sister has",
    "it was raining all week and the garden is full of water",
)


async def measure_prompts(
    house: BenchHouse, seconds: float, at_once: int, seed: int, more: Bound
) -> dict[str, Any]:
    """Play prompts of so many seconds in all, spread over the disturbances, while there is time."""
    alone = await undisturbed(house)
    prompt = prompt_of(noises.samples_of(channels(alone)[0]))
    kinds = await disturbances(house.sounds, seed)
    of_each = max(1, math.ceil(seconds / prompt.seconds / len(kinds)))
    callers = max(math.ceil(of_each / PROMPTS_A_CALLER), math.ceil(at_once / len(kinds)))
    each = math.ceil(of_each / callers)
    waiting = [(kind, 0) for kind in kinds]
    for part in range(1, callers):  # other noises, other coughs
        waiting += [(kind, part) for kind in await disturbances(house.sounds, seed + part)]
    played: list[Played] = []
    problems: list[str] = []

    async def work(kind: Disturbance, part: int) -> None:
        rng = random.Random(f"{seed}-{kind.name}-{part}")
        try:
            played.extend(await _play(house, prompt, kind, f"{kind.name} {part}", each, rng, more))
        except (ProcessDied, TimeoutError) as problem:
            problems.append(f"{kind.name}: {problem}")

    await callers_apart(waiting, at_once, more, work)
    fates = await asyncio.to_thread(_judge, house, prompt, alone, played)
    return figures(fates, prompt.seconds, problems)


async def callers_apart(
    waiting: list[tuple[*Given]],
    at_once: int,
    more: Bound,
    work: Callable[[*Given], Awaitable[None]],
) -> None:
    """So many callers at once, who begin one after the other; each takes what waits next."""

    async def take(after: float) -> None:
        await asyncio.sleep(after)
        while waiting and more():
            await work(*waiting.pop(0))

    await asyncio.gather(*(take(APART * one) for one in range(min(at_once, len(waiting)))))


async def undisturbed(house: BenchHouse) -> str:
    """Hear the prompt once in silence; the recording. Raises ProcessDied."""
    recordings = await _call(house, "prompt-alone", [Quiet(AT_END), HangUp()], Disturbance(""), 1)
    return recordings[0]


def _judge(
    house: BenchHouse, prompt: Prompt, alone: str, played: Sequence[Played]
) -> dict[str, list[Fate]]:
    """What became of each, by disturbance. Who was lost can be listened to afterwards."""
    fates: dict[str, list[Fate]] = {}
    for one in played:
        found = fate(noises.samples_of(channels(one.recording)[0]), prompt)
        if found.lost or found.restarted:
            house.keep(alone)
            name = house.keep(one.recording)
        else:
            name = Path(one.recording).name
        fates.setdefault(one.kind, []).append(replace(found, name=name, told=one.told))
    return fates


async def _play(
    house: BenchHouse,
    prompt: Prompt,
    kind: Disturbance,
    name: str,
    times: int,
    rng: random.Random,
    more: Bound,
) -> list[Played]:
    """One caller after the other hears the prompt, each disturbing it in its own way."""
    name = "".join(c if c.isalnum() else "-" for c in name)
    rest = Quiet(AT_END, patience=30.0)
    script = [*script_of(kind, prompt.seconds, rng), rest, HangUp()]
    name = f"prompt-{name}"
    recordings = await _call(house, name, script, kind, times, more)
    calls = house.watch.of(name)
    return [
        Played(kind.name, path, told_of(call.facts))
        for path, call in zip(recordings, calls, strict=False)
    ]


def script_of(kind: Disturbance, seconds: float, rng: random.Random) -> list[Step]:
    """What the caller does until the prompt could be over."""
    steps: list[Step] = []
    at = 0.0
    for wav in rng.sample(kind.sounds, len(kind.sounds)):
        wait = rng.uniform(1.5, 4.0)
        at += wait + 0.5
        if at > seconds - 1.0:
            break
        steps += [Pause(wait), Say("disturbance", wav)]
    return [*steps, Pause(max(0.0, seconds - at))]  # Quiet counts from our own last sound on


async def _call(
    house: BenchHouse,
    name: str,
    script: list[Step],
    kind: Disturbance,
    times: int,
    more: Bound | None = None,
) -> list[str]:
    """Call so often; the recordings. Raises ProcessDied."""
    async with party(order_of(house, name, script, kind, times)) as it:
        ended = await all_ended(house, it, name, times, more or Bound())
    return [str(event["recording"]) for event in ended]


def order_of(
    house: BenchHouse, name: str, script: list[Step], kind: Disturbance, times: int
) -> Order:
    """A caller who calls the line of prompts so often."""
    return order(
        script, target=f"sip:{PROMPT_LINE}@{house.edge}", user=name, edge=house.edge,
        recording=house.recording(name), calls=times, redials_after=RETRY_AFTER,
        max_seconds=60.0 + 60.0 * times,
        echo_db=kind.echo_db, echo_ms=kind.echo_ms, noise=kind.noise,
    )  # fmt: skip


async def all_ended(
    house: BenchHouse, it: Running, name: str, times: int, more: Bound
) -> list[dict[str, object]]:
    """What so many calls told at their ends, or as many as there was time for. Those for which
    there was no room are placed again, and counted.

    Raises ProcessDied.
    """
    while len(ended := _answered(it)) < times and more():
        if it.process.returncode is not None:
            raise ProcessDied(f"{name} ended early: {it.events[-2:]}")
        it.changed.clear()
        async with asyncio.timeout(90.0):
            await it.changed.wait()
    house.refused += sum(event["event"] == "ended" for event in it.events) - len(ended)
    return ended


def _answered(it: Running) -> list[dict[str, object]]:
    return [event for event in it.events if event["event"] == "ended" and event["answered"]]
