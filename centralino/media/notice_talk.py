"""The sound of one notification: its voice, its ear, and who seems to have answered.

Decides nothing: `outbound.notice` does. What it orders is carried out here, what happens is told to
it, and what the dialler has to know of it is passed on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from centralino.content.errors import BadRecording
from centralino.content.recordings import Recordings
from centralino.media.answers import Answers
from centralino.media.said import Said
from centralino.media.spoken_over import SpokenOver
from kernel.clock import Clock
from outbound import notice_messages as n
from outbound.notice import Notice, State
from telephony.media import playout as media
from telephony.media.answering import Answered, Answering, Verdict
from telephony.media.leg import LegSound
from telephony.media.stretch import stretch
from voicebot import events
from voicebot.ear import Ear
from voicebot.errors import EngineLost
from voicebot.hearing import Sound
from voicebot.nlu.ports import Understander
from voicebot.speech.ports import (
    Recognised,
    Recogniser,
    RecognitionContext,
    Synthesiser,
    Urgency,
    Vad,
)

log = structlog.get_logger()

RATE = 8000
SLOWER = 1.3
"""How much longer slow speech takes."""
TURN_PAUSE = 0.4
"""Seconds of silence after which what was said is looked at."""
NO_SPEECH = 0.7
"""Probability of no speech from which on words are not believed."""
SHORTEST = round(0.25 * 2 * RATE)
"""Bytes of sound that is worth keeping: what is shorter is no word."""
LONGEST = 12 * 2 * RATE
"""Bytes of sound that is kept; of what is longer, its end."""
NOTHING = "out_of_scope"
CERTAIN = 0.9
"""Confidence from which on a machine is told as one."""


@dataclass(frozen=True)
class Engines:
    """Who speaks, hears and understands in which language."""

    voices: dict[str, Synthesiser]
    understanders: dict[str, Understander]
    recogniser: Recogniser | None = None
    vad: Callable[[int], Vad] | None = None
    answers: Answers | None = None
    """Who is asked to speak, and what is recognised later; None: all are, and what cannot be
    recognised at once is lost."""
    recordings: Recordings = Recordings(None)
    _said: dict[str, Said] = field(default_factory=dict)

    def said(self, language: str) -> Said:
        """What is said in this language, made once for all calls."""
        if language not in self._said:
            voice = self.voices.get(language) or next(iter(self.voices.values()))
            self._said[language] = Said(voice, RATE)
        return self._said[language]


@dataclass
class NoticeTalk:
    """One call's notification. `begin` at the answer, then `tick` every 20 ms; `close` at the end.

    `told` gets what is not about sound: facts, hand-over, hang-up.
    """

    script: n.Script
    sound: LegSound
    engines: Engines
    clock: Clock
    told: Callable[[n.Command], None]
    spawn: Callable[..., asyncio.Task[None]]
    live: Callable[[dict[str, object]], None] = lambda fact: None
    notice: Notice = field(init=False)
    answering: Answering = field(default_factory=lambda: Answering(RATE))
    left_in_mailbox: bool = False
    _ear: Ear | None = None
    _turn: int = 0
    _invited: bool = True
    """To speak, when the options were said last."""
    _took: float = 0.0
    """Seconds of recognition of this call's answers."""
    _promised: int = 0
    """How often this call was asked to speak."""
    _judge_at: float | None = None
    _making_out: int = 0
    """The turn that is being made out: its end may be told meanwhile."""
    _speaks: bool = False
    """Speech began in this turn, and what it is is not told yet."""
    _asked: bool = False
    """The question was being asked, or had been, when this turn's speech began."""
    _over_it: bool = False
    """This turn's speech was over what may be interrupted."""
    _over: SpokenOver = field(init=False)
    _texts: asyncio.Queue[n.Say] = field(default_factory=asyncio.Queue)
    _speaker: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.notice = Notice(self.script)
        self._over = SpokenOver(self.sound, self._peek, self.live)
        if self.engines.recogniser is not None and self.engines.vad is not None:
            vad = self.engines.vad(RATE)
            self._ear = Ear(self.engines.recogniser, vad, RATE, self._ear_told)

    # What the leg's owner calls.

    def begin(self) -> None:
        """The leg is up."""
        self._receive(n.Answered())
        self._listen()

    def digit(self, digit: str) -> None:
        """A key."""
        self._receive(n.KeyPressed(digit))

    def take_back(self, text: str) -> None:
        """What is being said is not so any more."""
        self._receive(n.TakenBack(text))

    def tick(self) -> None:
        """20 ms."""
        now = self.clock.now()
        frames = self.sound.receive()
        self.sound.send()
        if self._ear is not None:
            self._ear.played(self.sound.playout.take_played())
        heard: list[bytes | None] = [*frames] or [None]
        for frame in heard:
            if self.answering.hear(frame) is not None:
                self._receive(n.Beeped())
            if self._ear is not None:
                self._ear.hear(frame, now)
        for event in self.sound.playout.take_events():
            self._played(event, now)
        self._over.tick(now)
        if self._judge_at is not None and now >= self._judge_at:
            self._judge_at = None
            self.spawn(self._make_out(self._turn), "notice words")
        due = self.notice.next_timer()
        if due is not None and now >= due:
            self.notice.handle_timer(now)
            self._carry_out()

    def close(self) -> None:
        """The leg is gone, or somebody else has it now. What was said and is not recognised yet
        counts all the same."""
        if self._ear is not None:
            self._keep(self._turn)
            self._ear.close()
        if self.engines.answers is not None and self._promised:
            self.engines.answers.invitations.took(self._took, self._promised)
        self._receive(n.Gone())
        if self._speaker is not None:
            self._speaker.cancel()

    def who(self) -> Verdict:
        """Who seems to have answered."""
        return self.answering.verdict()

    @property
    def answered_by(self) -> str:
        """As it is told: a machine only where it is all but certain, or took our word."""
        if self.left_in_mailbox:
            return Answered.VOICEMAIL.value
        verdict = self.who()
        return verdict.answered.value if verdict.confidence >= CERTAIN else ""

    # Inside.

    def _receive(self, event: n.Event) -> None:
        self.notice.receive(event, self.clock.now())
        self._carry_out()

    def _carry_out(self) -> None:
        for command in self.notice.commands():
            if isinstance(command, n.Say):
                self.live({"report": "BotSaid", "text": command.text, "at": self.clock.now()})
                self._texts.put_nowait(command)
                self._over.ordered(command, self.clock.now())
                if self._speaker is None:
                    self._speaker = self.spawn(self._speak(), "notice voice")
            elif isinstance(command, n.Hush):
                self._hush()
            else:
                self.left_in_mailbox |= isinstance(command, n.LeftInMailbox)
                self.told(command)

    def _hush(self) -> None:
        while not self._texts.empty():
            self._texts.get_nowait()
        if self._speaker is not None:
            self._speaker.cancel()
            self._speaker = None
        self.sound.stop()
        self._over.hushed()

    def _played(self, event: media.PlaybackStarted | media.PlaybackFinished, now: float) -> None:
        if isinstance(event, media.PlaybackStarted):
            self._over.began(event.playback, now)
            self._receive(n.PartStarted(event.playback))
        else:
            self._over.ended(event.playback)
            played_ms = event.samples * 1000 // RATE
            self._receive(n.PartEnded(event.playback, played_ms, event.interrupted))

    async def _speak(self) -> None:
        """Everything ordered, in order; the call ends where no voice can be had."""
        try:
            while True:
                await self._say(await self._texts.get())
        except EngineLost as lost:
            log.error("notice.no_voice", problem=str(lost))
            self.told(n.HangUp())

    async def _say(self, order: n.Say) -> None:
        answers, text = self.engines.answers, order.text
        if order.by_key and answers is not None and self._ear is not None:
            self._invited = answers.invite()
            self._promised += self._invited
            text = order.text if self._invited else order.by_key
        pcm = await self._recorded(order.sound) if order.sound else b""
        if not pcm:
            pcm = await self.engines.said(order.language).pcm(text)
        if order.slow:
            pcm = await asyncio.to_thread(stretch, pcm, RATE, SLOWER)
        self.sound.playout.enqueue(order.part, pcm)
        self.sound.playout.end(order.part)

    async def _recorded(self, reference: str) -> bytes:
        """A recorded message; nothing where it is not to be had: then its text is spoken."""
        try:
            return (await self.engines.recordings.get(reference)).pcm
        except BadRecording as error:
            log.error("notice.no_recording", problem=str(error))
            return b""

    # Hearing.

    def _listen(self) -> None:
        """To the next turn; of this one nothing more will come."""
        self._over.resume(self.clock.now(), "silence")
        if self._speaks:
            self._speaks = False
            self._receive(n.NothingSaid())
        if self._ear is not None and self.notice.state is not State.OVER:
            self._turn += 1
            self._judge_at = None
            self._ear.listen(self._turn, self._context)

    @property
    def _context(self) -> RecognitionContext:
        return RecognitionContext(self.notice.language or "en", urgency=Urgency.OUTBOUND)

    def _ear_told(self, event: events.Event) -> None:
        now = self.clock.now()
        match event:
            case events.SpeechStarted():
                self._asked = self.notice.moment.asked
                self._over_it = self._over.interruptible
                self._speaks = True
                self._receive(n.SpeechBegan())
            case events.SpeechLasted() if self._invited:
                self._over.lasted(now)
            case events.SpeechPaused():
                self._judge_at = now + TURN_PAUSE
                self._over_it |= self._over.interruptible
                self._over.paused()
            case events.SpeechResumed():
                self._judge_at, self._making_out = None, 0  # its guess is void
                self._over.goes_on(now)
            case events.SpeechEnded():
                self._judge_at = now
                self._over_it |= event.cut and self._over.interruptible

    @property
    def _moment(self) -> n.Moment:
        """What who has just spoken knew."""
        return n.Moment(self.notice.moment.headline, self._asked)

    def _peek(self) -> None:
        self.spawn(self._hear_first(self._turn), "notice first words")

    async def _hear_first(self, turn: int) -> None:
        """The first words of speech over the message; without them its pause will tell."""
        if self._ear is None or turn != self._turn:
            return
        try:
            heard = await self._ear.peek(turn)
        except EngineLost as lost:
            log.warning("notice.not_peeked", problem=str(lost))
            return
        self._took += heard.seconds
        if turn == self._turn and self._over.peeked(heard, self.clock.now()):
            self._listen()

    async def _make_out(self, turn: int) -> None:
        """What was said, and what it means; then hear the next."""
        if self._ear is None or turn != self._turn or turn == self._making_out:
            return
        if not self._invited:
            self._keep_for_later(turn)
            return self._listen()
        self._making_out, goes_on, spoken = turn, False, self._moment
        try:
            heard = await self._ear.hear_out(turn)
            self._took += heard.seconds
            if turn == self._turn:
                await self._answer(heard, spoken)
        except EngineLost as lost:
            log.warning("notice.not_heard", problem=str(lost))  # keys are still there
            self._keep_for_later(turn)
        except asyncio.CancelledError:
            goes_on = True  # what was guessed is void: the same turn's next pause will tell
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
        finally:
            if self._making_out == turn:
                self._making_out = 0
            if turn == self._turn and not goes_on:
                self._listen()

    def _keep_for_later(self, turn: int) -> None:
        if self._keep(turn):
            self._receive(n.Unheard())

    def _keep(self, turn: int) -> bool:
        """Have the sound of this turn recognised when there is time; False: nothing is in it."""
        answers = self.engines.answers
        pcm = self._ear.sound_of(turn) if self._ear is not None else b""
        if answers is None or self.left_in_mailbox or len(pcm) < SHORTEST:
            return False
        moment = self._moment
        self.live({"report": "AnswerKept", "seconds": round(len(pcm) / 2 / RATE, 2)})

        async def then(heard: Recognised) -> None:
            await self._heard(heard, moment)

        answers.keep(pcm[-LONGEST:], RATE, self._context, then)
        return True

    async def _answer(self, heard: Recognised, spoken: n.Moment) -> None:
        """Words over what may be interrupted stop it, unless they are a sign of listening."""
        if not (self._over_it and self._over.interruptible):
            await self._heard(heard, spoken)
            return
        what = self._over.what(heard)
        if what is not Sound.WORD:
            self._over.resume(self.clock.now(), what.value)
        if what in (Sound.WORD, Sound.BACKCHANNEL):
            await self._heard(heard, spoken, stopped=what is Sound.WORD)

    async def _heard(self, heard: Recognised, spoken: n.Moment, stopped: bool = False) -> None:
        """What it means; `spoken`: when it was said; `stopped`: over what is lost to it."""
        understander = self.engines.understanders.get(self.notice.language)
        if not heard.text or heard.no_speech >= NO_SPEECH:
            return
        self.live({"report": "TurnHeard", "text": heard.text, "confidence": heard.confidence})
        self.answering.words(heard.text)
        if understander is None:
            return
        meant = await understander.understand(heard.text, "open")
        intent = NOTHING if meant.out_of_scope else meant.intent.name
        log.info("notice.heard", intent=intent, confidence=round(meant.intent.confidence, 2))
        self._receive(n.Meant(intent, meant.intent.confidence, spoken, stopped))
