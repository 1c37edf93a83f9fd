"""PURE. What a conversation is told. Each names the playback, turn or offer that it answers."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.packet import PacketSlot
from voicebot.dialogue.outcome import Outcome
from voicebot.leaving import Wish
from voicebot.nlu.ports import Understanding
from voicebot.speech.ports import Recognised

# --- the call


@dataclass(frozen=True)
class Started:
    """The call is answered."""


@dataclass(frozen=True)
class CallerLeft:
    """The caller's leg is gone."""

    why: str = "hang_up"


@dataclass(frozen=True)
class DigitPressed:
    """The caller pressed a key."""

    digit: str
    """One of `0123456789*#`; others are counted and do nothing."""


@dataclass(frozen=True)
class MachineAnswered:
    """Our call was taken by a machine, which still speaks."""


@dataclass(frozen=True)
class MachineBeeped:
    """A machine records from now on."""


# --- what we say


@dataclass(frozen=True)
class PlaybackStarted:
    """The first sound of it is on its way."""

    playback: str


@dataclass(frozen=True)
class PlaybackFinished:
    """No more of it will be heard."""

    playback: str
    interrupted: bool = False
    spoken: str = ""
    """If it was stopped: the words that were heard of it."""


# --- what we hear


@dataclass(frozen=True)
class SpeechStarted:
    """The caller began to speak."""

    turn: int
    at: float
    """UTC seconds of the first sound."""


@dataclass(frozen=True)
class SpeechLasted:
    """It is more than a click or a cough: 200 ms of it were speech."""

    turn: int


@dataclass(frozen=True)
class SpeechPaused:
    """The caller is silent, and has perhaps finished."""

    turn: int
    last_speech_at: float
    """UTC seconds of the last sound."""


@dataclass(frozen=True)
class SpeechResumed:
    """The caller had not finished."""

    turn: int
    at: float


@dataclass(frozen=True)
class SpeechEnded:
    """The caller has finished whatever the words: silent, or speaking, for too long."""

    turn: int
    last_speech_at: float
    """UTC seconds of the last sound."""
    cut: bool = False
    """It was too long; the caller may be speaking still."""


@dataclass(frozen=True)
class Heard:
    """What the recogniser made of the turn, up to a pause."""

    turn: int
    recognised: Recognised
    guess: int = 0
    """Which pause: how often the caller had gone on before."""


@dataclass(frozen=True)
class Peeked:
    """The first words of speech that goes on, quickly recognised."""

    turn: int
    recognised: Recognised


@dataclass(frozen=True)
class Understood:
    """What the words mean, once for each reading that was asked for."""

    turn: int
    readings: tuple[Understanding, ...]
    guess: int = 0
    """As in `Heard`."""


@dataclass(frozen=True)
class TurnJudged:
    """Whether the caller sounds finished."""

    turn: int
    finished: float
    """Probability, 0–1."""
    guess: int = 0
    """As in `Heard`."""


@dataclass(frozen=True)
class Performed:
    """What came of something done outside."""

    number: int
    """As in the command."""
    outcome: Outcome


@dataclass(frozen=True)
class EngineFailed:
    """The turn was lost with the process that worked on it."""

    turn: int
    why: str = ""
    by_keys: bool = False
    """It is of no use to say it again: nobody has time to listen."""


@dataclass(frozen=True)
class MediaFailed:
    """Nothing of the caller can be heard, and it is their turn."""

    why: str = ""


# --- the queue


@dataclass(frozen=True)
class PositionTold:
    """Where the caller stands in the queue."""

    position: int
    """1 is next."""
    waiting: int = 0
    agents: int = 0
    """Agents logged in who could take the call."""
    wait: tuple[float, float] | None = None
    """Seconds still to wait, from and to; None when nothing can be said."""
    ways: frozenset[Wish] = frozenset()
    """Ways out of this queue."""
    long: bool = False
    """Whether the wait is so long that a callback is offered."""
    limit: str = ""
    """Why the caller may not wait: `closed`, or anything else; a callback is offered instead."""


@dataclass(frozen=True)
class CallbackBooked:
    """The caller will be called back."""


@dataclass(frozen=True)
class CallbackRefused:
    """The caller goes on waiting."""

    why: str
    """`ringing`: an agent's phone rings; `number`: that one is not called; anything else."""


@dataclass(frozen=True)
class OfferRinging:
    """An agent's phone rings for this caller."""

    offer: str


@dataclass(frozen=True)
class OfferFailed:
    """That agent was not had; the caller keeps the place."""

    offer: str
    why: str = "no_answer"


@dataclass(frozen=True)
class AgentAnswered:
    """The agent answered and hears the whisper; the caller is told that it goes on."""

    offer: str


@dataclass(frozen=True)
class Bridged:
    """Caller and agent hear each other."""

    offer: str


@dataclass(frozen=True)
class AgentLeft:
    """The agent hung up, or was lost."""

    offer: str


@dataclass(frozen=True)
class ReferFailed:
    """The other house did not take the caller."""

    why: str = ""


@dataclass(frozen=True)
class Released:
    """The queue gives the caller back: nobody can take the call, or the hand-over failed."""

    why: str
    """`failed`: packet, queue or transfer could not be reached; anything else: nobody."""
    told: bool = False
    """Whether the caller has heard of it."""


@dataclass(frozen=True)
class HandedOn:
    """The agent gave the caller to another queue: waiting again."""

    queue: str


@dataclass(frozen=True)
class TaskGiven:
    """The agent gives the caller back for one thing."""

    intent: str
    """Of a route that is a task."""
    queue: str
    """Where the caller goes afterwards."""
    slots: tuple[PacketSlot, ...] = ()
    """What the agent knows for it."""


QueueEvent = (
    HandedOn
    | TaskGiven
    | PositionTold
    | CallbackBooked
    | CallbackRefused
    | OfferRinging
    | OfferFailed
    | AgentAnswered
    | Bridged
    | AgentLeft
    | Released
    | ReferFailed
)
Event = (
    Started
    | CallerLeft
    | DigitPressed
    | MachineAnswered
    | MachineBeeped
    | PlaybackStarted
    | PlaybackFinished
    | SpeechStarted
    | SpeechLasted
    | SpeechPaused
    | SpeechResumed
    | SpeechEnded
    | Heard
    | Peeked
    | Understood
    | TurnJudged
    | Performed
    | EngineFailed
    | MediaFailed
    | QueueEvent
)
