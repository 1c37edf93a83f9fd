"""What every call of a media process shares."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from centralino.config.model import Config, Line
from centralino.content.recordings import Recordings
from centralino.content.vault import SoundVault
from centralino.media.answers import Answers
from centralino.media.capacity import CALM, EFFORTS, Shed
from centralino.media.gate import Gate, plan_of
from centralino.media.invitations import Invitations
from centralino.media.news import KEPT, KeptNews
from centralino.media.notice_talk import Engines
from kernel.bus import Bus
from kernel.clock import Clock
from kernel.ids import Chance, new_id, random_hex
from telephony.media.pump import Pump
from telephony.ports import CallControl
from voicebot.dialogue.flow import Bot
from voicebot.nlu.ports import Understander
from voicebot.ports import Performer, SpeechEngines
from voicebot.speech.metered import MeteredRecogniser
from voicebot.speech.ports import Synthesiser
from voicebot.speech.yielding import Yielding

log = structlog.get_logger()

ANEW_SECONDS = 0.5
"""Until what must go on and broke begins anew."""

Live = Callable[[dict[str, object]], None]
"""Told what happens, for whoever watches: personal content, so only where it was asked for."""


@dataclass(frozen=True)
class LoadedBot:
    """A bot and what understands for it."""

    bot: Bot
    understander: Understander
    performer: Performer | None = None
    """Does its lookups and custom actions; None: it has none."""


@dataclass
class House:
    """One media process."""

    name: str
    epoch: str
    config: Config
    control: CallControl
    pump: Pump
    bus: Bus
    engines: SpeechEngines
    bots: Mapping[str, LoadedBot]
    clock: Clock
    vault: SoundVault
    edge: str
    """host:port of the edge: every leg that we place goes there."""
    secret: str = field(repr=False)
    """What the edge says with every call that it admitted."""
    voices: Mapping[str, Synthesiser] = field(default_factory=dict)
    """Further languages → who speaks them."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Media processes of this house → host:port of each."""
    live: Live = lambda event: None
    chance: Chance = random_hex
    meter: MeteredRecogniser | None = None
    """Says how busy the recognisers are."""
    news: KeptNews | None = None
    """What of campaigns' calls control has not taken yet."""
    shed: Shed = Shed.NOTHING
    """What is left out for lack of capacity."""
    use: float = 0.0
    """Of what there is; 1.0 is everything but the reserve."""
    crowded: bool = False
    """No conversation more has room: a call that is let in all the same is answered by keys."""
    gate: Gate = field(init=False)
    """Asked before anything is dialled."""
    answers: Answers | None = field(init=False, default=None)
    """Who is asked to speak in a notification, and what is still to be recognised."""
    notices: Engines = field(init=False)
    """Who speaks, hears and understands in a notification; grows as its bots are loaded."""
    _outbox: asyncio.Queue[tuple[object, str | None]] = field(default_factory=asyncio.Queue)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.gate = Gate(plan_of(self.config, self.edge), self.tell)
        engines = self.engines
        spoken = {"en": engines.synthesiser}
        if engines.recogniser is not None:
            part = recognisers_of_one(self.config)
            self.answers = Answers(
                engines.recogniser, Invitations(part), self.clock, self.spawn, self.meter,
                busy=lambda: self.use >= CALM,
            )  # fmt: skip
        self.notices = Engines(
            spoken, {}, engines.recogniser, engines.vad, self.answers,
            Recordings(self.config.recordings),
        )  # fmt: skip

    def talk_engines(self, direction: str) -> SpeechEngines:
        """The engines of a conversation, which spends on hearing what there is capacity for; one
        that is `outbound` lets those of callers go first."""
        recogniser = self.engines.recogniser
        if direction == "outbound" and recogniser is not None:
            recogniser = Yielding(recogniser)
        return replace(self.engines, recogniser=recogniser, effort=lambda: EFFORTS[self.shed])

    def speech_has_room(self, line: Line) -> bool:
        """Whether a new call on this line can be a conversation, or must be answered by keys."""
        return self.shed is not Shed.SPEECH and not (line.emergency and self.crowded)

    @property
    def nothing_kept(self) -> bool:
        """Whether all that was said in notifications has been recognised."""
        return self.answers is None or not self.answers.waiting

    def tell(self, value: object, call: str | None = None) -> None:
        """Send control a message, in the order of the calls of this verb; never waits."""
        self._outbox.put_nowait((value, call))

    def spawn(self, work: Coroutine[Any, Any, None], what: str) -> asyncio.Task[None]:
        """Run something beside the calls; what it raises is logged and ends nothing else."""
        task = asyncio.create_task(work, name=what)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def keep(self, work: Callable[[], Coroutine[Any, Any, None]], what: str) -> asyncio.Task[None]:
        """Run something that goes on as long as the process; what it raises is logged, and it
        begins anew: a process that tells nothing any more is worse than one that missed a word."""

        async def kept() -> None:
            while True:
                try:
                    return await work()
                except Exception:
                    log.exception("media.task", task=what)
                await asyncio.sleep(ANEW_SECONDS)

        return self.spawn(kept(), what)

    async def carry_messages(self) -> None:
        """Send what `tell` was given, until cancelled."""
        while True:
            value, call = await self._outbox.get()
            id = new_id("msg", random_hex)
            if self.news is not None and isinstance(value, KEPT):
                self.news.keep(id, value)
            await self.bus.send("control", value, call=call, id=id)

    async def taken(self, id: str) -> None:
        """Control has taken a message."""
        if self.news is not None:
            self.news.taken(id)

    async def flushed(self, seconds: float = 2.0) -> None:
        """Return when what was told has been handed to the bus, or after a while."""
        try:
            async with asyncio.timeout(seconds):
                while not self._outbox.empty():  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        except TimeoutError:
            log.warning("media.unsent", messages=self._outbox.qsize())

    async def cancel_all(self) -> None:
        """End what was spawned."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def line(self, number: str) -> Line | None:
        """The line that answers this number."""
        found = self.config.line(number)
        default = self.config.sip.default_line
        return found or (self.config.line(default) if default else None)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("media.task", task=task.get_name(), exc_info=error)


def recognisers_of_one(config: Config) -> float:
    """How many of the house's recognisers one media process may count on."""
    return config.speech.workers / config.media.processes


def user_of(uri: str) -> str:
    """The user part of a SIP URI: what was dialled."""
    _, _, rest = uri.partition(":")
    user, at, _ = rest.partition("@")
    return user.split(";")[0] if at else ""
