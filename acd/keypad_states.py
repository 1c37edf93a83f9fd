"""The keypad's states, as a table, and what one session remembers. PURE."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kernel.machine import Machine


@dataclass(frozen=True)
class KeypadConfig:
    """What a centre may set. Lengths in seconds."""

    reasons: tuple[str, ...] = ("break", "lunch", "meeting")
    """Reasons for not being ready, by key from 1; nine at most."""
    tries: int = 3
    lock_seconds: float = 900.0
    entry_seconds: float = 4.0
    """After the last digit of an entry; `#` ends it at once."""
    silence_seconds: float = 20.0
    """Without a key: what was asked is asked again, and the third time the leg ends."""
    more_wrap_up_seconds: float = 60.0
    """By which a key lengthens wrap-up."""
    goodbye_seconds: float = 15.0
    """The leg ends after the last words, or after this."""


class At(StrEnum):
    """Where a session is."""

    NUMBER = "number"
    PIN = "pin"
    CHECKING = "checking"
    MENU = "menu"
    REASON = "reason"
    DISPOSITION = "disposition"
    PERSON = "person"
    LEAVING = "leaving"


@dataclass(frozen=True)
class Entered:
    """An entry is complete."""


@dataclass(frozen=True)
class Accepted:
    """Number and PIN belong together."""


@dataclass(frozen=True)
class StartedOver:
    """Another number, please."""


@dataclass(frozen=True)
class Rejected:
    """They do not."""


@dataclass(frozen=True)
class ReasonAsked:
    """Not ready, but why?"""


@dataclass(frozen=True)
class DispositionAsked:
    """What became of the last call?"""


@dataclass(frozen=True)
class PersonOffered:
    """Call this one?"""


@dataclass(frozen=True)
class Chosen:
    """A reason, a disposition or a person was chosen, or the choice was left."""


@dataclass(frozen=True)
class Ended:
    """All is said."""


KEYPAD: Machine[At] = Machine(
    "keypad",
    {
        At.NUMBER: {Entered: At.PIN, Ended: At.LEAVING},
        At.PIN: {Entered: At.CHECKING, StartedOver: At.NUMBER, Ended: At.LEAVING},
        At.CHECKING: {Accepted: At.MENU, Rejected: At.NUMBER, Ended: At.LEAVING},
        At.MENU: {
            ReasonAsked: At.REASON,
            DispositionAsked: At.DISPOSITION,
            PersonOffered: At.PERSON,
            Ended: At.LEAVING,
        },
        At.REASON: {Chosen: At.MENU, Ended: At.LEAVING},
        At.DISPOSITION: {Chosen: At.MENU, Ended: At.LEAVING},
        At.PERSON: {PersonOffered: At.PERSON, Chosen: At.MENU, Ended: At.LEAVING},
        At.LEAVING: {},
    },
)


@dataclass
class Session:
    """One agent at the keys."""

    leg: str
    known: str
    at: At = At.NUMBER
    entry: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    agent: str = ""
    said: int = 0
    silences: int = 0
    last: str = ""
    """What was asked last, to ask it again."""
    call: str = ""
    """The call that a disposition is asked for."""
    choices: tuple[str, ...] = ()
    """What may be said of it, by key from 1."""
    person: str = ""
    """Whom the agent may have dialled."""
    dials: bool = False
    """They are to be dialled once this leg is over."""


@dataclass
class Wrong:
    """Wrong PINs of one number, until a timer forgets them."""

    count: int = 0
