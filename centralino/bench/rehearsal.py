"""`bench rehearsal`: the turns and prompts of `bench turns` without a telephone, in stepped time.

The same callers, questions and disturbances; the conversation, its ear, recogniser, understanding
and voice are serve's own. What the caller hears and says is recorded and read as in `bench turns`.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from centralino.bench import noises, stops
from centralino.bench.degrade import companded
from centralino.bench.fates import Fate, fate, figures, prompt_of, told_of
from centralino.bench.figures import Turn
from centralino.bench.prompts import AT_END, NOISE_SECONDS, Disturbance, disturbances, script_of
from centralino.bench.sounds import Sounds
from centralino.bench.stepped import (
    FRAME,
    Kept,
    SteppedRecogniser,
    SteppedSynthesiser,
    SteppedUnderstander,
    Steps,
)
from centralino.bench.turns import QUIET, Caller, turns_of
from centralino.bench.utterances import Speaker
from centralino.caller.line import Line
from centralino.caller.script import Pause, Say
from centralino.demo.watch import Fact, SeenCall
from kernel.packet import Packet
from telephony.media.framing import frame_bytes
from telephony.media.playout import Playout
from telephony.media.recording import interleave
from telephony.media.wav import WavSink, read_wav
from voicebot import reports
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot
from voicebot.leaving import By, Wish
from voicebot.nlu.ports import Understander
from voicebot.ports import SpeechEngines
from voicebot.session import Session
from voicebot.speech.ports import Recogniser, Synthesiser, TurnDetector, Vad
from voicebot.speech.sound import level, pieces, silence

RATE = 8000
RECOGNISER_SECONDS, VOICE_SECONDS, NLU_SECONDS = 0.25, 0.12, 0.01
"""What the engines take on a quiet core of the machine that the other pages were made on."""
LOUD_DBFS = -40.0
LONGEST = 60.0
"""Seconds in which a caller's next step must come."""
LINE_DELAY = 3
"""Frames for which a sound is on its way to us."""


@dataclass(frozen=True)
class Troupe:
    """The engines that play in every rehearsal."""

    recogniser: Recogniser
    synthesiser: Synthesiser
    vad: Callable[[int], Vad]
    bot: Bot
    understander: Understander
    fixed: frozenset[str]
    kept: Kept
    detector: TurnDetector | None = None
    patience: float = 1.0
    """As a line's."""


@dataclass
class Stage:
    """One call: a session and both ends of its sound; also its `SessionOutput`."""

    troupe: Troupe
    name: str
    steps: Steps = field(default_factory=Steps)
    playout: Playout = field(default_factory=lambda: Playout(RATE))
    facts: list[Fact] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)
    line: Line = field(default_factory=lambda: Line(RATE))
    """What the caller's sound becomes before it is sent."""
    over: bool = False
    quiet: int = 0
    """Frames since the last sound of the house, or of the caller."""
    heard_any: bool = False

    def __post_init__(self) -> None:
        troupe, steps = self.troupe, self.steps
        heard = SteppedRecogniser(troupe.recogniser, steps, troupe.kept, RECOGNISER_SECONDS)
        voice = SteppedSynthesiser(
            troupe.synthesiser, steps, troupe.kept, VOICE_SECONDS, troupe.fixed
        )
        facts = CallFacts(
            call=self.name, centre="bench", client="bench", line="bench", caller=self.name,
            says_recorded=False, patience=troupe.patience,
        )  # fmt: skip
        self.session = Session(
            facts, troupe.bot, SpeechEngines(voice, heard, troupe.vad, troupe.detector),
            SteppedUnderstander(troupe.understander, steps, NLU_SECONDS),
            self.playout, steps.clock, self,
        )  # fmt: skip
        self.began = steps.clock.now()

    @contextlib.asynccontextmanager
    async def up(self) -> AsyncIterator[Stage]:
        """While the session runs."""
        running = asyncio.create_task(self.session.run())
        await self.steps.settle()
        try:
            yield self
        finally:
            self.session.close("hang_up", self.steps.clock.now())
            await asyncio.wait_for(running, 10.0)

    # SessionOutput.

    def leave(self, wish: Wish, by: By, number: str = "") -> None:
        """Nobody waits here."""

    def transfer(self, packet: Packet, refer: str = "") -> None:
        self.over = True

    def hang_up(self) -> None:
        self.over = True

    def report(self, event: reports.Report) -> None:
        if not isinstance(event, reports.ConversationEnded | reports.HandedOver):
            now = self.steps.clock.now()
            self.facts.append({"report": type(event).__name__, **asdict(event), "told_at": now})

    # Sound.

    @property
    def at(self) -> float:
        """Seconds since the call began."""
        return len(self.sent) * 0.02

    async def frame(self, said: bytes | None = None) -> None:
        """20 ms in both directions."""
        own = said or silence(RATE, FRAME)
        self.sent.append(own)
        delayed = (
            self.sent[-1 - LINE_DELAY] if len(self.sent) > LINE_DELAY else silence(RATE, FRAME)
        )
        now = await self.steps.step()
        self.session.on_frame(_coded(self.line.carry(delayed)), now)
        await self.steps.settle()
        came = self.playout.next_frame() or silence(RATE, FRAME)
        self.received.append(came)
        self.line.heard(came)
        loud = level(came) > LOUD_DBFS
        self.heard_any = self.heard_any or loud
        self.quiet = 0 if loud or said is not None else self.quiet + 1

    async def say(self, pcm: bytes) -> tuple[float, float]:
        """Say this; when it began and ended, in seconds of the call."""
        began = self.at
        for frame in pieces(pcm, RATE, FRAME):
            await self.frame(frame.ljust(frame_bytes(RATE), b"\0"))
        return began, self.at

    async def until(self, condition: Callable[[], bool], seconds: float = LONGEST) -> bool:
        """Be silent until then; whether it came."""
        for _ in range(round(seconds / 0.02)):
            if self.over or condition():
                return True
            await self.frame()
        return False

    async def wait(self, seconds: float) -> None:
        """Be silent for so long."""
        end = self.at + seconds
        await self.until(lambda: self.at >= end)

    def record(self, path: Path) -> str:
        """Both channels in a file, received first as `channels` reads it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        sink = WavSink(path, RATE)
        sink(interleave(b"".join(self.received), b"".join(self.sent)))
        sink.close()
        return str(path)


def _coded(pcm: bytes) -> bytes:
    return noises.pcm_of(companded(noises.samples_of(pcm), "pcmu"))


async def rehearse_turns(
    troupe: Troupe, sounds: Sounds, turns: int, seed: int, recordings: Path, a_call: int = 21
) -> list[Turn]:
    """So many utterances, one call after the other."""
    found: list[Turn] = []
    number = 0
    while len(found) < turns and number < 2 + 2 * turns // a_call:
        name = f"caller-{number}"
        number += 1
        speaker = Speaker(random.Random(f"{seed}-{name}"))
        share = min(a_call, turns - len(found))
        found += await _call(troupe, sounds, name, speaker, share, recordings)
    return found


async def _call(
    troupe: Troupe, sounds: Sounds, name: str, speaker: Speaker, turns: int, recordings: Path
) -> list[Turn]:
    caller = Caller(name, speaker)
    async with Stage(troupe, name).up() as stage:
        caller.events.append({"event": "answered", "at": stage.began})
        mark = 0
        while len(caller.said) < turns:
            asked: list[str] = []

            def ready(mark: int = mark, asked: list[str] = asked) -> bool:
                asked[:] = [str(f["question"]) for f in stage.facts[mark:] if f.get("question")]
                heard = bool(asked) and stage.heard_any and not stage.playout.current
                return heard and stage.quiet >= QUIET / 0.02

            if not await stage.until(ready) or stage.over:
                break
            mark = len(stage.facts)
            utterance = speaker.answer(asked[-1])
            pcm = read_wav(Path(await sounds.wav(utterance)))[0]
            began, ended = await stage.say(pcm)
            stage.heard_any = False  # a question that was taken back before it sounded is none
            caller.said.append(utterance)
            caller.events.append({"event": "saying", "at": began})
            caller.events.append({"event": "said", "at": ended})
        await stage.until(lambda: stage.quiet > 100, 8.0)
        caller.call = SeenCall(name, name, "", stage.facts)
        caller.recording = stage.record(recordings / f"{name}.wav")
    return turns_of(caller, troupe.fixed)


async def rehearse_prompts(
    troupe: Troupe, sounds: Sounds, seconds: float, seed: int, recordings: Path
) -> dict[str, Any]:
    """Prompts of so many seconds in all, spread over the disturbances."""
    alone = await _prompt(troupe, "prompt-alone", Disturbance(""), 0.0, random.Random(seed))
    prompt = prompt_of(noises.samples_of(b"".join(alone.received)))
    kinds = await disturbances(sounds, seed)
    each = max(1, math.ceil(seconds / prompt.seconds / len(kinds)))
    fates: dict[str, list[Fate]] = {}
    for number, kind in enumerate(kinds):
        rng = random.Random(seed + number)
        for count in range(each):
            name = f"prompt-{''.join(c if c.isalnum() else '-' for c in kind.name)}-{count}"
            stage = await _prompt(troupe, name, kind, prompt.seconds, rng)
            stage.record(recordings / f"{name}.wav")
            found = fate(noises.samples_of(b"".join(stage.received)), prompt)
            told = told_of(stage.facts)
            fates.setdefault(kind.name, []).append(replace(found, name=name, told=told))
    return figures(fates, prompt.seconds)


async def _prompt(
    troupe: Troupe, name: str, kind: Disturbance, seconds: float, rng: random.Random
) -> Stage:
    """One prompt, disturbed."""
    noise = read_wav(Path(kind.noise))[0] if kind.noise else b""
    line = Line(RATE, kind.echo_db, kind.echo_ms, noise, rng.uniform(0.0, NOISE_SECONDS))
    async with Stage(troupe, name, line=line).up() as stage:
        for step in script_of(kind, seconds, rng):
            if isinstance(step, Pause):
                await stage.wait(step.seconds)
            elif isinstance(step, Say):
                await stage.say(read_wav(Path(step.wav))[0])
        await stage.until(lambda: stage.heard_any and stage.quiet >= AT_END / FRAME, 30.0)
    return stage


async def rehearse_stops(
    troupe: Troupe, sounds: Sounds, count: int, seed: int, recordings: Path
) -> dict[str, Any]:
    """So many prompts that are interrupted."""
    rng = random.Random(f"{seed}-stops")
    found = []
    for number in range(count):
        said = stops.INTERRUPTIONS[number % len(stops.INTERRUPTIONS)]
        name = f"stop-{number}"
        async with Stage(troupe, name).up() as stage:
            await stage.until(lambda: stage.heard_any)
            await stage.wait(stops.wait(rng))
            await stage.say(await sounds.pcm(said))
            await stage.until(lambda: stage.quiet >= 25, 3.0)
            stage.record(recordings / f"{name}.wav")
            both = b"".join(stage.sent), b"".join(stage.received)
            found.append(stops.stop_of(*both, stage.facts, stage.began, said, name))
    return stops.figures(found)
