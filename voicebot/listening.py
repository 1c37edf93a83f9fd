"""PURE. The caller's turn: a question, speech, recognition, understanding.

Speculation. At the first pause (200 ms) the turn is recognised, understood and answered as if it
were over: a `Guess`. The guess itself says how long to wait for more (`completeness`); if the
caller goes on, it is thrown away, if not, it is released to `reply` and costs no time. Until then
nothing of it leaves: no report, no line in the transcript, no step of the dialogue.

A caller who goes on over the first words of our answer was cut off: the answer pauses and both
halves are understood as one, from where the dialogue was before. That is free as well, for nothing
has happened yet; an answer that stays the same goes on.

What names another turn or another pause, or comes twice, is stale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from voicebot import commands as do
from voicebot import events, reports, turns
from voicebot.bargein import BargeIn
from voicebot.dialogue import acts
from voicebot.dialogue.policy import Policy
from voicebot.dialogue.state import Step
from voicebot.expected import Expected, Pace, expected
from voicebot.floor import Floor
from voicebot.guess import Guess, Released
from voicebot.hearing import Sound, is_filler, is_noise, may_be_filler, over_prompt, without_fillers
from voicebot.overheard import overheard
from voicebot.progress import Stopwatch
from voicebot.speech.ports import Recognised
from voicebot.timers import Timer
from voicebot.tongue import Tongue
from voicebot.turns import SPEAKING, State

NOISES = 3
"""Noises instead of one answer that are a no-match."""
LEAST_PATIENCE = 1.0
"""Seconds that a caller has at least after a noise."""
LONGEST_SPEECH = 20.0
LONGEST_THINKING = 10.0
"""Seconds after which whoever works on a turn is taken to be lost."""


class Listening:
    """One turn after the other; `turn` names the one that is listened to."""

    def __init__(
        self, floor: Floor, policy: Policy, tongue: Tongue, reply: Callable[[Step, float], None]
    ) -> None:
        self.turn = 0
        self._floor = floor
        self._policy = policy
        self._tongue = tongue
        self._reply = reply
        self._ask: acts.Ask | None = None
        self._speech: float | None = None
        """When the speech of this turn began."""
        self._guess: Guess | None = None
        """What the turn comes to if this pause is its end."""
        self._resumed = 0
        """How often the caller went on after a pause in this turn."""
        self._pace = Pace()
        self._barge_in = BargeIn(floor)
        self._released: Released | None = None
        """The turn that was answered last."""
        self._first_half: Released | None = None
        """The turn that this one goes on with."""
        self._watch: Stopwatch | None = None
        """Of the turn that is being answered."""
        self._patience = 0.0
        self._noises = 0

    # The question.

    def open(self, ask: acts.Ask | None) -> None:
        """A new question, or none: then nothing is listened to."""
        self._ask = ask
        self._released = None
        self._noises = 0
        self._listen()

    def lend(self, kind: str) -> int:
        """Listen for somebody else, to an answer of this kind; its number. What is heard of it is
        not for us: it answers nothing that we asked."""
        self._ask = None
        self._next_turn()
        self._listen_for(acts.Ask("", kind, (kind,)))
        return self.turn

    def close(self) -> None:
        """Hear nothing more of this turn."""
        self._next_turn()
        self._watch = self._released = None
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
        self._barge_in.arm(now)

    def all_said(self, now: float) -> None:
        """The question is asked; the caller may be answering already."""
        self._watch = None
        if self._speech is not None:
            self._take_speech(now)
            self._arm_endpoint(now)
        elif self._ask is not None:
            self._floor.move(turns.PromptOver(), now)
            self._floor.timers.set(Timer.NO_INPUT, now + self._ask.no_input_after)

    @property
    def _row(self) -> Expected:
        kind = self._answers.readings[0] if self._answers else "open"
        return expected(kind).times(self._floor.facts.patience)

    @property
    def _answers(self) -> acts.Ask | None:
        """The question that this turn answers."""
        return self._first_half.ask if self._first_half else self._ask

    @property
    def _terms(self) -> tuple[str, ...]:
        """What the recogniser is told to expect."""
        return self._tongue.context(self._ask).terms if self._ask else ()

    def _next_turn(self) -> None:
        self.turn += 1
        self._speech = self._guess = self._first_half = None
        self._resumed = 0
        self._barge_in.forget()

    def _listen(self) -> None:
        """Another turn for the same question."""
        self._next_turn()
        if self._ask is None:
            self._order(do.StopListening())
        else:
            self._listen_for(self._ask)

    def _listen_for(self, ask: acts.Ask) -> None:
        self._order(do.Listen(self.turn, self._tongue.context(ask)))

    # Speech.

    def speech_started(self, event: events.SpeechStarted, now: float) -> None:
        """Over a prompt it may become a barge-in; else it is the answer."""
        goes_on = self._released is not None and self._released.goes_on(event.at)
        wanted = self._ask is not None or goes_on
        if event.turn != self.turn or self._speech is not None or not wanted:
            self._floor.ignore()
        elif self._floor.state is State.LISTENING:
            self._speech = event.at
            self._take_speech(now)
        elif self._floor.state in SPEAKING:
            self._speech = event.at
            if self._released is not None and goes_on:
                self._take_back(self._released, event.at, now)
        else:
            self._floor.ignore()

    def _take_back(self, released: Released, began: float, now: float) -> None:
        """What we answer was only half of it."""
        self._first_half = released
        self._pace.paused(began - released.last_speech)
        self._barge_in.take_back(now)

    def speech_lasted(self, event: events.SpeechLasted, now: float) -> None:
        """It is more than a click: a prompt is paused for it."""
        if event.turn != self.turn or self._speech is None:
            self._floor.ignore()
        elif self._floor.state in SPEAKING:
            self._barge_in.lasted(now)

    def interrupt(self, now: float) -> None:
        """The prompt may be interrupted now."""
        self._barge_in.pause(now)

    def peek(self, now: float) -> None:
        """Speech over a paused prompt may hold a word by now."""
        self._floor.order(do.Peek(self.turn))

    def peeked(self, event: events.Peeked, now: float) -> None:
        """Its first words. At a pause they are recognised in earnest; then these mean nothing."""
        wanted = self._barge_in.paused and self._floor.state in SPEAKING
        if event.turn != self.turn or not wanted or self._guess is not None:
            self._floor.ignore()
            return
        match self._over_prompt(event.recognised):
            case Sound.WORD if self._first_half:
                self._barge_in.hold(now)
            case Sound.WORD:
                self._confirm(now)
            case Sound.ECHO:
                self.resume(now, Sound.ECHO.value)
            case _:
                self._barge_in.peek_again(now)

    def resume(self, now: float, why: str) -> None:
        """It was nothing: the prompt goes on, and the caller may speak anew."""
        self._barge_in.resume(now, why)
        self._listen()

    def _over_prompt(self, heard: Recognised) -> Sound:
        return over_prompt(heard, self._row, self._floor.mouth.text, self._terms)

    def _confirm(self, now: float) -> None:
        """A word: this is the answer, or the rest of it. What we were saying is paused until then,
        and goes on if nothing comes of it."""
        self._barge_in.give_way(now)
        self._take_speech(now)

    def speech_paused(self, event: events.SpeechPaused, now: float) -> None:
        """Perhaps the end: find out what it would come to."""
        if event.turn != self.turn or self._speech is None:
            self._floor.ignore()
        elif self._floor.state is State.HEARING:
            self._begin_guess(event.last_speech_at)
            self._arm_endpoint(now)
        elif self._floor.state in SPEAKING and self._worth_hearing(now):
            self._floor.timers.clear(Timer.PEEK)
            self._begin_guess(event.last_speech_at)
        else:  # too short, or over something that must be heard: as if it had not been
            self._listen()

    def _worth_hearing(self, now: float) -> bool:
        """What is too short to pause a prompt may still be a "no" where one is asked for."""
        allowed = self._barge_in.allowed_at()
        short = self._row.assent and allowed is not None and allowed <= now
        return self._barge_in.paused or short

    def speech_resumed(self, event: events.SpeechResumed, now: float) -> None:
        """It was not the end, even if we had taken it for one: what was guessed is void.

        The pause is one that this caller makes.
        """
        guess = self._guess
        if event.turn != self.turn or guess is None:
            self._floor.ignore()
            return
        self._pace.paused(event.at - guess.last_speech)
        self._guess, self._resumed = None, self._resumed + 1
        self._floor.timers.clear(Timer.ENDPOINT)
        if self._floor.state is State.THINKING:
            self._floor.move(turns.SpeechTaken(), now)
            self._floor.timers.set(Timer.WATCHDOG, now + LONGEST_SPEECH)
        elif self._barge_in.paused and self._floor.state in SPEAKING:
            self._barge_in.peek_again(now)

    def speech_ended(self, event: events.SpeechEnded, now: float) -> None:
        """The answer is complete, whatever it says."""
        if event.turn != self.turn or self._speech is None or self._floor.state is State.THINKING:
            self._floor.ignore()
        elif self._floor.state is State.HEARING:
            if event.cut:
                self._floor.odd("speech without end", now)
            self._end_at(event.last_speech_at, now)
        elif self._barge_in.paused:
            self._begin_guess(event.last_speech_at)
        elif self._guess is None:
            self._listen()

    def _take_speech(self, now: float) -> None:
        no_input = self._floor.timers.at(Timer.NO_INPUT)
        self._patience = max(LEAST_PATIENCE, (no_input or now) - now)
        self._floor.timers.clear()
        self._floor.move(turns.SpeechTaken(), now)
        self._floor.timers.set(Timer.WATCHDOG, now + LONGEST_SPEECH)

    # What was said, and meant.

    def heard(self, event: events.Heard, now: float) -> None:
        """The recogniser's answer."""
        guess = self._current(event.turn, event.guess)
        if guess is None or guess.recognised is not None or self._answers is None:
            self._floor.ignore()
            return
        ask, language = self._answers, self._floor.facts.language
        heard = guess.read(event.recognised, ask, language)
        only = guess.read_again(heard, ask, language, self._began(guess))
        if only and self._floor.state not in SPEAKING:
            self._floor.order(do.Recognise(self.turn, guess.number, only=only))
            return
        guess.heard(heard, now)
        if self._floor.state in SPEAKING and not self._is_answer(heard, now):
            return
        guess.noise, guess.filler = self._nothing_said(heard), may_be_filler(heard)
        if guess.noise:
            self._weigh(guess, now)
        else:
            self._tongue.heard(heard)
            text = without_fillers(heard.text, language)
            text = f"{self._first_half.text} {text}" if self._first_half else text
            asked = (ask.readings, guess.number, self._floor.language)
            self._floor.order(do.Understand(self.turn, text, *asked))

    def _nothing_said(self, heard: Recognised) -> bool:
        """Or nothing that would have stopped a prompt, where it waits for this one."""
        if self._barge_in.interrupting:
            return self._over_prompt(heard) is not Sound.WORD
        return is_noise(heard, self._terms)

    def _is_answer(self, heard: Recognised, now: float) -> bool:
        """Whether speech over a prompt is one; the prompt is over then, else it goes on."""
        what = self._over_prompt(heard)
        if what is Sound.WORD:
            if not (self._first_half and self._barge_in.paused):
                self._confirm(now)
        elif self._first_half and is_filler(heard):
            self._barge_in.hold(now)
        elif self._barge_in.paused:
            self.resume(now, what.value)
        else:
            self._listen()
        return what is Sound.WORD

    def understood(self, event: events.Understood, now: float) -> None:
        """What the words mean; the dialogue says what would follow."""
        guess = self._current(event.turn, event.guess)
        if guess is None or guess.recognised is None or guess.step or not event.readings:
            self._floor.ignore()
            return
        before = self._first_half.before if self._first_half else self._floor.dialogue
        step = self._policy.heard(before, event.readings, guess.recognised)
        guess.understood(event.readings, step, now)
        if self._floor.state in SPEAKING:
            if self._first_half and self._first_half.unchanged(step):
                self._add(guess, self._first_half, now)
                return
            self._confirm(now)
        if guess.first_words():
            self._floor.order(do.Prepare(guess.first_words(), self._floor.language))
        self._weigh(guess, now)

    def _add(self, guess: Guess, released: Released, now: float) -> None:
        """The rest of what we are answering changes nothing: our answer goes on."""
        self._tell_heard(guess)
        self.resume(now, "rest")
        text = guess.readings[0].text or released.text
        self._released = replace(released, text=text, last_speech=guess.last_speech)

    def judged(self, event: events.TurnJudged, now: float) -> None:
        """What a turn detector says of the voice."""
        guess = self._current(event.turn, event.guess)
        if guess is None or guess.finished is not None:
            self._floor.ignore()
            return
        guess.finished = event.finished
        if self._floor.state is State.HEARING:
            self._arm_endpoint(now)

    def endpoint(self, now: float) -> None:
        """Silence has lasted long enough: the caller has finished."""
        guess = self._guess
        if guess is None or self._floor.state is not State.HEARING:
            return
        guess.watch.endpoint = now
        self._floor.timers.clear(Timer.ENDPOINT)
        self._floor.move(turns.Endpointed(), now)
        self._floor.timers.set(Timer.WATCHDOG, now + LONGEST_THINKING)
        self._finish(guess, now)

    def _finish(self, guess: Guess, now: float) -> None:
        """The caller has finished; if the words are known, it was this."""
        if guess.noise:
            self._noise(now)
        elif guess.step is not None:
            self._release(guess, now)

    def _weigh(self, guess: Guess, now: float) -> None:
        """The words are known. They may say that the silence has not lasted long enough yet."""
        if self._floor.state is not State.THINKING:
            self._arm_endpoint(now)
        elif guess.last_speech + self._silence(guess) <= now:
            self._finish(guess, now)
        else:
            self._floor.move(turns.SpeechTaken(), now)
            self._floor.timers.set(Timer.WATCHDOG, now + LONGEST_SPEECH)
            self._arm_endpoint(now)

    def _begin_guess(self, last_speech: float) -> None:
        if self._guess is None:
            self._guess = Guess(self.turn, self._resumed, last_speech)
            self._floor.order(do.Recognise(self.turn, self._resumed, self._row.judged))

    def _end_at(self, last_speech: float, now: float) -> None:
        self._begin_guess(last_speech)
        assert self._guess is not None
        self._guess.over = True
        self.endpoint(now)

    def _arm_endpoint(self, now: float) -> None:
        guess = self._guess
        if guess is None:
            return
        at = guess.last_speech + self._silence(guess)
        if at <= now:
            self.endpoint(now)
        else:
            self._floor.timers.set(Timer.ENDPOINT, at)

    def _silence(self, guess: Guess) -> float:
        """Seconds of silence that end the turn, by all that is known of it now."""
        if self._answers is None:
            return 0.0
        row = self._row
        return guess.silence(self._answers, row, self._pace.endpoint(row), self._began(guess))

    def _began(self, guess: Guess) -> float:
        """When what is answered began: its first half, if it has one."""
        began = self._first_half.began if self._first_half else self._speech
        return began or guess.last_speech

    def _release(self, guess: Guess, now: float) -> None:
        """Nothing has changed: what was guessed is what happens."""
        assert guess.step is not None and guess.recognised is not None and self._answers
        before = self._first_half.before if self._first_half else self._floor.dialogue
        told = (self._policy.bot.flow, before, guess.step, guess.recognised)
        if self._barge_in.interrupting and overheard(*told):
            self.resume(now, "overheard")
            return
        self._watch = guess.watch
        self._tell_heard(guess)
        self._tongue.answered(guess.step.state, now)
        text = guess.readings[0].text or guess.recognised.text
        heard = (self._answers, text, self._began(guess), guess.last_speech)
        released = Released(before, *heard, guess.step)
        self._reply(guess.step, now)
        self._released = released
        parting = isinstance(guess.step.acts[-1], acts.Transfer | acts.HangUp)
        if parting and self._floor.state in SPEAKING:  # the caller may not have finished yet
            self._listen_for(released.ask)

    def _tell_heard(self, guess: Guess) -> None:
        assert guess.recognised is not None
        began = self._speech or guess.last_speech
        self._floor.heard(self.turn, began, guess.recognised, guess.meant, guess.found)

    def engine_failed(self, event: events.EngineFailed, now: float) -> None:
        """Whoever worked on the turn is gone."""
        if event.turn == self.turn and self._floor.state in (State.HEARING, State.THINKING):
            self._lost(event.why, now, by_keys=event.by_keys)
        elif event.turn == self.turn and self._barge_in.paused:
            self.resume(now, Sound.NOISE.value)
        elif event.turn == self.turn and self._guess is not None:  # or it is waited for in vain
            self._listen()
        else:
            self._floor.ignore()

    def overdue(self, now: float) -> None:
        """Speech that does not end, or an engine that does not answer."""
        if self._floor.state is State.HEARING:
            self._end_at(now, now)
        else:
            self._lost("no answer", now)

    def _current(self, turn: int, number: int) -> Guess | None:
        guess = self._guess if turn == self.turn else None
        return guess if guess is not None and guess.number == number else None

    def _noise(self, now: float) -> None:
        """Nothing was said: go on where we were, but not for ever."""
        self._watch = None
        self._floor.timers.clear()
        if self._barge_in.interrupting:
            self.resume(now, Sound.NOISE.value)
            return
        self._noises += 1
        if self._noises >= NOISES:
            self._floor.odd("sounds without words", now)
            self._reply(self._policy.no_match(self._floor.dialogue), now)
        else:
            self._floor.move(turns.NothingSaid(), now)
            self._floor.timers.set(Timer.NO_INPUT, now + self._patience)
            self._listen()

    def _lost(self, why: str, now: float, by_keys: bool = False) -> None:
        self._watch = None
        self._floor.tell(reports.TurnLost(self._floor.facts.call, self.turn, why))
        self._reply(self._policy.engine_failed(self._floor.dialogue, by_keys), now)

    def _order(self, command: do.Listen | do.StopListening) -> None:
        """A line of keys has no ear."""
        if not self._floor.facts.keys_only:
            self._floor.order(command)
