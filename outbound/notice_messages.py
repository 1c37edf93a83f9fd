"""PURE. What the notification's conversation is told, decides and may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# Events.


@dataclass(frozen=True)
class Answered:
    """The leg is up."""


@dataclass(frozen=True)
class PartStarted:
    """The first sound of a part left."""

    part: str


@dataclass(frozen=True)
class PartEnded:
    """A part was said, or stopped."""

    part: str
    played_ms: int
    interrupted: bool


@dataclass(frozen=True)
class KeyPressed:
    """A key."""

    digit: str


@dataclass(frozen=True)
class Moment:
    """What the called knew when they spoke."""

    headline: bool
    """It had been said."""
    asked: bool
    """All had been said, and the answer was awaited."""


@dataclass(frozen=True)
class Meant:
    """What the called said, understood."""

    intent: str
    confidence: float
    spoken: Moment | None = None
    """The moment at which it was said; None: now."""
    stopped: bool = False
    """Words of somebody who wants to speak, over what may be interrupted: it fell silent."""


@dataclass(frozen=True)
class SpeechBegan:
    """The called make a sound; what it is will be told: `Meant`, `NothingSaid` or `Unheard`."""


@dataclass(frozen=True)
class NothingSaid:
    """It was no words."""


@dataclass(frozen=True)
class Unheard:
    """They have spoken, and nobody has time to make it out: it is kept, and `Meant` comes later."""


@dataclass(frozen=True)
class Beeped:
    """A machine records from now on."""


@dataclass(frozen=True)
class TakenBack:
    """The alert was cancelled while this call is up: say so."""

    text: str


@dataclass(frozen=True)
class Gone:
    """The leg is gone."""


Event = (
    Answered | PartStarted | PartEnded | KeyPressed | Meant | SpeechBegan | NothingSaid | Unheard
    | Beeped | TakenBack | Gone
)  # fmt: skip


# Commands.


@dataclass(frozen=True)
class Say:
    """Speak this, after what is being said."""

    part: str
    text: str
    language: str
    slow: bool = False
    sound: str = ""
    """A recording that is played instead, where it can be."""
    by_key: str = ""
    """Said instead where a spoken answer could not be heard in time."""
    interruptible: bool = False
    """Whether words over it stop it; a key stops everything."""


@dataclass(frozen=True)
class Hush:
    """Stop speaking."""


@dataclass(frozen=True)
class MessageBegun:
    """The first word of the message left."""


@dataclass(frozen=True)
class MessageHeard:
    """Headline and body were said to their end."""

    played_ms: int


@dataclass(frozen=True)
class Acknowledged:
    """Understood, or asked for help."""

    by: Literal["key", "voice"]
    help: bool = False


@dataclass(frozen=True)
class OptedOut:
    """Does not want to be called again."""


@dataclass(frozen=True)
class LeftInMailbox:
    """The short version was recorded to its end."""


@dataclass(frozen=True)
class HandOver:
    """To a person, ahead of others."""

    language: str


@dataclass(frozen=True)
class HangUp:
    """End the leg."""


Command = (
    Say | Hush | MessageBegun | MessageHeard | Acknowledged | OptedOut | LeftInMailbox | HandOver
    | HangUp
)  # fmt: skip


# What is said.


@dataclass(frozen=True)
class Phrases:
    """The words around the message in one language (`nlu_models/notification/<language>`)."""

    options: str
    """"Say understood, or press 1 …"""
    switch: str
    """How this language is offered to who hears another one: "Per l'italiano, prema 4."."""
    thanks: str
    help: str
    again: str
    """After an answer that was not understood."""
    goodbye: str
    cut_off: str
    exercise: str
    opt_out: str
    opted_out: str
    retraction: str
    """"The message we called about is no longer valid."""
    who: str = ""
    nothing: str = ""
    """To whoever calls back when there is no message."""
    options_by_key: str = ""
    """"Press 1 …": the same as `options`, without asking anybody to speak; empty: `options`."""
    unheard: str = ""
    """To who has spoken all the same: which key does; empty: `options_by_key`."""


@dataclass(frozen=True)
class Version:
    """The message in one language."""

    headline: str
    body: str
    voicemail: str
    phrases: Phrases
    sound: str = ""
    """A recording that is played instead of headline and body."""


@dataclass(frozen=True)
class Script:
    """Everything that one call may say."""

    versions: Mapping[str, Version]
    """By language; the first is the person's own."""
    cut_off: bool = False
    exercise: bool = False
    may_opt_out: bool = False
    rounds: int = 3
    """How often the message is said, unasked."""

    @property
    def languages(self) -> tuple[str, ...]:
        """In the order in which key 4 goes through them."""
        return tuple(self.versions)
