"""PURE. Turn taking: who speaks when, and what a caller's sound, keys and silence become.

The dialogue says what to say and to ask (`dialogue.policy`); this says when. A *turn* is one
question with its answer: `Listen` names it; speech, recognition and understanding name it back
(`listening`). A *playback* is one thing said (`mouth`). The queue's part is `waiting`. What names
another turn or playback, or comes twice, is stale.

Barge-in has two stages (`listening`): speech pauses a prompt, an answer stops it, anything else
lets it go on. What must be heard is not paused by voice. A key stops everything at once, and what
is spoken beside keys is not heard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from kernel.errors import IllegalTransition
from voicebot import commands as do
from voicebot import events, reports, turns
from voicebot.dialogue import acts
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.keypad import shown
from voicebot.dialogue.memory import earlier_of
from voicebot.dialogue.outcome import Outcome
from voicebot.dialogue.policy import Policy
from voicebot.dialogue.state import Earlier, Step
from voicebot.dialogue.state import State as DialogueState
from voicebot.floor import Floor
from voicebot.hearing import DIGITS, KeyInput
from voicebot.learned import FINAL, counts_as, learned_of
from voicebot.listening import Listening
from voicebot.performing import Performing
from voicebot.queueing import Decision
from voicebot.timers import Timer
from voicebot.tongue import Tongue
from voicebot.turns import QUEUE, SPEAKING, State
from voicebot.waiting import WaitingRoom

INTER_DIGIT = 3.0
"""Seconds after a key in which the next one is awaited, also the one that ends an answer."""
BURST = 1.0
"""Seconds after keys that meant nothing in which more of them are the same mistake: a number typed
where a menu's key was asked for, or a machine that sends tones without end."""


class Conversation:
    """One call's conversation, from answer to end. Give it `Started` first."""

    def __init__(self, bot: Bot, facts: CallFacts, others: Mapping[str, Bot] | None = None) -> None:
        """`others`: language → the bot for callers who speak that instead of the line's own."""
        self._policy = Policy(bot, facts)
        self._floor = Floor(facts)
        self._performing = Performing(self._floor)
        self._tongue = Tongue(self._floor, self._policy, others or {}, self._turned)
        self._listening = Listening(self._floor, self._policy, self._tongue, self._reply)
        self._turned()
        self._keys = KeyInput()
        self._keyed_at = float("-inf")
        """When the last answer by keys was complete, in UTC seconds."""
        self._burst = float("-inf")
        """Until when keys are more of what meant nothing, in UTC seconds."""
        self._last: acts.Last | None = None
        self._answered = False
        self._result: str | None = None
        """What the call came to, as it was told; None: not yet."""

    @property
    def state(self) -> State:
        """Whose turn it is."""
        return self._floor.state

    @property
    def stale(self) -> int:
        """Events that came for something no longer current."""
        return self._floor.stale

    @property
    def dialogue(self) -> DialogueState:
        """What the dialogue remembers: what is asked, what is known."""
        return self._floor.dialogue

    @property
    def keys_begun(self) -> bool:
        """Whether keys have come that are no answer yet."""
        return self._keys.begun

    @property
    def language(self) -> str:
        """In which it is held now."""
        return self._floor.facts.language

    @property
    def _bot(self) -> Bot:
        return self._policy.bot

    # The four verbs.

    def receive(self, event: events.Event, now: float) -> None:
        """Take one event. Raises IllegalTransition, changing nothing, before `Started`."""
        if self.state is State.ENDED:
            self._floor.ignore()
        elif self.state is State.WAITING and isinstance(event, HEARD):
            self._waiting.wishes.heard(event, now)
            self._waiting.arm_position(now)
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
        self._tongue.begin()
        self._floor.move(turns.Greeted(), now)
        self._carry_out(self._tongue.invited(self._policy.start()), now)

    def _turned(self) -> None:
        """The bot is another: so is what it says in a queue, where nobody is yet."""
        told = (self._bot, self._policy, self._listening, self._goodbye)
        self._waiting = WaitingRoom(self._floor, *told)

    def _reply(self, step: Step, now: float) -> None:
        """Say and ask what the dialogue decided, instead of anything under way."""
        self._floor.hush()
        self._go_on(step, now)

    def _go_on(self, step: Step, now: float) -> None:
        """Say and ask what the dialogue decided, behind anything under way."""
        self._floor.move(turns.Replied(), now)
        self._carry_out(step, now)

    def _carry_out(self, step: Step, now: float) -> None:
        self._answered = self._answered or bool(step.state.answered)
        self._last = _last(step)
        self._floor.timers.clear()
        self._floor.say(step, now)
        self._listening.spoken_to(now)
        self._listening.open(self._last if isinstance(self._last, acts.Ask) else None)
        if isinstance(self._last, acts.Perform):
            self._performing.begin(self._last, now)
        if not self._floor.mouth.busy:
            self._all_said(now)

    def _playback_started(self, event: events.PlaybackStarted, now: float) -> None:
        known = self._floor.mouth.started(event.playback, now)
        if known:
            self._listening.answer_heard(now)
        elif known is None:
            self._floor.ignore()

    def _playback_finished(self, event: events.PlaybackFinished, now: float) -> None:
        if self._floor.mouth.finished(event.playback):
            if not self._floor.mouth.busy:
                self._all_said(now)
        elif stopped := self._floor.mouth.was_stopped(event.playback):
            self._floor.cut(stopped, event.spoken)
        else:
            self._floor.ignore()

    def _all_said(self, now: float) -> None:
        if self.state in (State.HEARING, State.THINKING):
            return  # it ended as it was paused; what is watched now is the caller's turn
        self._floor.timers.clear(Timer.WATCHDOG, Timer.BARGE_IN)
        if self.state in QUEUE:
            self._waiting.arm_position(now)
        elif self.state not in SPEAKING:
            return
        elif isinstance(self._last, acts.Transfer):
            self._tell_learned(handed_over=True)
            self._listening.close()
            self._waiting.enter(self._last, now)
        elif isinstance(self._last, acts.Ask):
            self._listening.all_said(now)
        elif not isinstance(self._last, acts.Perform):
            self._floor.order(do.HangUp())
            self._end(now, "goodbye")

    # Hearing.

    def _speech_started(self, event: events.SpeechStarted, now: float) -> None:
        if self._keys.begun:
            self._floor.ignore()
        else:
            self._listening.speech_started(event, now)

    def _no_input(self, now: float) -> None:
        self._reply(self._policy.no_input(self._floor.dialogue), now)

    def _watchdog(self, now: float) -> None:
        """Something outside never answered; the call goes on without it."""
        if self.state in (State.HEARING, State.THINKING):
            self._listening.overdue(now)
        else:
            self._floor.hush()
            self._all_said(now)

    # Doing.

    def _performed(self, event: events.Performed, now: float) -> None:
        under_way = isinstance(self._last, acts.Perform) and self.state in SPEAKING
        if not under_way or event.number != self._performing.number:
            self._floor.ignore()
        else:
            self._go_on(self._policy.performed(self._floor.dialogue, event.outcome), now)

    def _overdue(self, now: float) -> None:
        """What is done outside never came back."""
        lost = Outcome(problem="nothing came of it in time")
        self._performed(events.Performed(self._performing.number, lost), now)

    # Keys.

    def _digit(self, event: events.DigitPressed, now: float) -> None:
        if self.state is State.WAITING and event.digit in DIGITS:
            self._waiting.wishes.key(event.digit, now)
            self._waiting.arm_position(now)
        else:
            self._key(event, now)

    def _key(self, event: events.DigitPressed, now: float) -> None:
        ask = self._last if isinstance(self._last, acts.Ask) else None
        late = self._keys.ends_late(event.digit) and now - self._keyed_at <= INTER_DIGIT
        if late or ask is None or self.state in QUEUE or event.digit not in DIGITS:
            self._floor.ignore()
            return
        if now <= self._burst:
            self._burst = now + BURST
            self._floor.odd("keys without end", now)
            self._floor.ignore()
            return
        if not self._keys.begun:
            self._prefer_keys(now)
        answer = self._keys.press(event.digit, ask.keys)
        if answer is None:
            self._floor.timers.set(Timer.KEYS, now + INTER_DIGIT)
        else:
            self._submit(answer, now, alone=ask.keys.most == 1)

    def _prefer_keys(self, now: float) -> None:
        """Silence, and no ear for anything but keys until they are an answer."""
        self._floor.hush()
        self._floor.timers.clear()
        self._listening.close()
        if self.state is not State.LISTENING:
            self._floor.move(turns.PromptOver(), now)

    def _keys_over(self, now: float) -> None:
        self._submit(self._keys.take(), now)

    def _submit(self, keys: str, now: float, alone: bool = False) -> None:
        self._keyed_at = now
        masked = shown(self._bot.flow, self._floor.dialogue, keys)
        self._floor.transcript.caller(now, f"[{masked}]")
        self._floor.tell(reports.KeysPressed(self._floor.facts.call, now, masked))
        missed = self._floor.dialogue.no_match
        self._reply(self._policy.pressed(self._floor.dialogue, keys), now)
        if alone and self._floor.dialogue.no_match > missed:
            self._burst = now + BURST

    # The queue.

    def _queue_event(self, event: events.QueueEvent, now: float) -> None:
        match self._waiting.take(event, now):
            case Decision.STALE:
                self._floor.ignore()
            case Decision.PART:
                self._floor.order(do.HangUp())
                self._end(now, "agent_left")
            case Decision.BOOKED:
                self._part(self._bot.flow.waiting.callback_booked, "will be called back", now)
            case Decision.RETURN if isinstance(event, events.Released):
                self._floor.tell(reports.CameBack(self._floor.facts.call, event.why))
                back = self._policy.returned(self._floor.dialogue, event.why, event.told)
                self._reply(back, now)
            case Decision.TASK if isinstance(event, events.TaskGiven):
                given = (event.intent, event.queue, event.slots)
                self._reply(self._policy.task(self._floor.dialogue, *given), now)
            case Decision.NOT_TAKEN if isinstance(event, events.ReferFailed):
                self._floor.tell(reports.CameBack(self._floor.facts.call, event.why))
                self._reply(self._policy.not_taken(self._floor.dialogue), now)

    def _goodbye(self, now: float) -> None:
        self._part(self._bot.flow.waiting.left, "said goodbye while waiting", now)

    def _part(self, key: str, why: str, now: float) -> None:
        """Out of the queue, with the last words."""
        self._waiting.leave()
        self._reply(self._policy.goodbye(self._floor.dialogue, key, why), now)

    # The end.

    def _media_failed(self, event: events.MediaFailed, now: float) -> None:
        if self.state in QUEUE:
            self._floor.ignore()
        else:
            self._reply(self._policy.media_failed(self._floor.dialogue), now)

    def _machine_answered(self, event: events.MachineAnswered, now: float) -> None:
        self._machine(self._policy.machine, now)

    def _machine_beeped(self, event: events.MachineBeeped, now: float) -> None:
        self._machine(self._policy.beeped, now)

    def _machine(self, step: Callable[[DialogueState], Step], now: float) -> None:
        """Only a bot that calls minds machines; somebody who was handed over is a person."""
        if self.state in QUEUE or not self._bot.flow.opens:
            self._floor.ignore()
        else:
            self._listening.close()
            self._reply(step(self._floor.dialogue), now)

    def _caller_left(self, event: events.CallerLeft, now: float) -> None:
        self._end(now, event.why)

    def _end(self, now: float, why: str) -> None:
        outcome, floor = self._outcome(), self._floor
        left_open = self._left_open(why)
        floor.hush()
        self._waiting.leave()
        floor.timers.clear()
        floor.move(turns.Over(), now)
        self._tell_learned(handed_over=False)
        if self._bot.flow.resume is not None:
            floor.tell(reports.LeftOpen(floor.facts.call, left_open))
        told = (outcome, why, floor.transcript.lines(), floor.stale)
        floor.tell(reports.ConversationEnded(floor.facts.call, *told))

    def _tell_learned(self, handed_over: bool) -> None:
        """Once; and again where somebody whom nobody could take has then asked for no more calls,
        or turned out to be somebody else."""
        flow = self._bot.flow
        if not flow.results:
            return
        learned = learned_of(self._floor.facts, flow, self._floor.dialogue, handed_over)
        changed = learned.result != self._result and counts_as(flow, learned.result) in FINAL
        if self._result is None or changed:
            self._result = learned.result
            self._floor.tell(learned)

    def _left_open(self, why: str) -> Earlier | None:
        """What a caller who calls again would go on with: nothing after a goodbye or an agent."""
        if self.state is State.WITH_AGENT or why == "goodbye":
            return None
        earlier = earlier_of(self._bot.flow, self._floor.dialogue)
        return replace(earlier, language=self.language) if earlier else None

    def _outcome(self) -> reports.Outcome:
        if self.state is State.WITH_AGENT:
            return "transferred"
        if self.state in QUEUE or not self._answered:
            return "abandoned"
        return "answered"


def _last(step: Step) -> acts.Last | None:
    act = step.acts[-1] if step.acts else None
    return None if act is None or isinstance(act, acts.Say) else act


def _listener(verb: Callable[[Listening, Any, float], None]) -> Callable[[Any, Any, float], None]:
    """A handler that `listening` has."""
    return lambda conversation, event, now: verb(conversation._listening, event, now)


HEARD = (
    events.SpeechStarted, events.SpeechLasted, events.Peeked, events.SpeechPaused,
    events.SpeechResumed, events.SpeechEnded, events.Heard, events.Understood, events.TurnJudged,
    events.EngineFailed,
)  # fmt: skip
"""Of a turn; while the caller waits the turn is one of `wishes`."""
HANDLERS: dict[type, Callable[[Any, Any, float], None]] = {
    events.Started: Conversation._started,
    events.CallerLeft: Conversation._caller_left,
    events.DigitPressed: Conversation._digit,
    events.MachineAnswered: Conversation._machine_answered,
    events.MachineBeeped: Conversation._machine_beeped,
    events.PlaybackStarted: Conversation._playback_started,
    events.PlaybackFinished: Conversation._playback_finished,
    events.SpeechStarted: Conversation._speech_started,
    events.SpeechLasted: _listener(Listening.speech_lasted),
    events.Peeked: _listener(Listening.peeked),
    events.SpeechPaused: _listener(Listening.speech_paused),
    events.SpeechResumed: _listener(Listening.speech_resumed),
    events.SpeechEnded: _listener(Listening.speech_ended),
    events.Heard: _listener(Listening.heard),
    events.Understood: _listener(Listening.understood),
    events.Performed: Conversation._performed,
    events.TurnJudged: _listener(Listening.judged),
    events.EngineFailed: _listener(Listening.engine_failed),
    events.MediaFailed: Conversation._media_failed,
    events.PositionTold: Conversation._queue_event,
    events.HandedOn: Conversation._queue_event,
    events.TaskGiven: Conversation._queue_event,
    events.OfferRinging: Conversation._queue_event,
    events.OfferFailed: Conversation._queue_event,
    events.AgentAnswered: Conversation._queue_event,
    events.Bridged: Conversation._queue_event,
    events.AgentLeft: Conversation._queue_event,
    events.Released: Conversation._queue_event,
    events.ReferFailed: Conversation._queue_event,
    events.CallbackBooked: Conversation._queue_event,
    events.CallbackRefused: Conversation._queue_event,
}
ALARMS: dict[Timer, Callable[[Conversation, float], None]] = {
    Timer.BARGE_IN: lambda conversation, now: conversation._listening.interrupt(now),
    Timer.PEEK: lambda conversation, now: conversation._listening.peek(now),
    Timer.RESUME: lambda conversation, now: conversation._listening.resume(now, "silence"),
    Timer.ENDPOINT: lambda conversation, now: conversation._listening.endpoint(now),
    Timer.NO_INPUT: Conversation._no_input,
    Timer.KEYS: Conversation._keys_over,
    Timer.WATCHDOG: Conversation._watchdog,
    Timer.MEANWHILE: lambda conversation, now: conversation._performing.tell(now),
    Timer.PERFORM: Conversation._overdue,
    Timer.POSITION: lambda conversation, now: conversation._waiting.tell_position(now),
    Timer.WISH: lambda conversation, now: conversation._waiting.wish_over(now),
}
