"""PURE. What a bot does, as values: what `reader.load_bot` makes of `nlu_models/<bot>/`.

Words that are spoken live in domain.yml as Rasa responses and are named here by key, so that
whoever writes the words never touches the flow (`responses`).

An intent does one of: `Answer`, `Route`, `FollowUp`; or nothing, when it is only a universal word
such as yes or repeat. Every response key, slot, queue, menu and intent named in a `Bot` exists:
the reader has refused the files otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from voicebot.dialogue.fillers import Filler, Moment, Sentences
from voicebot.dialogue.lookups import Lookup
from voicebot.dialogue.responses import Response
from voicebot.dialogue.spoken_values import grouped, spoken_date, spoken_sum
from voicebot.dialogue.waiting_texts import Waiting
from voicebot.expected import Mask
from voicebot.nlu.ports import Entity
from voicebot.nlu.training import Training


class Universal(StrEnum):
    """What a caller may say at any moment, whatever was asked."""

    HELP = "help"
    REPEAT = "repeat"
    SLOWER = "slower"
    """Say it again, and everything else from now on, more slowly."""
    PERSON = "person"
    GOODBYE = "goodbye"
    START_OVER = "start_over"
    BACK = "back"
    WAIT = "wait"
    AFFIRM = "affirm"
    DENY = "deny"


class SlotKind(StrEnum):
    """What sort of thing a slot holds."""

    TEXT = "text"
    NAME = "name"
    DIGITS = "digits"
    CODE = "code"
    """Letters and digits, spelled."""
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    """A time of day, `HH:MM`."""
    MONEY = "money"
    """A sum, `12.50 USD`."""
    YES_NO = "yes_no"
    CHOICE = "choice"


@dataclass(frozen=True)
class Choice:
    """One possible value of a choice slot."""

    value: str
    key: str | None = None
    """The key that chooses it."""


@dataclass(frozen=True)
class Slot:
    """Something to know. Only slots with an `ask` can be asked for."""

    name: str
    kind: SlotKind = SlotKind.TEXT
    title: str = ""
    """How the agent's page and the whisper call it: "account number"."""
    entities: tuple[Filler, ...] = ()
    """Entities that fill it wherever they are said (domain.yml, `from_entity`)."""
    expects: str = "open"
    """`RecognitionContext.expects` of the answer."""
    ask: str | None = None
    """Response key of the question."""
    reprompts: tuple[str, ...] = ()
    """Response keys of the second, third … asking; the last is said again."""
    confirm: str | None = None
    """Response key of "I have {value}, is that right?"; None: not confirmed on its own."""
    confirm_below: float = 1.01
    """A spoken value surer than this (0–1) is not asked about on its own but echoed (`echo`)."""
    echo: str | None = None
    """Response key of "Friday the 9th.", said where the value is taken without a question."""
    attempts: int = 3
    """Askings after which the caller goes on without it (`required` false) or to a person."""
    required: bool = True
    keys: bool = False
    """Whether it may be given by keys."""
    end_key: str = "#"
    min_digits: int = 0
    max_digits: int = 0
    """For digits and keys; 0: no limit. Reaching the maximum ends the input by keys."""
    luhn: bool = False
    """Whether the last digit checks the others, as on payment cards."""
    groups: tuple[int, ...] = ()
    """Sizes of the groups in which digits are read back; empty: threes."""
    show_last: int | None = None
    """For logs and pages: only so many last characters are shown; None: all."""
    choices: tuple[Choice, ...] = ()
    yes_only: frozenset[str] = frozenset()
    """Whole sentences, in small letters, that alone are a yes; empty: any that says yes is."""
    proves: str = ""
    """One of `Flow.given` that the answer must be: then the slot's value is "yes", and what was
    said is not kept. Another answer is none."""
    secret: bool = False
    """A PIN, a password, a card number: used in the call and never kept, in text or in sound."""
    whole: bool = True
    """Whether a text slot takes the whole sentence that answers its question."""
    text_from: Sentences = Sentences()
    """Which sentences these are (domain.yml, `from_text` with `intent` or `not_intent`)."""
    by_intent: Mapping[str, str] = field(default_factory=dict)
    """Intent of a sentence that answers its question → value (domain.yml, `from_intent`)."""
    by_trigger: Mapping[str, str] = field(default_factory=dict)
    """Intent that begins its form → value (domain.yml, `from_trigger_intent`)."""
    scale: tuple[int, int] | None = None
    """The least and the greatest of a number."""
    only_if: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Slot → values of which one must be known, else this one is not asked for."""

    def value_in(
        self, entities: Sequence[Entity], moment: Moment, intent: str = ""
    ) -> Entity | None:
        """The entity of a sentence, which means `intent`, that fills this slot.

        Its own entities count as their fillers say; the built-in one of its kind (`name`, `digits`,
        `number`, `date`, `yes_no`, `code`) only if the sentence answers the question for this slot
        (`moment`). A text slot that is asked for takes the sentence itself: not here.
        """
        for entity in entities:
            if any(filler.fits(entity, intent, moment) for filler in self.entities):
                return entity
        if moment is not Moment.ASKED:
            return None
        return next((e for e in entities if e.name == self.kind.value), None)

    @property
    def mask(self) -> Mask | None:
        """What digits must be to be its value; None: it holds something else."""
        if self.kind is not SlotKind.DIGITS and self.scale is None:
            return None
        return Mask(self.min_digits, self.max_digits, self.luhn, self.scale)

    def accepts(self, value: str) -> bool:
        """Whether `value` is possible."""
        if self.mask is not None:
            return self.mask.fits(value)
        if self.kind is SlotKind.CODE:
            high = self.max_digits or len(value)
            return value.isalnum() and self.min_digits <= len(value) <= high
        if self.kind is SlotKind.CHOICE:
            return any(choice.value == value for choice in self.choices)
        return bool(value.strip())

    def by_key(self, keys: str) -> str | None:
        """The value that these keys give, or None if they give none."""
        if self.kind is SlotKind.YES_NO:
            return {"1": "yes", "2": "no"}.get(keys)
        if self.kind is SlotKind.CHOICE:
            return next((c.value for c in self.choices if c.key == keys), None)
        return keys if self.accepts(keys) else None

    def spoken(self, value: str) -> str:
        """How `value` is read back: digits one by one in groups, a date as a day."""
        if self.kind in (SlotKind.DIGITS, SlotKind.CODE):
            return ", ".join(" ".join(group) for group in grouped(value, self.groups))
        if self.kind is SlotKind.DATE:
            return spoken_date(value)
        if self.kind is SlotKind.MONEY:
            return spoken_sum(value)
        return value

    def shown(self, value: str) -> str:
        """How logs and pages show `value`."""
        if self.show_last is None or len(value) <= self.show_last:
            return value
        return "•" * (len(value) - self.show_last) + value[len(value) - self.show_last :]


class Counts(StrEnum):
    """What a result of a call of ours means for calling this person again."""

    REACHED = "reached"
    """It is done: nobody calls again."""
    AGAIN = "again"
    """As if nobody had answered: called again, as often as the campaign lets."""
    WRONG_NUMBER = "wrong_number"
    """This is not the person's number: not called again."""
    DO_NOT_CALL = "do_not_call"
    """Onto the do-not-call list."""


@dataclass(frozen=True)
class Answer:
    """Say something and go on listening."""

    say: str
    """Response key; its variations may be conditioned on slots (day → hours of that day)."""
    also: tuple[str, ...] = ()
    """Response keys said after it, in order."""
    follow_up: tuple[str, ...] = ()
    """Slots whose new value alone ("and on Sunday?") asks for this answer again."""
    small_talk: bool = False
    """Thanks, hello: afterwards an open question is asked again, and the last intent stays."""
    hang_up: bool = False
    """Whether the call ends after it."""
    interruptible: bool = True
    """Whether the caller's voice stops it; false for what must be heard. A key always does."""


@dataclass(frozen=True)
class Route:
    """Hand the caller to a person, with what was learned."""

    queue: str
    head_start: float = 0.0
    """Seconds of waiting that the caller is given in advance."""
    required: frozenset[str] = frozenset()
    """Skills without which no agent gets the call."""
    preferred: frozenset[str] = frozenset()
    say: str | None = None
    """Response key said first ("I am sorry to hear that")."""
    ask: tuple[str, ...] = ()
    """Slots to ask for, in order; those already known are skipped."""
    confirm: str | None = None
    """Response key that reads everything back once ("So that is {name}, …?"). If the caller says
    no, the slots are asked for again one by one, each with its own confirmation."""
    handover: str | None = None
    """Response key said before the hand-over; None: `Flow.handover`."""
    summary: str = ""
    """Template of the packet's summary: `{slots}`, at most two sentences."""
    emergency: bool = False
    """Acted upon at once, whatever is going on, and never put as a question first."""
    refer: str = ""
    """A house (`Flow.houses`) to which the call is sent first; `queue` is for a caller whom it
    does not take."""
    do: tuple[str, ...] = ()
    """Lookups and custom actions, done one by one once everything is known. If one fails, a person
    takes the call."""
    stays: bool = False
    """Whether the conversation goes on after them: no person is needed."""
    answer: str | None = None
    """Response key said then; None: the custom actions said what there is to say."""
    ends: bool = False
    """Whether the call ends then."""
    branch: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Slot → value → the intent with which it goes on instead, looked at in this order."""
    forget: tuple[str, ...] = ()
    """Slots that are asked for anew, since somebody else may be listening now. Such an intent is
    believed before an answer is."""
    task: bool = False
    """Whether agents may have it done in the middle of a contact; then the caller goes back."""
    validate: str = ""
    """Custom action that checks what is told of `ask`: Rasa's `validate_<form>`."""


@dataclass(frozen=True)
class FollowUp:
    """Ask the last answer again with the slots that this sentence changed."""

    otherwise: str
    """The intent that is meant when nothing was answered before."""


Doing = Answer | Route | FollowUp


@dataclass(frozen=True)
class Intent:
    """What a caller may want, and what is done about it."""

    name: str
    title: str
    """A noun phrase: "a bill that is too high"; for the packet, and "Is this about {title}?"."""
    does: Doing | None = None
    universal: Universal | None = None
    irreversible: bool = False
    """Whether it is put as a question first, however sure we are: what it does cannot be undone."""
    internal: bool = False
    """Begun by `opens` or a `branch` alone: nobody can ask for it, so it has no sentences."""
    result: str = ""
    """One of `Flow.results`: what a call of ours came to once this was done."""


@dataclass(frozen=True)
class Queue:
    """Where calls wait for people."""

    name: str
    title: str
    """As callers hear it: "our billing team"."""


@dataclass(frozen=True)
class OtherHouse:
    """Somebody else's telephone, to which calls can be sent by REFER (RFC 3515)."""

    name: str
    title: str
    """As callers hear it: "the water company"."""
    target: str
    """A SIP URI."""
    failed: str
    """Response key said when it does not take the caller, who then waits in the route's queue."""


class Then(StrEnum):
    """What follows when a ladder has no rung left."""

    ROUTE = "route"
    HANG_UP = "hang_up"


@dataclass(frozen=True)
class Ladder:
    """What happens when a caller says nothing, or nothing understood, several times running."""

    say: tuple[str, ...]
    """Response keys, one a time. The next time after the last, `last` is said, then `then`."""
    last: str
    then: Then = Then.ROUTE
    queue: str = ""
    keypad: bool = False
    """Whether the menu of keys is read before `last`, where the bot has one."""


@dataclass(frozen=True)
class KeyAction:
    """What a key does: exactly one of `intent`, `menu` and `universal`."""

    key: str
    label: str = ""
    """For the text read aloud: "For {label}, press {key}."; empty: not read."""
    intent: str | None = None
    menu: str | None = None
    universal: Universal | None = None


@dataclass(frozen=True)
class Menu:
    """A list of keys read aloud."""

    name: str
    say: str | None
    """Response key said before the list."""
    keys: tuple[KeyAction, ...]

    def action(self, key: str) -> KeyAction | None:
        """What `key` does here; None: nothing."""
        return next((action for action in self.keys if action.key == key), None)


@dataclass(frozen=True)
class Keypad:
    """The bot for a line without a recogniser: a tree of menus over the same intents."""

    start: str
    menus: Mapping[str, Menu]
    item: str = "For {label}, press {key}."
    invalid: str = ""
    """Response key for a key that does nothing."""
    key_names: Mapping[str, str] = field(default_factory=lambda: {"*": "star", "#": "pound"})

    def listing(self, menu: Menu) -> str:
        """The text of a menu's keys, in order."""
        return " ".join(
            self.item.replace("{label}", action.label).replace(
                "{key}", self.key_names.get(action.key, action.key)
            )
            for action in menu.keys
            if action.label
        )


@dataclass(frozen=True)
class Thresholds:
    """Confidences, 0–1: at `accept` and above it is done, at `ask` and above it is put as a
    question (`Flow.confirm_intent`), below it is a no-match."""

    accept: float = 0.5
    ask: float = 0.3


@dataclass(frozen=True)
class Flow:
    """Everything that flow.yml says. All texts are response keys."""

    name: str
    language: str
    voice: str
    timezone: str
    """IANA name, for "today" and "tomorrow"."""
    default_queue: str
    greeting: str
    machine: str
    """That a machine answers; said where the line says so."""
    recorded: str
    """That the call is recorded; said where the line says so."""
    anything_else: str
    confirm_intent: str
    """"Is this about {title}?"."""
    handover: str
    out_of_scope: str
    engine_failed: str
    """What the caller said was lost by a fault of ours."""
    no_input: Ladder
    no_match: Ladder
    waiting: Waiting
    intents: Mapping[str, Intent]
    slots: Mapping[str, Slot]
    queues: Mapping[str, Queue]
    houses: Mapping[str, OtherHouse] = field(default_factory=dict)
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    custom_actions: frozenset[str] = frozenset()
    """Those of the domain that an intent does; an action server does them."""
    keypad: Keypad | None = None
    thresholds: Thresholds = Thresholds()
    which: str | None = None
    """"Is it about {first}, or about {second}?"; None: only the likelier is asked about."""
    resume: str | None = None
    """"We were talking about {title}. Shall we go on?", to a caller whose call broke off a moment
    ago; None: this bot remembers nobody."""
    invite: str = ""
    """Response key: "You may speak Italian", in Italian, said behind the greeting of a line whose
    first language is another; empty: nobody is invited."""
    no_input_after: float = 6.0
    """Seconds of silence after a question that make a no-input."""
    opens: str = ""
    """The intent with which this bot begins a call by itself, behind the greeting: it calls, and
    knows what for. Empty: it asks what the caller wants."""
    given: Mapping[str, SlotKind] = field(default_factory=dict)
    """What a campaign knows of each person, for the texts; the kind says how it is spoken."""
    results: Mapping[str, Counts] = field(default_factory=dict)
    """What its calls may come to."""
    voicemail: str | None = None
    """Response key left on a machine after its beep; None: nothing is left."""

    def universal(self, name: str) -> Universal | None:
        """The universal that the intent `name` is, if it is one."""
        intent = self.intents.get(name)
        return intent.universal if intent else None

    def intent_of(self, universal: Universal) -> Intent | None:
        """The intent that carries a universal."""
        return next((i for i in self.intents.values() if i.universal is universal), None)


@dataclass(frozen=True)
class Bot:
    """One bot, read and checked."""

    folder: str
    flow: Flow
    responses: Mapping[str, Response]
    training: Training
    remarks: tuple[str, ...] = ()
    """What in its folder is not used, a line each, for whoever starts it."""

    def text(self, key: str, values: Mapping[str, str] | None = None, nth: int = 0) -> str:
        """What to say for a response key. `{bot}` is always known."""
        known = {"bot": self.flow.name, **(values or {})}
        return self.responses[key].text(known, nth)
