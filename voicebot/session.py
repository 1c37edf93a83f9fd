"""Drives one `Conversation` on one leg: its ear, its voice, its understanding, its clock.

The owner of the leg calls the verbs from the event loop's thread, `on_frame` every 20 ms; none of
them waits or raises. What takes time runs as tasks of `run`, which returns when the conversation
has ended. A fault in one conversation must not stop the tick that carries all calls: it ends this
one, and `run` raises it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import structlog

from kernel.clock import Clock
from kernel.errors import IllegalTransition
from telephony.media import playout as media
from telephony.media.playout import Playout
from telephony.media.tones import hold_music
from voicebot import commands as do
from voicebot import events
from voicebot.conversation import Conversation
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot
from voicebot.ear import Ear
from voicebot.errors import EngineLost
from voicebot.nlu.ports import Understander
from voicebot.outside.unable import Unable
from voicebot.ports import InLanguage, Performer, SessionOutput, SpeechEngines
from voicebot.reports import Oddity
from voicebot.speech.ports import TurnDetector
from voicebot.turns import State
from voicebot.understanding import understand
from voicebot.voice import Voice

NO_TIME = "nobody has time to listen"

log = structlog.get_logger(__name__)


class Session:
    """One conversation on one leg.

    `stop` and `pause` silence the leg at once; by default its playout alone, those of `LegSound`
    also take back what the stack has queued.
    """

    def __init__(
        self,
        facts: CallFacts,
        bot: Bot,
        engines: SpeechEngines,
        understander: Understander,
        playout: Playout,
        clock: Clock,
        output: SessionOutput,
        rate: int = 8000,
        stop: Callable[[], int] | None = None,
        performer: Performer | None = None,
        others: Mapping[str, InLanguage] | None = None,
        pause: Callable[[], None] | None = None,
    ) -> None:
        """`others`: language → what callers who speak that are conversed with instead."""
        self._facts = facts
        self._engines = engines
        self._own = InLanguage(bot, understander, engines.synthesiser, performer)
        self._others = others or {}
        self._playout = playout
        self._clock = clock
        self._output = output
        self._rate = rate
        bots = {language: other.bot for language, other in self._others.items()}
        self._conversation = Conversation(bot, facts, bots)
        self._voice = Voice(engines.synthesiser, playout, rate, self._told, stop or playout.stop)
        self._pause = pause or playout.pause
        self._ear = self._make_ear()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended = asyncio.Event()
        self._fault: Exception | None = None
        self._held: do.Recognise | None = None
        """What is recognised only when the turn is over."""

    @property
    def state(self) -> State:
        """Whose turn it is."""
        return self._conversation.state

    @property
    def language(self) -> str:
        """In which the caller is spoken to."""
        return self._conversation.language

    async def run(self) -> None:
        """Converse. Returns when the conversation has ended; raises what broke it."""
        try:
            self._start(self._voice.run())
            await self._know_the_recogniser()
            self._receive(events.Started(), self._clock.now())
            await self._ended.wait()
        finally:
            await self._stop_tasks()
        if self._fault is not None:
            raise self._fault

    # What the owner of the leg calls.

    def on_frame(self, pcm: bytes | None, now: float) -> None:
        """20 ms of received sound, or None where nothing came."""
        if self._ended.is_set():
            return
        for event in self._playout.take_events():
            self._receive(self._playback_event(event), now)
        for playback in self._voice.take_unsaid():
            self._receive(events.PlaybackFinished(playback, interrupted=True), now)
        if self._ear is not None:
            self._ear.played(self._playout.take_played())
            self._guard(self._ear.hear, pcm, now)
            self._recognise_held()
        due = self._conversation.next_timer()
        stirs = self._ear is not None and self._ear.stirs  # no turn ends as the caller goes on
        if due is not None and due <= now and not stirs:
            self._guard(self._conversation.handle_timer, now)
            self._carry_out()

    def on_digit(self, digit: str, now: float) -> None:
        """The caller pressed a key."""
        self._receive(events.DigitPressed(digit), now)

    def notify(self, event: events.QueueEvent, now: float) -> None:
        """Something happened in the queue."""
        self._receive(event, now)

    def machine(self, event: events.MachineAnswered | events.MachineBeeped, now: float) -> None:
        """Our call was taken by a machine, or its tone is over."""
        self._receive(event, now)

    def media_failed(self, why: str, now: float) -> None:
        """Nothing of the caller can be heard."""
        self._receive(events.MediaFailed(why), now)

    def close(self, why: str, now: float) -> None:
        """The caller's leg is gone."""
        self._receive(events.CallerLeft(why), now)

    # Inside.

    def _make_ear(self) -> Ear | None:
        recogniser, vad = self._engines.recogniser, self._engines.vad
        if self._facts.keys_only or recogniser is None or vad is None:
            return None
        return Ear(recogniser, vad(self._rate), self._rate, self._told)

    async def _know_the_recogniser(self) -> None:
        if self._ear is None or self._engines.recogniser is None:
            return
        try:
            self._ear.streams = (await self._engines.recogniser.info()).partials
        except EngineLost as lost:
            log.warning("session.recogniser_unknown", call=self._facts.call, problem=str(lost))

    def _told(self, event: events.Event) -> None:
        self._receive(event, self._clock.now())

    def _receive(self, event: events.Event, now: float) -> None:
        if self._ended.is_set():
            return
        self._guard(self._conversation.receive, event, now)
        self._carry_out()

    def _guard(self, step: Callable[..., None], *given: object) -> None:
        """Take a step; one that must not be taken now is logged, a fault ends the conversation."""
        try:
            step(*given)
        except IllegalTransition as problem:
            log.warning("session.illegal", call=self._facts.call, problem=str(problem))
        except Exception as fault:  # a fault in one call must not stop the tick of all
            self._break(fault)

    def _break(self, fault: Exception) -> None:
        log.error("session.broke", call=self._facts.call, exc_info=fault)
        self._fault = self._fault or fault
        self._ended.set()

    def _carry_out(self) -> None:
        for command in self._conversation.commands():
            self._guard(self._do, command)
        if self._conversation.state is State.ENDED:
            self._ended.set()

    def _do(self, command: do.Command) -> None:
        DOING[type(command)](self, command)

    def _listen(self, command: do.Listen) -> None:
        if self._ear is not None:
            light = self._engines.effort().light
            self._ear.listen(command.turn, replace(command.context, light=light))

    def _stop_listening(self, command: do.StopListening) -> None:
        if self._ear is not None:
            self._ear.close()

    def _recognise(self, command: do.Recognise) -> None:
        effort, detector = self._engines.effort(), self._engines.turn_detector
        if not effort.guesses and self._conversation.state is State.HEARING:
            self._held = command
        else:
            self._start(self._hear_out(command))
        if command.judge and detector is not None and effort.judges:
            self._start(self._judge(command, detector))

    def _recognise_held(self) -> None:
        """The silence was long enough; or there is time to guess again."""
        held = self._held
        if held is not None and (
            self._conversation.state is not State.HEARING or self._engines.effort().guesses
        ):
            self._held = None
            self._start(self._hear_out(held))

    async def _hear_out(self, command: do.Recognise) -> None:
        if self._ear is None:
            return
        if command.only:
            again = await self._ear.read_again(command.turn, command.only)
            self._told(events.Heard(command.turn, again, command.guess))
            return
        if not self._engines.effort().speech:
            self._told(events.EngineFailed(command.turn, NO_TIME, by_keys=True))
            return
        try:
            recognised = await self._ear.hear_out(command.turn)
        except EngineLost as lost:
            self._told(events.EngineFailed(command.turn, str(lost)))
        else:
            self._told(events.Heard(command.turn, recognised, command.guess))

    async def _judge(self, command: do.Recognise, detector: TurnDetector) -> None:
        """Without its answer the words decide alone."""
        pcm = self._ear.sound_of(command.turn) if self._ear is not None else b""
        try:
            finished = await detector.finished(pcm, self._rate)
        except EngineLost as lost:
            log.warning("session.turn_not_judged", call=self._facts.call, problem=str(lost))
        else:
            self._told(events.TurnJudged(command.turn, finished, command.guess))

    def _peek(self, command: do.Peek) -> None:
        effort = self._engines.effort()
        if effort.speech and effort.peeks:
            self._start(self._hear_first(command.turn))

    async def _hear_first(self, turn: int) -> None:
        """The first words of speech that goes on; without them its pause will tell."""
        if self._ear is None:
            return
        try:
            recognised = await self._ear.peek(turn)
        except EngineLost as lost:
            log.warning("session.not_peeked", call=self._facts.call, problem=str(lost))
        else:
            self._told(events.Peeked(turn, recognised))

    def _playback_event(
        self, event: media.PlaybackStarted | media.PlaybackFinished
    ) -> events.Event:
        if isinstance(event, media.PlaybackStarted):
            return events.PlaybackStarted(event.playback)
        spoken = self._voice.spoken(event.playback, event.samples)
        return events.PlaybackFinished(event.playback, event.interrupted, spoken)

    def _understand(self, command: do.Understand) -> None:
        self._start(self._make_out(command))

    async def _make_out(self, command: do.Understand) -> None:
        try:
            understander = self._in(command.language).understander
            readings = await understand(understander, command.text, command.readings)
        except EngineLost as lost:
            self._told(events.EngineFailed(command.turn, str(lost)))
        else:
            self._told(events.Understood(command.turn, readings, command.guess))

    def _perform(self, command: do.Perform) -> None:
        self._start(self._have_done(command))

    async def _have_done(self, command: do.Perform) -> None:
        performer = self._in(command.language).performer or Unable()
        facts = replace(self._facts, language=command.language or self._facts.language)
        outcome = await performer.perform(command.act, facts)
        self._told(events.Performed(command.number, outcome))

    def _tell(self, command: do.Tell) -> None:
        if isinstance(command.report, Oddity):
            log.warning("session.odd", call=self._facts.call, what=command.report.what)
        self._output.report(command.report)

    def _in(self, language: str) -> InLanguage:
        return self._others.get(language, self._own)

    def _speak(self, command: do.Speak) -> None:
        voice = self._in(command.language).synthesiser
        self._voice.speak(command.playback, command.text, command.slow, voice)

    def _prepare(self, command: do.Prepare) -> None:
        self._voice.prepare(command.text, self._in(command.language).synthesiser)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        fault = None if task.cancelled() else task.exception()
        if isinstance(fault, Exception):
            self._break(fault)

    async def _stop_tasks(self) -> None:
        if self._ear is not None:
            self._ear.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


DOING: dict[type, Callable[[Session, Any], None]] = {
    do.Speak: Session._speak,
    do.StopSpeaking: lambda session, it: session._voice.stop(),
    do.PauseSpeaking: lambda session, it: session._pause(),
    do.ResumeSpeaking: lambda session, it: session._playout.resume(),
    do.Listen: Session._listen,
    do.StopListening: Session._stop_listening,
    do.Recognise: Session._recognise,
    do.Peek: Session._peek,
    do.Understand: Session._understand,
    do.Perform: Session._perform,
    do.Prepare: Session._prepare,
    do.HandOver: lambda session, it: session._output.transfer(it.packet, it.refer),
    do.LeaveQueue: lambda session, it: session._output.leave(it.wish, it.by, it.number),
    do.StartMusic: lambda session, it: session._playout.background(hold_music(session._rate)),
    do.StopMusic: lambda session, it: session._playout.background(None),
    do.HangUp: lambda session, it: session._output.hang_up(),
    do.Tell: Session._tell,
}
