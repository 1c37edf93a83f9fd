"""PURE. Turn taking: who speaks when, and what a caller's sound, keys and silence become.

The dialogue says what to say and to ask (`dialogue.policy`); this says when. A *turn* is one
question with its answer: `Listen` names it; speech, recognition and understanding name it back.
A *playback* is one thing said. What names another turn or playback, or comes twice, is stale.

Barge-in, the simple kind: while something interruptible is said, 300 ms of speech stop it, but not
in its first 500 ms. What must be heard is not stopped by voice. A key stops everything at once, and
what is spoken beside keys is not heard.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kernel.errors import IllegalTransition
from voicebot import commands as do
from voicebot import events, reports, turns
from voicebot.dialogue import acts
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.keypad import shown
from voicebot.dialogue.policy import Policy
from voicebot.dialogue.state import Step
from voicebot.floor import Floor
from voicebot.hearing import DIGITS, ENDPOINT, NORMAL_ENDPOINT, KeyInput, is_noise
from voicebot.progress import Stopwatch
from voicebot.queueing import Decision
from voicebot.speech.ports import RecognitionContext
from voicebot.timers import Timer
from voicebot.turns import State
from voicebot.waiting import WaitingRoom

PROTECTED = 0.5
"""Seconds at the beginning of a prompt in which speech does not stop it."""
BARGE_IN = 0.3
"""Seconds of speech that stop a prompt."""
INTER_DIGIT = 3.0
"""Seconds after a key in which the next one is awaited."""
NOISES = 3
"""Noises instead of one answer that are a no-match."""
LEAST_PATIENCE = 1.0
"""Seconds that a caller has at least after a noise."""
LONGEST_SPEECH = 20.0
LONGEST_THINKING = 10.0
"""Seconds after which whoever works on a turn is taken to be lost."""

SPEAKING = frozenset({State.GREETING, State.SPEAKING})
TURN = frozenset({State.HEARING, State.THINKING})
QUEUE = frozenset({State.WAITING, State.CONNECTING, State.WITH_AGENT})


class Conversation:
    """One call's conversation, from answer to end. Give it `Started` first."""

    def __init__(self, bot: Bot, facts: CallFacts) -> None:
        self._bot = bot
        self._facts = facts
        self._policy = Policy(bot, facts)
        self._floor = Floor(facts)
        self._waiting = WaitingRoom(self._floor, bot, self._policy)
        self._keys = KeyInput()
        self._last: acts.Last | None = None
        self._turn = 0
        self._speech: float | None = None
        """When the speech of this turn began."""
        self._watch: Stopwatch | None = None
        self._patience = 0.0
        self._noises = 0
        self._answered = False

    @property
    def state(self) -> State:
        """Whose turn it is."""
        return self._floor.state

    @property
    def stale(self) -> int:
        """Events that came for something no longer current."""
        return self._floor.stale

    @property
    def keys_begun(self) -> bool:
        """Whether keys have come that are no answer yet."""
        return self._keys.begun

    # The four verbs.

    def receive(self, event: events.Event, now: float) -> None:
        """Take one event. Raises IllegalTransition, changing nothing, before `Started`."""
        if self.state is State.ENDED:
            self._ignore()
        elif self.state is State.NEW and not isinstance(event, events.Started | events.CallerLeft):
            raise IllegalTransition("conversation", self.state, event)
        else:
            HANDLERS[type(event)](self, event, now)

    def next_timer(self) -> float | None:
        """When `handle_timer` wants to be called, in UTC seconds."""
        return self._floor.timers.next()

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        while (timer := self._floor.timers.due(now)) is not None:
            ALARMS[timer](self, now)

    def commands(self) -> list[do.Command]:
        """What was decided since the last call."""
        return self._floor.take()

    # Speaking.

    def _started(self, event: events.Started, now: float) -> None:
        self._floor.move(turns.Greeted(), now)
        self._perform(self._policy.start(), now)

    def _reply(self, step: Step, now: float) -> None:
        """Say and ask what the dialogue decided, instead of anything under way."""
        self._floor.hush()
        self._floor.move(turns.Replied(), now)
        self._perform(step, now)

    def _perform(self, step: Step, now: float) -> None:
        self._answered = self._answered or bool(step.state.answered)
        self._floor.timers.clear()
        self._speech = None
        self._noises = 0
        if self._watch:
            self._watch.spoke = now
        self._floor.say(step, now)
        self._last = _last(step)
        self._open_ears()
        if not self._floor.mouth.busy:
            self._all_said(now)

    def _playback_started(self, event: events.PlaybackStarted, now: float) -> None:
        known = self._floor.mouth.started(event.playback, now)
        if not known:
            self._floor.stale += known is None
            return
        self._arm_barge_in()
        if self._watch and self._watch.spoke and self.state in SPEAKING:
            watch, self._watch = self._watch, None
            latency = watch.latency(now)
            call = self._facts.call
            self._floor.tell(
                reports.TurnAnswered(call, watch.turn, watch.text, watch.intent, latency)
            )

    def _playback_finished(self, event: events.PlaybackFinished, now: float) -> None:
        known = self._floor.mouth.finished(event.playback)
        if not known:
            self._floor.stale += known is None
        elif not self._floor.mouth.busy:
            self._all_said(now)

    def _all_said(self, now: float) -> None:
        self._floor.timers.clear(Timer.WATCHDOG, Timer.BARGE_IN)
        if self.state in QUEUE:
            self._waiting.arm_position(now)
        elif self.state not in SPEAKING:
            return
        elif isinstance(self._last, acts.Transfer):
            self._waiting.enter(self._last, now)
        elif isinstance(self._last, acts.Ask):
            self._await_answer(self._last, now)
        else:
            self._floor.order(do.HangUp())
            self._end(now, "goodbye")

    def _await_answer(self, ask: acts.Ask, now: float) -> None:
        if self._speech is not None:
            self._take_speech(now)
        else:
            self._floor.move(turns.PromptOver(), now)
            self._floor.timers.set(Timer.NO_INPUT, now + ask.no_input_after)

    # Hearing.

    def _open_ears(self) -> None:
        """Listen to the answer from the beginning of the question; a new turn."""
        self._turn += 1
        if self._facts.keys_only:
            return
        if not isinstance(self._last, acts.Ask):
            self._floor.order(do.StopListening())
            return
        expects = self._last.readings[0]
        context = RecognitionContext(self._facts.language, expects, self._last.terms)
        endpoint = ENDPOINT.get(expects, NORMAL_ENDPOINT)
        self._floor.order(do.Listen(self._turn, context, endpoint))

    def _speech_started(self, event: events.SpeechStarted, now: float) -> None:
        if event.turn != self._turn or self._speech is not None or self._keys.begun:
            self._ignore()
        elif self.state is State.LISTENING:
            self._speech = event.at
            self._take_speech(now)
        elif self.state in SPEAKING and isinstance(self._last, acts.Ask):
            self._speech = event.at
            self._arm_barge_in()
        else:
            self._ignore()

    def _arm_barge_in(self) -> None:
        """The moment at which speech stops what is being said."""
        playback = self._floor.mouth.current
        if self._speech is None or playback is None or playback.started is None:
            return
        allowed = playback.interruptible and self.state in SPEAKING
        at = max(self._speech + BARGE_IN, playback.started + PROTECTED)
        self._floor.timers.set(Timer.BARGE_IN, at if allowed else None)

    def _barge_in(self, now: float) -> None:
        self._floor.hush()
        self._take_speech(now)

    def _take_speech(self, now: float) -> None:
        no_input = self._floor.timers.at(Timer.NO_INPUT)
        self._patience = max(LEAST_PATIENCE, (no_input or now) - now)
        self._floor.timers.clear()
        self._floor.move(turns.SpeechTaken(), now)
        self._floor.timers.set(Timer.WATCHDOG, now + LONGEST_SPEECH)

    def _speech_ended(self, event: events.SpeechEnded, now: float) -> None:
        if event.turn != self._turn or self._speech is None or self.state is State.THINKING:
            self._ignore()
        elif self.state is State.HEARING:
            self._recognise(event.last_speech_at, now)
        else:
            # Too short, or over something that must be heard: as if it had not been.
            self._speech = None
            self._floor.timers.clear(Timer.BARGE_IN)
            self._open_ears()

    def _recognise(self, last_speech: float, now: float) -> None:
        self._watch = Stopwatch(self._turn, last_speech=last_speech, endpoint=now)
        self._floor.move(turns.Endpointed(), now)
        self._floor.timers.set(Timer.WATCHDOG, now + LONGEST_THINKING)
        self._floor.order(do.Recognise(self._turn))

    def _heard(self, event: events.Heard, now: float) -> None:
        watch = self._thinking(event.turn)
        if watch is None or watch.heard:
            self._ignore()
        elif is_noise(event.recognised):
            self._noise(now)
        else:
            heard = event.recognised
            watch.heard, watch.asr, watch.text = now, heard.seconds, heard.text
            said_at = self._speech if self._speech is not None else now
            self._floor.transcript.caller(said_at, heard.text, heard.confidence)
            self._floor.tell(
                reports.TurnHeard(
                    self._facts.call, now, self._turn, heard.text, heard.confidence, heard.engine
                )
            )
            readings = self._last.readings if isinstance(self._last, acts.Ask) else ("open",)
            self._floor.order(do.Understand(self._turn, heard.text, readings))

    def _noise(self, now: float) -> None:
        """Nothing was said: go on waiting for the answer, but not for ever."""
        self._watch = None
        self._speech = None
        self._noises += 1
        self._floor.timers.clear()
        if self._noises >= NOISES:
            self._reply(self._policy.no_match(self._floor.dialogue), now)
            return
        self._floor.move(turns.NothingSaid(), now)
        self._floor.timers.set(Timer.NO_INPUT, now + self._patience)
        self._open_ears()

    def _understood(self, event: events.Understood, now: float) -> None:
        watch = self._thinking(event.turn)
        if watch is None or not watch.heard or not event.readings:
            self._ignore()
            return
        said = event.readings[0]
        watch.nlu = sum(reading.seconds for reading in event.readings)
        watch.intent = said.intent.name
        self._floor.transcript.meant(said.intent.name)
        found = tuple((entity.name, entity.value) for entity in said.entities)
        self._floor.tell(
            reports.TurnUnderstood(
                self._facts.call,
                self._turn,
                watch.text,
                said.intent.name,
                said.intent.confidence,
                found,
            )
        )
        self._reply(self._policy.heard(self._floor.dialogue, event.readings), now)

    def _thinking(self, turn: int) -> Stopwatch | None:
        current = self.state is State.THINKING and turn == self._turn
        return self._watch if current else None

    def _engine_failed(self, event: events.EngineFailed, now: float) -> None:
        if event.turn == self._turn and self.state in TURN:
            self._turn_lost(event.why, now)
        else:
            self._ignore()

    def _turn_lost(self, why: str, now: float) -> None:
        self._watch = None
        self._floor.tell(reports.TurnLost(self._facts.call, self._turn, why))
        self._reply(self._policy.engine_failed(self._floor.dialogue), now)

    def _no_input(self, now: float) -> None:
        self._reply(self._policy.no_input(self._floor.dialogue), now)

    def _watchdog(self, now: float) -> None:
        """Something outside never answered; the call goes on without it."""
        if self.state is State.HEARING:
            self._recognise(now, now)
        elif self.state is State.THINKING:
            self._turn_lost("no answer", now)
        else:
            self._floor.hush()
            self._all_said(now)

    # Keys.

    def _digit(self, event: events.DigitPressed, now: float) -> None:
        listening = isinstance(self._last, acts.Ask) and self.state not in QUEUE
        if not listening or event.digit not in DIGITS:
            self._ignore()
            return
        assert isinstance(self._last, acts.Ask)
        if not self._keys.begun:
            self._prefer_keys(now)
        answer = self._keys.press(event.digit, self._last.keys)
        if answer is None:
            self._floor.timers.set(Timer.KEYS, now + INTER_DIGIT)
        else:
            self._submit(answer, now)

    def _prefer_keys(self, now: float) -> None:
        """Silence, and no ear for anything but keys until they are an answer."""
        self._floor.hush()
        self._floor.timers.clear()
        self._speech = None
        self._watch = None
        self._turn += 1
        if not self._facts.keys_only:
            self._floor.order(do.StopListening())
        if self.state is not State.LISTENING:
            self._floor.move(turns.PromptOver(), now)

    def _keys_over(self, now: float) -> None:
        self._submit(self._keys.take(), now)

    def _submit(self, keys: str, now: float) -> None:
        self._floor.transcript.caller(now, f"[{keys}]")
        masked = shown(self._bot.flow, self._floor.dialogue, keys)
        self._floor.tell(reports.KeysPressed(self._facts.call, now, masked))
        self._reply(self._policy.pressed(self._floor.dialogue, keys), now)

    # The queue.

    def _queue_event(self, event: events.QueueEvent, now: float) -> None:
        match self._waiting.take(event, now):
            case Decision.STALE:
                self._ignore()
            case Decision.PART:
                self._floor.order(do.HangUp())
                self._end(now, "agent_left")
            case Decision.RETURN if isinstance(event, events.Released):
                self._floor.tell(reports.CameBack(self._facts.call, event.why))
                back = self._policy.returned(self._floor.dialogue, event.why == "failed")
                self._reply(back, now)

    def _tell_position(self, now: float) -> None:
        self._waiting.tell_position(now)

    # The end.

    def _caller_left(self, event: events.CallerLeft, now: float) -> None:
        self._end(now, event.why)

    def _end(self, now: float, why: str) -> None:
        outcome = self._outcome(why)
        self._floor.hush()
        self._waiting.leave()
        self._floor.timers.clear()
        self._floor.move(turns.Over(), now)
        self._floor.tell(
            reports.ConversationEnded(
                self._facts.call, outcome, why, self._floor.transcript.lines(), self.stale
            )
        )

    def _outcome(self, why: str) -> reports.Outcome:
        if self.state is State.WITH_AGENT:
            return "transferred"
        if self.state in QUEUE or not self._answered:
            return "abandoned"
        return "answered"

    def _ignore(self) -> None:
        self._floor.stale += 1


def _last(step: Step) -> acts.Last | None:
    act = step.acts[-1] if step.acts else None
    return act if isinstance(act, acts.Ask | acts.Transfer | acts.HangUp) else None


HANDLERS: dict[type, Callable[[Any, Any, float], None]] = {
    events.Started: Conversation._started,
    events.CallerLeft: Conversation._caller_left,
    events.DigitPressed: Conversation._digit,
    events.PlaybackStarted: Conversation._playback_started,
    events.PlaybackFinished: Conversation._playback_finished,
    events.SpeechStarted: Conversation._speech_started,
    events.SpeechEnded: Conversation._speech_ended,
    events.Heard: Conversation._heard,
    events.Understood: Conversation._understood,
    events.EngineFailed: Conversation._engine_failed,
    events.PositionTold: Conversation._queue_event,
    events.OfferRinging: Conversation._queue_event,
    events.OfferFailed: Conversation._queue_event,
    events.AgentAnswered: Conversation._queue_event,
    events.Bridged: Conversation._queue_event,
    events.AgentLeft: Conversation._queue_event,
    events.Released: Conversation._queue_event,
}
ALARMS: dict[Timer, Callable[[Conversation, float], None]] = {
    Timer.BARGE_IN: Conversation._barge_in,
    Timer.NO_INPUT: Conversation._no_input,
    Timer.KEYS: Conversation._keys_over,
    Timer.WATCHDOG: Conversation._watchdog,
    Timer.POSITION: Conversation._tell_position,
}
