"""PURE. What a conversation wants done."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.packet import Packet
from voicebot.dialogue import acts
from voicebot.leaving import By, Wish
from voicebot.reports import Report
from voicebot.speech.ports import RecognitionContext


@dataclass(frozen=True)
class Speak:
    """Say this after whatever is being said."""

    playback: str
    text: str
    slow: bool = False
    language: str = ""
    """Of the voice; empty: the line's."""


@dataclass(frozen=True)
class StopSpeaking:
    """Silence now: everything said or waiting to be said is finished."""


@dataclass(frozen=True)
class PauseSpeaking:
    """Silence now; `ResumeSpeaking` goes on from the same sample, `StopSpeaking` never."""


@dataclass(frozen=True)
class ResumeSpeaking:
    """Go on where `PauseSpeaking` stopped."""


@dataclass(frozen=True)
class Listen:
    """From now on speech belongs to this turn; an earlier one is forgotten."""

    turn: int
    context: RecognitionContext


@dataclass(frozen=True)
class StopListening:
    """Speech means nothing until the next `Listen`."""


@dataclass(frozen=True)
class Recognise:
    """The turn's sound is perhaps complete: what was said?"""

    turn: int
    guess: int = 0
    """Which pause: how often the caller had gone on before."""
    judge: bool = False
    """Whether a turn detector is asked too."""
    only: tuple[str, ...] = ()
    """Read once more, as nothing but these words."""


@dataclass(frozen=True)
class Peek:
    """The turn's speech goes on: what are its first words? As quickly as may be."""

    turn: int


@dataclass(frozen=True)
class Understand:
    """What does it mean, as each of these?"""

    turn: int
    text: str
    readings: tuple[str, ...]
    guess: int = 0
    language: str = ""
    """Of the text; empty: the line's."""


@dataclass(frozen=True)
class Perform:
    """Have this done outside; `Performed` tells what came of it."""

    number: int
    act: acts.Perform
    language: str = ""
    """Of the bot that wants it; empty: the line's."""


@dataclass(frozen=True)
class Prepare:
    """This may be said in a moment: have the first of it ready. Nothing is heard of it."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class HandOver:
    """Put the caller in the queue, with everything learned."""

    packet: Packet
    refer: str = ""
    """SIP URI of another house: send the caller there instead; `ReferFailed` if that fails."""


@dataclass(frozen=True)
class LeaveQueue:
    """The waiting caller leaves by wish. `CallbackBooked` or `CallbackRefused` answers a callback,
    until which the caller waits on; for a message the conversation is over; what is said at a
    goodbye comes as well."""

    wish: Wish
    by: By
    number: str = ""
    """To call back."""


@dataclass(frozen=True)
class StartMusic:
    """Under everything else, until `StopMusic`."""


@dataclass(frozen=True)
class StopMusic:
    """No more of it."""


@dataclass(frozen=True)
class HangUp:
    """End the caller's leg."""


@dataclass(frozen=True)
class Tell:
    """For whoever follows the call."""

    report: Report


Command = (
    Speak
    | StopSpeaking
    | PauseSpeaking
    | ResumeSpeaking
    | Listen
    | StopListening
    | Recognise
    | Peek
    | Understand
    | Perform
    | Prepare
    | HandOver
    | LeaveQueue
    | StartMusic
    | StopMusic
    | HangUp
    | Tell
)
