"""PURE. The caller's turn: a question, speech, recognition, understanding.

What it comes to is given to `reply`; what names another turn, or comes twice, is stale.
"""

from __future__ import annotations

from collections.abc import Callable

from voicebot import commands as do
from voicebot import events, reports, turns
from voicebot.dialogue import acts
from voicebot.dialogue.policy import Policy
from voicebot.dialogue.state import Step
from voicebot.floor import Floor
from voicebot.hearing import ENDPOINT, NORMAL_ENDPOINT, is_noise
from voicebot.mouth import Playback
from voicebot.progress import Stopwatch
from voicebot.speech.ports import RecognitionContext
from voicebot.timers import Timer
from voicebot.turns import SPEAKING, State

PROTECTED = 0.5
"""Seconds at the beginning of a prompt in which speech does not stop it."""
BARGE_IN = 0.3
"""Seconds of speech that stop a prompt."""
NOISES = 3
"""Noises instead of one answer that are a no-match."""
LEAST_PATIENCE = 1.0
"""Seconds that a caller has at least after a noise."""
LONGEST_SPEECH = 20.0
LONGEST_THINKING = 10.0
"""Seconds after which whoever works on a turn is taken to be lost."""


class Listening:
    """One turn after the other; `turn` names the one that is listened to."""

    def __init__(self, floor: Floor, policy: Policy, reply: Callable[[Step, float], None]) -> None:
        self.turn = 0
        self._floor = floor
        self._policy = policy
        self._reply = reply
        self._ask: acts.Ask | None = None
        self._speech: float | None = None
        """When the speech of this turn began."""
        self._watch: Stopwatch | None = None
        self._cut_off: tuple[Playback, ...] = ()
        """What the speech of this turn stopped."""
        self._patience = 0.0
        self._noises = 0

    # The question.

    def open(self, ask: acts.Ask | None) -> None:
        """A new question, or none: then nothing is listened to."""
        self._ask = ask
        self._noises = 0
        self._cut_off = ()
        self._listen()

    def close(self) -> None:
        """Hear nothing more of this turn."""
        self.turn += 1
        self._speech = None
        self._watch = None
        self._order(do.StopListening())

    def spoken_to(self, now: float) -> None:
        """Our answer to the last turn is ordered."""
        if self._watch:
            self._watch.spoke = now

    def answer_heard(self, now: float) -> None:
        """Something that we say has begun to sound."""
        if self._floor.state in SPEAKING and self._watch and self._watch.spoke:
            watch, self._watch = self._watch, None
            latency = watch.latency(now)
            call = self._floor.facts.call
            self._floor.tell(
                reports.TurnAnswered(call, watch.turn, watch.text, watch.intent, latency)
            )
        self._arm_barge_in()

    def all_said(self, now: float) -> None:
        """The question is asked; the caller may be answering already."""
        self._watch = None
        if self._speech is not None:
            self._take_speech(now)
        elif self._ask is not None:
            self._floor.move(turns.PromptOver(), now)
            self._floor.timers.set(Timer.NO_INPUT, now + self._ask.no_input_after)

    def _listen(self) -> None:
        """Another turn for the same question."""
        self.turn += 1
        self._speech = None
        if self._ask is None:
            self._order(do.StopListening())
            return
        expects = self._ask.readings[0]
        context = RecognitionContext(self._floor.facts.language, expects, self._ask.terms)
        self._order(do.Listen(self.turn, context, ENDPOINT.get(expects, NORMAL_ENDPOINT)))

    # Speech.

    def speech_started(self, event: events.SpeechStarted, now: float) -> None:
        """Over a prompt it may become a barge-in; else it is the answer."""
        if event.turn != self.turn or self._speech is not None or self._ask is None:
            self._floor.ignore()
        elif self._floor.state is State.LISTENING:
            self._speech = event.at
            self._take_speech(now)
        elif self._floor.state in SPEAKING:
            self._speech = event.at
            self._arm_barge_in()
        else:
            self._floor.ignore()

    def barge_in(self, now: float) -> None:
        """It has lasted long enough: we fall silent."""
        self._cut_off = self._floor.hush()
        self._take_speech(now)

    def speech_ended(self, event: events.SpeechEnded, now: float) -> None:
        """The answer is complete."""
        if event.turn != self.turn or self._speech is None or self._floor.state is State.THINKING:
            self._floor.ignore()
        elif self._floor.state is State.HEARING:
            self._recognise(event.last_speech_at, now)
        else:
            # Too short, or over something that must be heard: as if it had not been.
            self._floor.timers.clear(Timer.BARGE_IN)
            self._listen()

    def _arm_barge_in(self) -> None:
        playback = self._floor.mouth.current
        if self._speech is None or playback is None or playback.started is None:
            return
        allowed = playback.interruptible and self._floor.state in SPEAKING
        at = max(self._speech + BARGE_IN, playback.started + PROTECTED)
        self._floor.timers.set(Timer.BARGE_IN, at if allowed else None)

    def _take_speech(self, now: float) -> None:
        no_input = self._floor.timers.at(Timer.NO_INPUT)
        self._patience = max(LEAST_PATIENCE, (no_input or now) - now)
        self._floor.timers.clear()
        self._floor.move(turns.SpeechTaken(), now)
        self._floor.timers.set(Timer.WATCHDOG, now + LONGEST_SPEECH)

    # What was said, and meant.

    def heard(self, event: events.Heard, now: float) -> None:
        """The recogniser's answer."""
        watch = self._thinking(event.turn)
        if watch is None or watch.heard or self._ask is None:
            self._floor.ignore()
        elif is_noise(event.recognised):
            self._noise(now)
        else:
            heard, floor = event.recognised, self._floor
            watch.heard, watch.asr, watch.text = now, heard.seconds, heard.text
            began = self._speech or now
            floor.transcript.caller(began, heard.text, heard.confidence)
            told = (began, self.turn, heard.text, heard.confidence, heard.engine)
            floor.tell(reports.TurnHeard(floor.facts.call, *told))
            floor.order(do.Understand(self.turn, heard.text, self._ask.readings))

    def understood(self, event: events.Understood, now: float) -> None:
        """What the words mean."""
        watch = self._thinking(event.turn)
        if watch is None or not watch.heard or not event.readings:
            self._floor.ignore()
            return
        said, floor = event.readings[0], self._floor
        step = self._policy.heard(floor.dialogue, event.readings)
        # What it answered, if it answered: "John Smith" also looks like some wish or other.
        meant = step.meant or said.intent
        watch.nlu = sum(reading.seconds for reading in event.readings)
        watch.intent = meant.name
        floor.transcript.meant(meant.name)
        found = tuple((entity.name, entity.value) for entity in said.entities)
        told = (self.turn, watch.text, meant.name, meant.confidence, found)
        floor.tell(reports.TurnUnderstood(floor.facts.call, *told))
        self._reply(step, now)

    def engine_failed(self, event: events.EngineFailed, now: float) -> None:
        """Whoever worked on the turn is gone."""
        working = self._floor.state in (State.HEARING, State.THINKING)
        if working and event.turn == self.turn:
            self._lost(event.why, now)
        else:
            self._floor.ignore()

    def overdue(self, now: float) -> None:
        """Speech that does not end, or an engine that does not answer."""
        if self._floor.state is State.HEARING:
            self._recognise(now, now)
        else:
            self._lost("no answer", now)

    def _recognise(self, last_speech: float, now: float) -> None:
        self._watch = Stopwatch(self.turn, last_speech=last_speech, endpoint=now)
        self._floor.move(turns.Endpointed(), now)
        self._floor.timers.set(Timer.WATCHDOG, now + LONGEST_THINKING)
        self._floor.order(do.Recognise(self.turn))

    def _thinking(self, turn: int) -> Stopwatch | None:
        current = self._floor.state is State.THINKING and turn == self.turn
        return self._watch if current else None

    def _noise(self, now: float) -> None:
        """Nothing was said: go on where we were, but not for ever."""
        self._watch = None
        self._noises += 1
        self._floor.timers.clear()
        if self._noises >= NOISES:
            self._reply(self._policy.no_match(self._floor.dialogue), now)
        elif self._cut_off:
            self._say_again(now)
        else:
            self._floor.move(turns.NothingSaid(), now)
            self._floor.timers.set(Timer.NO_INPUT, now + self._patience)
            self._listen()

    def _say_again(self, now: float) -> None:
        """What a noise stopped."""
        cut_off, self._cut_off = self._cut_off, ()
        self._floor.move(turns.Replied(), now)
        words = tuple(acts.Say(playback.text, playback.interruptible) for playback in cut_off)
        self._floor.say(Step(self._floor.dialogue, words), now)
        self._listen()

    def _lost(self, why: str, now: float) -> None:
        self._watch = None
        self._floor.tell(reports.TurnLost(self._floor.facts.call, self.turn, why))
        self._reply(self._policy.engine_failed(self._floor.dialogue), now)

    def _order(self, command: do.Listen | do.StopListening) -> None:
        """A line of keys has no ear."""
        if not self._floor.facts.keys_only:
            self._floor.order(command)
