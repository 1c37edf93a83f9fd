"""PURE. Where a conversation is: what is asked, what is known, what went wrong. Frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kernel.codec import message
from kernel.packet import PacketSlot, Source
from voicebot.dialogue.acts import Act
from voicebot.dialogue.mood import Mood
from voicebot.nlu.ports import IntentScore, Understanding


class Asking(StrEnum):
    """What sort of question is open."""

    OPEN = "open"
    """What can I do for you?"""
    MENU = "menu"
    """The same, by keys."""
    INTENT = "intent"
    """Is this about …?"""
    PERSON = "person"
    """Would you like a person?"""
    WHICH = "which"
    """Is it about …, or about …?"""
    RESUME = "resume"
    """A caller who was cut off: shall we go on where we were?"""
    SLOT = "slot"
    """What is your …?"""
    CONFIRM = "confirm"
    """I have …, is that right?"""
    CONFIRM_ALL = "confirm_all"
    """So that is …, … and …?"""


YES_NO = frozenset(
    {Asking.INTENT, Asking.PERSON, Asking.RESUME, Asking.CONFIRM, Asking.CONFIRM_ALL}
)
"""Questions that are answered by yes or no."""


COLLECTING = frozenset({Asking.SLOT, Asking.CONFIRM, Asking.CONFIRM_ALL})
"""Questions of a route under way."""


@dataclass(frozen=True)
class Question:
    """The question that the next answer answers."""

    asking: Asking = Asking.OPEN
    about: str = ""
    """The slot, intent or menu."""

    @property
    def key(self) -> str:
        """For counting and logs: `slot:name`."""
        return f"{self.asking}:{self.about}" if self.about else str(self.asking)


@dataclass(frozen=True)
class Known:
    """One thing that the caller told."""

    value: str
    confidence: float
    source: Source = "speech"
    confirmed: bool = False

    def as_slot(self, name: str) -> PacketSlot:
        """The same for whoever takes the call."""
        return PacketSlot(name, self.value, self.confidence, self.confirmed, self.source)


@dataclass(frozen=True)
class Goal:
    """What the caller wants, as far as it was understood."""

    intent: str
    confidence: float = 1.0
    alternatives: tuple[tuple[str, float], ...] = ()


@message("dialogue.earlier", 1)
@dataclass(frozen=True)
class Earlier:
    """What is kept of a call that broke off, for the same caller's next one. Content."""

    intent: str
    known: tuple[PacketSlot, ...] = ()
    language: str = ""
    """That was spoken; empty: the line's."""


@dataclass(frozen=True)
class State:
    """Everything that the dialogue remembers."""

    question: Question = Question()
    goal: Goal | None = None
    """A route under way."""
    offered: tuple[Goal, ...] = ()
    """What `Asking.INTENT` and `Asking.WHICH` ask about."""
    also: tuple[Goal, ...] = ()
    """What the caller wants besides; whoever gets the call is told."""
    mood: Mood = Mood()
    echoed: str = ""
    """The slot that was taken without a question, and that the next sentence may correct."""
    answered: str = ""
    """The intent answered last, for "and on Sunday?"."""
    known: Mapping[str, Known] = field(default_factory=dict)
    skipped: frozenset[str] = frozenset()
    """Slots that are gone on without, and questions not to be asked again."""
    denied: frozenset[tuple[str, str]] = frozenset()
    """(slot, value) to which the caller said no: never offered again."""
    asked: Mapping[str, int] = field(default_factory=dict)
    """Question → how often it was asked."""
    one_by_one: bool = False
    """Whether slots are read back each on its own, since the caller said no to all at once."""
    no_input: int = 0
    """Running; 0 again after progress."""
    no_match: int = 0
    """Running; 0 again after progress."""
    out_of_scope: int = 0
    """Running; 0 again after progress."""
    tries: tuple[int, int] = (0, 0)
    """No-inputs and no-matches of the whole call."""
    missed: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Question → its no-inputs and no-matches in this call."""
    sentence: Understanding | None = None
    """The caller's last sentence; None: there was none, or keys came after it."""
    checked: Mapping[str, str] = field(default_factory=dict)
    """Slot → its value when a form's action looked at it."""
    doing: tuple[str, ...] = ()
    """Lookups and custom actions of the route under way: the one being done, those behind it."""
    slow: bool = False
    """The caller asked us to speak more slowly."""
    engine_failures: int = 0
    """Running; 0 again when something was understood."""
    back_to: str = ""
    """The queue to which a caller goes back whom an agent gave us for a task."""
    pausing: bool = False
    """The caller asked us to wait."""
    put: tuple[str, ...] = ()
    """The slots asked for in this call, in the order of their first asking."""
    result: str = ""
    """One of `Flow.results`: what the call came to."""
    said: Mapping[str, int] = field(default_factory=dict)
    """Response key → how often it was said: which wording comes next."""
    last: tuple[Act, ...] = ()
    """What was said last, to be repeated."""

    @property
    def about(self) -> str:
        """`@` and the intent of the route under way, or nothing."""
        return f"@{self.goal.intent}" if self.goal else ""

    @property
    def place(self) -> str:
        """Where the dialogue is, for journals and pictures: `open`, `slot:name@bill_too_high`,
        `do:balance@account_balance`."""
        if self.doing:
            return f"do:{self.doing[0]}{self.about}"
        collecting = self.question.asking in COLLECTING
        return self.question.key + (self.about if collecting else "")

    def with_known(self, slot: str, known: Known) -> State:
        """The caller told this slot."""
        return replace(
            self,
            known={**self.known, slot: known},
            skipped=self.skipped - {slot, f"confirm:{slot}"},
        )

    def without(self, *slots: str) -> State:
        """These slots are forgotten."""
        return replace(self, known={k: v for k, v in self.known.items() if k not in slots})

    def with_asked(self, question: Question) -> State:
        """One asking more."""
        new = question.asking is Asking.SLOT and question.about not in self.put
        return replace(
            self,
            question=question,
            put=(*self.put, question.about) if new else self.put,
            asked={**self.asked, question.key: self.asked.get(question.key, 0) + 1},
        )

    def failed(self, silent: bool) -> State:
        """One no-input more, or one no-match."""
        one = (1, 0) if silent else (0, 1)
        here = self.missed.get(self.question.key, (0, 0))
        return replace(
            self,
            no_input=self.no_input + one[0],
            no_match=self.no_match + one[1],
            tries=(self.tries[0] + one[0], self.tries[1] + one[1]),
            missed={**self.missed, self.question.key: (here[0] + one[0], here[1] + one[1])},
        )

    def progressed(self) -> State:
        """Something was understood: failures running so far do not count any longer."""
        return replace(self, no_input=0, no_match=0, out_of_scope=0, engine_failures=0)


@dataclass(frozen=True)
class Step:
    """What follows from one thing heard: the state now, and what to do."""

    state: State
    acts: tuple[Act, ...]
    meant: IntentScore | None = None
    """What a sentence was taken as: `answer:<slot>`, `affirm` or `deny` where it answered a
    question, else an intent; None where nothing was said."""
    why: tuple[str, ...] = ()
    """Why this follows: names of intents, slots and limits, never what was said."""
