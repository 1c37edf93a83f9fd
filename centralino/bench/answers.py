"""`centralino bench answers`: a town answers a notification by voice at once, on one recogniser.

Real recogniser, voice and understanding in the house's own talk (`centralino.media.notice_talk`);
the telephone is the exchange in memory, so nothing is measured but hearing. Everybody waits until
the message is over, says that they understood, and every second one puts the telephone down with
the last word. Beside them one caller converses: an utterance every few seconds. Each utterance of
that caller may wait for one that had begun before it, and for no other: `passed` counts the answers
of the town that came in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from centralino import bots
from centralino.bench.page import machine
from centralino.caller.voices import Voices
from centralino.config.read import read_config
from centralino.demo.measure import summary
from centralino.media.answers import Answers
from centralino.media.invitations import Invitations
from centralino.media.notice_talk import RATE, Engines, NoticeTalk
from centralino.outbound.notices import phrases_of
from centralino.processes.serve import worker_post
from centralino.processes.supervisor import Supervisor
from kernel.clock import SteadyClock
from kernel.ids import LegId
from outbound import notice_messages as n
from telephony.drivers.memory import MemoryControl, MemoryExchange
from telephony.media.framing import frame_bytes
from telephony.media.leg import LegSound
from telephony.media.playout import Playout
from telephony.media.pump import Pump
from telephony.media.wav import read_wav
from telephony.types import LegOffered, Originate
from voicebot.nlu.ports import Understander
from voicebot.speech.client import WyomingRecogniser, WyomingSynthesiser
from voicebot.speech.engines import vad_maker
from voicebot.speech.metered import MeteredRecogniser
from voicebot.speech.pool import RecogniserPool
from voicebot.speech.ports import (
    EngineInfo,
    Recognised,
    Recogniser,
    RecognitionContext,
    RecognitionStream,
    Urgency,
)
from voicebot.speech.sound import level

Json = dict[str, Any]

HEADLINE = "Boil your water."
BY_VOICE, BY_KEY = "Please say: understood.", "Please press 1."
"""Short: what is measured begins after it."""
SAID = "Yes, I have understood."
ASKED = "What are your opening hours on Saturday?"
QUIET_FRAMES = 25
"""Frames without a sound after which the called takes the message to be over."""
ALONE = 10
"""Utterances of the caller before the town is called."""
MOST_SECONDS = 120.0
SOUND = -45.0
"""dBFS from which a frame is one."""


@dataclass
class Counted:
    """What came of it."""

    by_voice: int = 0
    """Understood while the call was up."""
    later: int = 0
    """Understood when the call was over."""
    last: float = 0.0
    """Monotonic seconds of the last acknowledgement."""
    waits: list[float] = field(default_factory=list)
    """Seconds in which the caller who converses was heard, from the end of the sound."""
    heard: int = 0
    """How many of that caller's utterances were understood word by word."""
    passed: list[int] = field(default_factory=list)
    """For each of them, how many of the town's answers came between its end and its answer."""


class Phone:
    """One of the called: hears, then speaks."""

    def __init__(self, control: MemoryControl, leg: LegId, pcm: bytes, hasty: bool) -> None:
        self.media = control.media(leg)
        self.control, self.leg, self.hasty = control, leg, hasty
        size = frame_bytes(RATE)
        self._frames = [pcm[at : at + size] for at in range(0, len(pcm) - size + 1, size)]
        self._quiet, self._begun = 0, False
        self.spoke_at: float | None = None
        self.over = False

    def tick(self) -> None:
        """20 ms."""
        while (frame := self.media.read()) is not None:
            loud = level(frame) >= SOUND
            self._begun |= loud
            self._quiet = 0 if loud else self._quiet
        self._quiet += 1
        if self._begun and self._quiet >= QUIET_FRAMES and self._frames and not self.over:
            self.spoke_at = self.spoke_at or time.monotonic()
            self.media.write(self._frames.pop(0))
            self.over = self.hasty and not self._frames


class Counting:
    """A recogniser; `town` is how many utterances of others than callers were recognised."""

    def __init__(self, inner: Recogniser) -> None:
        self._inner = inner
        self.town = 0

    async def info(self) -> EngineInfo:
        """Which engine answers."""
        return await self._inner.info()

    async def open(self, rate: int, context: RecognitionContext) -> RecognitionStream:
        """Begin an utterance."""
        stream = await self._inner.open(rate, context)
        if context.urgency is not Urgency.INBOUND:
            finish = stream.finish

            async def counted() -> Recognised:
                heard = await finish()
                self.town += 1
                return heard

            setattr(stream, "finish", counted)  # noqa: B010
        return stream


@dataclass
class Town:
    """The recogniser, and everything that every call shares."""

    engines: Engines
    answers: Answers
    recogniser: Counting
    script: n.Script
    said: bytes
    asked: bytes
    spawn: Callable[..., asyncio.Task[None]]
    counted: Counted = field(default_factory=Counted)

    @property
    def acknowledged(self) -> int:
        """So far."""
        return self.counted.by_voice + self.counted.later


@contextlib.asynccontextmanager
async def town(directory: Path) -> AsyncIterator[Town]:
    """With one recogniser in a worker of its own. Raises StartRefused."""
    directory = directory.resolve()  # noqa: ASYNC240 - nothing else runs yet
    config = read_config(None, {"state_dir": str(directory)})
    uri, models = f"unix://{directory}/speech.sock", str(config.speech.models_dir.absolute())
    worker = worker_post("speech", "--uri", uri, "--models", models)
    supervisor = Supervisor([worker], directory / "log")
    await supervisor.start()
    tasks: set[asyncio.Task[None]] = set()

    def spawn(work: Any, what: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=what)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return task

    try:
        clock = SteadyClock()
        bot, understander = await asyncio.to_thread(bots.load_notice, config, "notification")
        pool = RecogniserPool([WyomingRecogniser(uri, signs=True)])
        meter = MeteredRecogniser(pool, 1, clock.now)
        counting = Counting(meter)
        answers = Answers(counting, Invitations(1.0), clock, spawn, meter)
        voice = WyomingSynthesiser(uri, signs=True)
        understanders: dict[str, Understander] = {"en": understander}
        engines = Engines({"en": voice}, understanders, counting, vad_maker("silero"), answers)
        words = replace(phrases_of(bot), options=BY_VOICE, options_by_key=BY_KEY)
        version = n.Version(HEADLINE, "", HEADLINE, words)
        voices = Voices(directory / "voices")
        said, asked = [read_wav(await voices.wav(text))[0] for text in (SAID, ASKED)]
        yield Town(engines, answers, counting, n.Script({"en": version}), said, asked, spawn)
    finally:
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await supervisor.stop()


async def all_at_once(town: Town, calls: int, every: float, seconds: float) -> Json:
    """So many calls begin together; the caller beside them speaks every so many seconds. Ends when
    all have understood, or after so many seconds."""
    exchange = MemoryExchange(SteadyClock())
    ours, theirs = exchange.control("sip:us@house"), exchange.control("sip:town@house")
    talks, phones = [], []
    async with Pump() as pump:
        for number in range(calls):
            talk, phone = await _call(town, ours, theirs, number)
            talks.append(talk)
            phones.append(phone)

        def tick() -> None:
            for talk, phone in zip(talks, phones, strict=True):
                _tick(talk, phone)

        for talk in talks:
            talk.begin()
        pump.add("town", tick)
        talking = asyncio.create_task(_converse(town, every))
        try:
            async with asyncio.timeout(seconds):
                while town.acknowledged < calls:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        except TimeoutError:
            pass
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)
            for talk in talks:
                talk.close()
    first = min((phone.spoke_at for phone in phones if phone.spoke_at), default=0.0)
    return _figures(town, calls, first, pump.late)


async def alone(town: Town, every: float, utterances: int) -> list[float]:
    """The waits of the caller who converses, with nobody beside."""
    talking = asyncio.create_task(_converse(town, every))
    while len(town.counted.waits) < utterances:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    talking.cancel()
    await asyncio.gather(talking, return_exceptions=True)
    waits, town.counted = town.counted.waits, Counted()
    return waits


async def _call(
    town: Town, ours: MemoryControl, theirs: MemoryControl, number: int
) -> tuple[NoticeTalk, Phone]:
    leg = LegId(f"leg-{number}")
    await ours.originate(Originate(leg, "sip:town@house", "sip:us@house"))
    (offered,) = [event.leg for event in theirs.take_events() if isinstance(event, LegOffered)]
    await theirs.answer(offered)
    phone = Phone(theirs, offered, town.said, hasty=number % 2 == 0)
    counted = town.counted

    def told(command: n.Command) -> None:
        if isinstance(command, n.Acknowledged):
            counted.later += phone.over
            counted.by_voice += not phone.over
            counted.last = time.monotonic()

    sound = LegSound(ours.media(leg), Playout(RATE))
    return NoticeTalk(town.script, sound, town.engines, SteadyClock(), told, town.spawn), phone


def _tick(talk: NoticeTalk, phone: Phone) -> None:
    before = phone.over
    phone.tick()
    talk.tick()
    if phone.over and not before:
        talk.close()  # the leg is gone


async def _converse(town: Town, every: float) -> None:
    counted, recogniser = town.counted, town.recogniser
    while True:
        began = time.monotonic()
        stream = await recogniser.open(RATE, RecognitionContext())
        await stream.feed(town.asked)
        before, asked = recogniser.town, time.monotonic()
        heard = await stream.finish()
        counted.waits.append(time.monotonic() - asked)
        counted.passed.append(recogniser.town - before)
        counted.heard += "opening hours" in heard.text.lower()
        await asyncio.sleep(max(0.0, every - (time.monotonic() - began)))


def _figures(town: Town, calls: int, first: float, late: int) -> Json:
    counted, invitations = town.counted, town.answers.invitations
    took = max(0.001, counted.last - first)
    return {
        "calls": calls,
        "asked_by_voice": invitations.by_voice,
        "asked_by_key": invitations.by_key,
        "acknowledged": town.acknowledged,
        "while_up": counted.by_voice,
        "heard_later": counted.later,
        "seconds": round(took, 2),
        "acks_per_s_by_voice": round(town.acknowledged / took, 2),
        "recogniser_seconds_a_call": round(invitations.cost, 2),
        "beside": {
            **summary([1000 * wait for wait in counted.waits]), "heard_right": counted.heard,
            "passed_most": max(counted.passed, default=0),
        },
        "late_ticks": late,
    }  # fmt: skip


async def run_answers(directory: Path, calls: int, every: float) -> Json:
    """The caller alone, then beside the town. Raises StartRefused."""
    directory.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nothing else runs yet
    async with town(directory) as it:
        before = await alone(it, every, ALONE)
        found = await all_at_once(it, calls, every, MOST_SECONDS)
    return {"machine": machine(), **found, "alone": summary([1000 * wait for wait in before])}
