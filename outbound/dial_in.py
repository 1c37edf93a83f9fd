"""A notification is launched by telephone: number, PIN, template by key, how many, yes. PURE.

One object a call; it is told what happened and answers with what to do. Nothing is made before the
last yes, which takes two keys and before which all of the message can be heard. A star goes back
from everywhere, and whoever is silent is let go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

PATIENCE = 40.0
"""Seconds without a key or an answer after which the call ends; longer than the longest prompt."""
TRIES = 3
MOST = 8
"""Templates that have a key of their own, 1 to 8; 0 is a launch that waits, 9 hears it again."""


@dataclass(frozen=True)
class Template:
    """Something that can be launched."""

    name: str
    title: str
    headline: str
    body: str = ""


@dataclass(frozen=True)
class Waiting:
    """A launch that a first person asked for."""

    campaign: str
    title: str
    people: int
    by: str


# What happens.


@dataclass(frozen=True)
class Opened:
    """The call is up."""


@dataclass(frozen=True)
class Key:
    """A key."""

    digit: str


@dataclass(frozen=True)
class Proven:
    """Number and PIN belong together, and to somebody who may launch."""

    templates: tuple[Template, ...]
    waiting: Waiting | None = None


@dataclass(frozen=True)
class NotProven:
    """They do not."""


@dataclass(frozen=True)
class Counted:
    """So many people would be called."""

    people: int
    minutes: int | None
    """Until everybody was called once; None: not told."""
    warnings: int = 0


@dataclass(frozen=True)
class Refused:
    """It cannot be done."""

    why: str


@dataclass(frozen=True)
class Launched:
    """It was launched, or waits for a second person."""

    waits: bool


@dataclass(frozen=True)
class Silence:
    """Nothing came for too long."""


Event = Opened | Key | Proven | NotProven | Counted | Refused | Launched | Silence


# What to do.


@dataclass(frozen=True)
class Say:
    """Speak, in place of what is being said."""

    text: str


@dataclass(frozen=True)
class Prove:
    """Do number and PIN belong together?"""

    number: str
    pin: str


@dataclass(frozen=True)
class Count:
    """Whom would this reach?"""

    template: str


@dataclass(frozen=True)
class Launch:
    """Draft this and launch it."""

    template: str


@dataclass(frozen=True)
class Approve:
    """Be the second person."""

    campaign: str


@dataclass(frozen=True)
class HangUp:
    """End the call once what was said last was heard."""


Command = Say | Prove | Count | Launch | Approve | HangUp


class State(Enum):
    """Where the call is."""

    NUMBER = "number"
    PIN = "pin"
    PROVING = "proving"
    MENU = "menu"
    COUNTING = "counting"
    CONFIRM = "confirm"
    LAUNCHING = "launching"
    OVER = "over"


ASK_NUMBER = "Launching notifications. Your number, then the pound key."
ASK_PIN = "Your PIN, then the pound key."
WRONG = "That is not right. Your number, then the pound key."
GOODBYE = "Goodbye."


@dataclass
class DialIn:
    """One call of somebody who launches."""

    state: State = State.NUMBER
    _typed: str = ""
    _number: str = ""
    _tries: int = 0
    _menu: Sequence[Template] = ()
    _waiting: Waiting | None = None
    _chosen: Template | None = None
    """None in CONFIRM: the launch that waits."""
    _said: str = ""
    _commands: list[Command] = field(default_factory=list)

    def receive(self, event: Event) -> list[Command]:
        """What to do about it; nothing for what is no longer awaited."""
        self._commands = []
        match event:
            case Opened():
                self._say(ASK_NUMBER)
            case Silence() if self.state is not State.OVER:
                self._end(GOODBYE)
            case Key(digit):
                self._key(digit)
            case Proven(templates, waiting) if self.state is State.PROVING:
                self._menu, self._waiting = templates[:MOST], waiting
                self._to_menu()
            case NotProven() if self.state is State.PROVING:
                self._wrong()
            case Counted() if self.state is State.COUNTING:
                self._ask(event)
            case Refused(why) if self.state in (State.COUNTING, State.LAUNCHING):
                self._to_menu(f"That cannot be done: {why}. ")
            case Launched(waits) if self.state is State.LAUNCHING:
                second = "It waits for a second person, who can dial this number, too. "
                self._end(f"{second if waits else 'Calling has begun. '}{GOODBYE}")
        return self._commands

    # Keys.

    def _key(self, digit: str) -> None:
        if self.state in (State.NUMBER, State.PIN):
            self._entry(digit)
        elif self.state is State.MENU:
            self._choose(digit)
        elif self.state is State.CONFIRM:
            self._confirm(digit)

    def _entry(self, digit: str) -> None:
        if digit == "*":
            self._typed, self.state = "", State.NUMBER
            self._say(ASK_NUMBER)
        elif digit != "#":
            self._typed += digit
        elif self.state is State.NUMBER:
            self._number, self._typed, self.state = self._typed, "", State.PIN
            self._say(ASK_PIN)
        else:
            pin, self._typed, self.state = self._typed, "", State.PROVING
            self._commands.append(Prove(self._number, pin))

    def _wrong(self) -> None:
        self._tries += 1
        if self._tries >= TRIES:
            self._end(GOODBYE)
        else:
            self.state = State.NUMBER
            self._say(WRONG)

    def _to_menu(self, before: str = "") -> None:
        self.state, self._typed = State.MENU, ""
        waits = (
            f"{self._waiting.title}, to {self._waiting.people} people, asked for by"
            f" {' '.join(self._waiting.by)}, waits for a second person. To be that one, press 0. "
            if self._waiting is not None else ""
        )  # fmt: skip
        listed = " ".join(f"For {one.title}, press {key}." for key, one in enumerate(self._menu, 1))
        self._say(f"{before}{waits}{listed} To hear it again, press 9.")

    def _choose(self, digit: str) -> None:
        if digit == "0" and self._waiting is not None:
            self.state, self._chosen, self._typed = State.CONFIRM, None, ""
            self._say(f"{self._waiting.title}, to {self._waiting.people} people. {YES}")
        elif digit.isdecimal() and 1 <= int(digit) <= len(self._menu):
            self.state, self._chosen = State.COUNTING, self._menu[int(digit) - 1]
            self._commands.append(Count(self._chosen.name))
        elif digit == "*":
            self._end(GOODBYE)
        else:
            self._say(self._said)

    def _ask(self, counted: Counted) -> None:
        assert self._chosen is not None
        if not counted.people:
            return self._to_menu("Nobody would be called. ")
        self.state, self._typed = State.CONFIRM, ""
        takes = f" It takes about {counted.minutes} minutes." if counted.minutes else ""
        warned = " There are warnings: see the page." if counted.warnings else ""
        return self._say(
            f"{self._chosen.title}: {self._chosen.headline} This calls {counted.people} people."
            f"{takes}{warned} To hear all of it, press 2. {YES}"
        )

    def _confirm(self, digit: str) -> None:
        """1 and pound, one behind the other: a single key is pressed by mistake."""
        if digit == "#" and self._typed == "1":
            self.state = State.LAUNCHING
            self._commands.append(
                Launch(self._chosen.name) if self._chosen is not None
                else Approve(self._waiting.campaign if self._waiting is not None else "")
            )  # fmt: skip
        elif digit == "*":
            self._to_menu()
        elif digit == "1" and not self._typed:
            self._typed = "1"
        elif digit == "2" and self._chosen is not None:
            self._typed = ""
            self._say(f"{self._chosen.headline} {self._chosen.body} {YES}")
        else:
            self._typed = ""
            self._say(self._said)

    def _say(self, text: str) -> None:
        self._said = text
        self._commands.append(Say(text))

    def _end(self, text: str) -> None:
        self.state = State.OVER
        self._say(text)
        self._commands.append(HangUp())


YES = "To call them now, press 1 and then pound. To go back, press star."
