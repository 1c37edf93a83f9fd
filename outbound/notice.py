"""PURE. The notification's own conversation: said at once, headline first, until it is understood.

Rules:
1. The message begins with the answer and waits for nobody's "hello". Whoever says what it was, the
   call goes on: a verdict on who answered changes nothing here but a beep, which has the
   voicemail's version said.
2. Only "understood", by key or by voice, is success. By voice it counts once the headline was
   heard, a mere "yes" only when it answers the question; keys count always.
   What was said counts by the moment at which it was said, also when it is understood after the
   call.
   Where who speaks is heard at once, words over the question, or over a message said again, stop
   it; a mere "yes" or "okay" there does not, and counts when the question is asked.
3. "I need help" acknowledges too, with its own flag, ends the calling and reaches a person.
4. What was played is a fact: milliseconds of sound that left, not a hang-up's cause.
5. Silence has the message said again, some times; then the call ends, politely and unacknowledged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from outbound.notice_messages import (
    Acknowledged,
    Answered,
    Beeped,
    Command,
    Event,
    Gone,
    HandOver,
    HangUp,
    Hush,
    KeyPressed,
    LeftInMailbox,
    Meant,
    MessageBegun,
    MessageHeard,
    Moment,
    NothingSaid,
    OptedOut,
    PartEnded,
    PartStarted,
    Say,
    Script,
    SpeechBegan,
    TakenBack,
    Unheard,
    Version,
)

ANSWER_SECONDS = 6.0
"""Seconds after the options in which an answer is awaited."""
LEAST_PATIENCE = 1.0
"""Seconds that the called have at least after a noise."""
LONGEST_SPEECH = 20.0
"""Seconds for which who speaks is waited for."""
KEPT_SECONDS = 1.5
"""Seconds in which what was said may still be made out, before its speaker is told of the keys."""
MOST_TOLD = 2
"""How often one who speaks is told that only keys are heard now."""
MOST_STOPS = 3
"""Words without a meaning that stop the question; after them it is asked to its end, whoever talks
in the room."""
MAILBOX_PAUSE = 0.4
"""Seconds between a machine's beep and our first word."""
SURE = 0.6
"""Confidence from which on a spoken intent counts."""
MOST_SECONDS = 240.0
"""A call is over after this, whatever is going on."""


class State(Enum):
    """Where the call is."""

    NEW = "new"
    SAYING = "saying"
    """Headline, body, options: they can be interrupted by keys and by clear words."""
    AWAITING = "awaiting"
    """For an answer."""
    MAILBOX = "mailbox"
    """A machine records the short version."""
    CORRECTING = "correcting"
    """The message was taken back while it was being said."""
    LEAVING = "leaving"
    HANDING_OVER = "handing_over"
    OVER = "over"


@dataclass
class Notice:
    """One call. Tell it `Answered` first."""

    script: Script
    state: State = State.NEW
    language: str = ""
    stale: int = 0
    played_ms: int = 0
    """Of the message itself, at most, in one go."""
    _round: int = 0
    _slow: bool = False
    _counter: int = 0
    _parts: dict[str, str] = field(default_factory=dict)
    """Playback → what it is, of what was not said to its end."""
    _so_far: int = 0
    _begun: bool = False
    _heard_headline: bool = False
    _whole: set[str] = field(default_factory=set)
    """Languages in which all of the message was heard."""
    _asking: bool = False
    """The question was begun, and nothing was said since."""
    _assented: bool = False
    """A "yes" over the question."""
    _speaking: bool = False
    """The called speak, or what they said is being recognised."""
    _patience: float = ANSWER_SECONDS
    """Seconds that they have still, once it was nothing."""
    _spoke: bool = False
    """Over the question, and nobody had time to make it out."""
    _told_of_keys: int = 0
    _stops: int = 0
    """Words without a meaning that stopped what was being said."""
    _acknowledged: bool = False
    _opted_out: bool = False
    _timer: float | None = None
    _ends_at: float = 0.0
    _commands: list[Command] = field(default_factory=list)

    # The four verbs.

    def receive(self, event: Event, now: float) -> None:
        """Take one event; what does not fit the state is stale and changes nothing."""
        handler = TABLE.get((self.state, type(event)))
        if handler is None:
            self.stale += 1
        else:
            handler(self, event, now)

    def next_timer(self) -> float | None:
        """UTC seconds."""
        if self.state in (State.NEW, State.OVER):
            return None
        return self._ends_at if self._timer is None else min(self._timer, self._ends_at)

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        if self.state not in (State.NEW, State.OVER) and now >= self._ends_at:
            self._end()
        elif self._timer is not None and now >= self._timer:
            self._timer = None
            TIMERS[self.state](self, now)

    def commands(self) -> list[Command]:
        """What was decided since the last call."""
        made, self._commands = self._commands, []
        return made

    # Saying.

    @property
    def _version(self) -> Version:
        return self.script.versions[self.language]

    def _answered(self, event: Answered, now: float) -> None:
        self.language = self.script.languages[0]
        self._ends_at = now + MOST_SECONDS
        self.state = State.SAYING
        if self.script.cut_off:
            self._say("cut off", self._version.phrases.cut_off)
        self._message()

    def _message(self) -> None:
        """All of it, headline first; the options behind."""
        self._round += 1
        self._so_far = 0
        self._asking = self._assented = self._spoke = False
        known = self._known
        words = self._version.phrases
        if self.script.exercise:
            self._say("exercise", words.exercise)
        version = self._version
        if version.sound:
            text = f"{version.headline} {version.body}".strip()
            self._say("headline", text, "", version.sound, known)
        else:
            self._say("headline", version.headline)
            self._say("body", version.body, interruptible=known)
        if self.script.exercise:
            self._say("exercise", words.exercise)
        self._say_options()

    def _say_options(self) -> None:
        words = self._version.phrases
        by_key = words.options_by_key or words.options
        said, keyed = self._options(words.options), self._options(by_key)
        self._say("options", said, keyed, interruptible=True)

    def _options(self, first: str) -> str:
        others = [one for one in self.script.languages if one != self.language]
        parts = [first]
        if self.script.may_opt_out:
            parts.append(self._version.phrases.opt_out)
        parts += [self.script.versions[one].phrases.switch for one in others[:1]]
        return " ".join(part for part in parts if part)

    def _say(
        self, what: str, text: str, by_key: str = "", sound: str = "", interruptible: bool = False
    ) -> None:
        if not text:
            return
        interruptible &= self._stops < MOST_STOPS
        self._counter += 1
        part = f"{what}-{self._counter}"
        self._parts[part] = what
        said = Say(part, text, self.language, self._slow, sound, by_key, interruptible)
        self._commands.append(said)

    def _hush(self) -> None:
        self._parts.clear()
        self._timer = None
        self._asking = self._assented = self._spoke = False
        self._commands.append(Hush())

    def _started(self, event: PartStarted, now: float) -> None:
        what = self._parts.get(event.part)
        self._asking |= what == "options"
        if what == "headline" and not self._begun:
            self._begun = True
            self._commands.append(MessageBegun())

    def _part_ended(self, event: PartEnded, now: float) -> None:
        what = self._parts.pop(event.part, None)
        if what is None or event.interrupted:
            self.stale += what is None
            return
        if what in ("headline", "body"):
            self._so_far += event.played_ms
            self.played_ms = max(self.played_ms, self._so_far)
            self._heard_headline = True
        if not self._to_come("headline", "body"):
            self._message_heard()
        if not self._parts and self._assented:
            self._acknowledge("voice", False)
        elif not self._parts:
            self._patience = ANSWER_SECONDS
            self._asked(now)

    def _asked(self, now: float) -> None:
        """An answer is awaited; who has given one in vain is told soon which key does."""
        self.state = State.AWAITING
        self._spoke &= self._told_of_keys < MOST_TOLD and bool(self._which_key)
        if self._spoke:
            self._timer = now + KEPT_SECONDS
        else:
            self._await(now)

    @property
    def _which_key(self) -> str:
        return self._version.phrases.unheard or self._version.phrases.options_by_key

    def _message_heard(self) -> None:
        if not self._whole:
            self._commands.append(MessageHeard(self.played_ms))
        self._whole.add(self.language)

    @property
    def _known(self) -> bool:
        """Whether all of it was heard, in this language."""
        return self.language in self._whole

    def _to_come(self, *whats: str) -> bool:
        return any(what in whats for what in self._parts.values())

    def _no_answer(self, now: float) -> None:
        if self._spoke:
            self._spoke, self.state = False, State.SAYING
            self._told_of_keys += 1
            self._say("options", self._which_key)
        elif self._round >= self.script.rounds:
            self._leave(self._version.phrases.goodbye)
        else:
            self.state = State.SAYING
            self._message()

    # Answers.

    def _await(self, now: float) -> None:
        self._timer = now + (LONGEST_SPEECH if self._speaking else self._patience)

    def _speaks(self, event: SpeechBegan, now: float) -> None:
        """Who has begun an answer is let finish it."""
        self._speaking = True
        if self.state is State.AWAITING:
            self._patience = max(LEAST_PATIENCE, (self._timer or now) - now)
            self._await(now)

    def _nothing(self, event: NothingSaid, now: float) -> None:
        """It was no answer: the time for one goes on."""
        if self._speaking and self.state is State.AWAITING:
            self._speaking = False
            self._await(now)
        self._speaking = False

    def _unheard(self, event: Unheard, now: float) -> None:
        self._speaking = False
        self._spoke |= self._asking
        if self.state is State.AWAITING:
            self._asked(now)

    def _key(self, event: KeyPressed, now: float) -> None:
        self._act(KEYS.get(event.digit, "unclear"), "key")

    @property
    def moment(self) -> Moment:
        """What who speaks now knows."""
        return Moment(self._heard_headline, self._asking and self.state in _TALKING)

    def _meant(self, event: Meant, now: float) -> None:
        self._speaking = False
        wish = self._wish(event)
        if event.intent == "affirm" and self._parts and self._asking and not event.stopped:
            self._assented |= wish == "understood"
        else:
            self._act(wish, "voice", event.stopped)

    def _wish(self, event: Meant) -> str:
        spoken = event.spoken or self.moment
        intent = event.intent if event.confidence >= SURE else "unclear"
        if intent == "affirm":
            intent = "understood" if spoken.asked else "unclear"
        if intent in ("understood", "opt_out") and not spoken.headline:
            intent = "unclear"  # a "yes, okay" at picking up is about nothing yet
        return intent

    def _act(self, wish: str, by: Literal["key", "voice"], stopped: bool = False) -> None:
        if wish in ("understood", "help"):
            self._acknowledge(by, wish == "help")
        elif wish == "opt_out" and self.script.may_opt_out:
            self._opt_out()
        elif wish in AGAIN:
            self._once_more(wish)
        elif by == "key" or stopped or self.state is State.AWAITING:
            self._stops += stopped
            self._unclear()

    def _once_more(self, wish: str) -> None:
        """Said again, as wished; asked for, so it does not count among the rounds."""
        self._hush()
        self._round = max(0, self._round - 1)
        if wish in ("slower", "not_understood"):
            self._slow = True
        elif wish == "language":
            known = self.script.languages
            self.language = known[(known.index(self.language) + 1) % len(known)]
        elif wish == "who":
            self._say("who", self._version.phrases.who)
        self.state = State.SAYING
        self._message()

    def _unclear(self) -> None:
        self._hush()
        self.state = State.SAYING
        if not self._known:
            self._round = max(0, self._round - 1)
            self._message()
            return
        self._say("again", self._version.phrases.again, interruptible=True)
        self._say_options()

    def _acknowledge(self, by: Literal["key", "voice"], help: bool) -> None:
        self._hush()
        self._acknowledged = True
        self._commands.append(Acknowledged(by, help))
        words = self._version.phrases
        if help:
            self.state = State.HANDING_OVER
            self._say("help", words.help)
        else:
            self._leave(words.thanks)

    def _handed_over(self, event: PartEnded, now: float) -> None:
        if self._parts.pop(event.part, None) is not None and not self._parts:
            self.state = State.OVER
            self._commands.append(HandOver(self.language))

    def _after_all(self, event: KeyPressed | Meant, now: float) -> None:
        """While the last words are said: asks for help now, or is understood only now."""
        by: Literal["key", "voice"] = "key" if isinstance(event, KeyPressed) else "voice"
        if isinstance(event, KeyPressed):
            wish = KEYS.get(event.digit, "")
        else:
            wish = event.intent if event.intent == "help" else self._wish(event)
        if wish == "help":
            self._acknowledge(by, True)
        elif wish == "understood" and not self._acknowledged:
            self._acknowledged = True
            self._commands.append(Acknowledged(by))
        elif wish == "opt_out" and self.script.may_opt_out and not self._opted_out:
            self._opt_out()

    def _opt_out(self) -> None:
        self._opted_out = True
        self._commands.append(OptedOut())
        self._hush()
        self._leave(self._version.phrases.opted_out)

    def _late(self, event: Meant, now: float) -> None:
        """The call is over, and it is known only now what was said in it."""
        wish = self._wish(event) if event.spoken is not None else ""
        if wish == "help" or (wish == "understood" and not self._acknowledged):
            self._acknowledged = True
            self._commands.append(Acknowledged("voice", wish == "help"))
        elif wish == "opt_out" and self.script.may_opt_out and not self._opted_out:
            self._opted_out = True
            self._commands.append(OptedOut())

    # Machines.

    def _beeped(self, event: Beeped, now: float) -> None:
        self._hush()
        self.state = State.MAILBOX
        self._timer = now + MAILBOX_PAUSE

    def _leave_word(self, now: float) -> None:
        words = self._version.phrases
        if self.script.exercise:
            self._say("exercise", words.exercise)
        self._say("voicemail", self._version.voicemail)

    def _word_left(self, event: PartEnded, now: float) -> None:
        if self._parts.pop(event.part, None) is not None and not self._parts:
            self._commands.append(LeftInMailbox())
            self._end()

    # The end.

    def _taken_back(self, event: TakenBack, now: float) -> None:
        """A correction at once, not a hang-up."""
        self._hush()
        self.state = State.CORRECTING
        self._say("correction", event.text or self._version.phrases.retraction)

    def _corrected(self, event: PartEnded, now: float) -> None:
        if self._parts.pop(event.part, None) is not None and not self._parts:
            self._leave(self._version.phrases.goodbye)

    def _leave(self, words: str) -> None:
        self.state = State.LEAVING
        self._say("goodbye", words)
        if not self._parts:
            self._end()

    def _left(self, event: PartEnded, now: float) -> None:
        if self._parts.pop(event.part, None) is not None and not self._parts:
            self._end()

    def _end(self) -> None:
        self.state = State.OVER
        self._timer = None
        self._commands += [Hush(), HangUp()]

    def _gone(self, event: Gone, now: float) -> None:
        self.state = State.OVER
        self._timer = None


AGAIN = frozenset({"repeat", "slower", "not_understood", "language", "who"})
"""Wishes by which the message is said once more."""
KEYS: Mapping[str, str] = {
    "1": "understood", "2": "repeat", "3": "slower", "4": "language", "9": "opt_out", "0": "help",
}  # fmt: skip
Handler = Callable[[Notice, Any, float], None]
_TALKING = (State.SAYING, State.AWAITING)
TABLE: Mapping[tuple[State, type], Handler] = {
    (State.NEW, Answered): Notice._answered,
    (State.SAYING, PartStarted): Notice._started,
    (State.SAYING, PartEnded): Notice._part_ended,
    **{(state, KeyPressed): Notice._key for state in (*_TALKING, State.MAILBOX)},
    **{(state, Meant): Notice._meant for state in _TALKING},
    **{(state, SpeechBegan): Notice._speaks for state in _TALKING},
    **{(state, NothingSaid): Notice._nothing for state in _TALKING},
    **{(state, Unheard): Notice._unheard for state in _TALKING},
    **{(state, Beeped): Notice._beeped for state in _TALKING},
    **{(state, TakenBack): Notice._taken_back for state in (*_TALKING, State.MAILBOX)},
    (State.MAILBOX, PartEnded): Notice._word_left,
    (State.CORRECTING, PartEnded): Notice._corrected,
    (State.LEAVING, PartEnded): Notice._left,
    (State.LEAVING, KeyPressed): Notice._after_all,
    (State.LEAVING, Meant): Notice._after_all,
    (State.OVER, Meant): Notice._late,
    (State.HANDING_OVER, PartEnded): Notice._handed_over,
    **{(state, Gone): Notice._gone for state in State if state is not State.OVER},
}
TIMERS: Mapping[State, Callable[[Notice, float], None]] = {
    State.AWAITING: Notice._no_answer,
    State.MAILBOX: Notice._leave_word,
}
