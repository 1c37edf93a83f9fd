"""Between the agent's keypad and its shell. A session is named by its leg.

They stay within one process; entries (a PIN among them) are never written anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from acd.messages import AgentLoggedIn


@dataclass(frozen=True)
class KeypadOpened:
    """An agent dialled the log-in code and was answered."""

    leg: str
    known: str = ""
    """The agent's number, when the phone that calls is registered as an agent's own."""


@dataclass(frozen=True)
class DigitPressed:
    """A key: 0–9, `*` or `#`."""

    leg: str
    digit: str


@dataclass(frozen=True)
class PromptDone:
    """What was asked for was said to its end, or cut off by a key."""

    leg: str
    say: str


@dataclass(frozen=True)
class PinChecked:
    """The answer to CheckPin."""

    leg: str
    ok: bool
    login: AgentLoggedIn | None = None
    locked_for: float = 0.0
    """Seconds for which whoever keeps the PINs has locked this number."""


@dataclass(frozen=True)
class KeypadClosed:
    """The agent hung up."""

    leg: str


@dataclass(frozen=True)
class SayToAgent:
    """Say this, in place of what is being said."""

    leg: str
    say: str
    text: str


@dataclass(frozen=True)
class CheckPin:
    """Ask whoever keeps the PINs."""

    leg: str
    number: str = field(repr=False)
    pin: str = field(repr=False)


@dataclass(frozen=True)
class ActAs:
    """Say this to the distributor for the agent."""

    leg: str
    event: object


@dataclass(frozen=True)
class RepeatLast:
    """Say again what was known of this call."""

    leg: str
    say: str
    call: str


@dataclass(frozen=True)
class AskChoices:
    """Ask what may be said of this call: in a campaign it is the campaign's to say."""

    leg: str
    call: str


@dataclass(frozen=True)
class ChoicesTold:
    """The answer to AskChoices."""

    leg: str
    call: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class AskPerson:
    """Ask for somebody whom the agent may have dialled: the one behind `after`, where there is a
    list."""

    leg: str
    agent: str
    after: str = ""


@dataclass(frozen=True)
class PersonTold:
    """The answer to AskPerson."""

    leg: str
    person: str
    """Empty: there is nobody."""
    text: str


@dataclass(frozen=True)
class DialPerson:
    """Have them dialled, once the agent has hung up here and is called."""

    leg: str
    agent: str
    person: str


@dataclass(frozen=True)
class SkipPerson:
    """Not now; the next one is asked for with AskPerson."""

    leg: str
    agent: str
    person: str
    tomorrow: bool = False


@dataclass(frozen=True)
class Dispose:
    """The agent says what became of this call."""

    leg: str
    agent: str
    call: str
    disposition: str


@dataclass(frozen=True)
class HangUpAgent:
    """End the leg."""

    leg: str
