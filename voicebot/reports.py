"""PURE. How a conversation goes, told while it goes: for live progress, logs and the transcript."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kernel.packet import Packet, PacketSlot, TranscriptLine
from voicebot.dialogue.state import Earlier

Outcome = Literal["answered", "transferred", "abandoned", "failed"]


@dataclass(frozen=True)
class Latency:
    """From the caller's last sound to our first, in milliseconds, and where it went."""

    total: float
    endpoint: float
    """Waiting, to be sure that the caller has finished."""
    asr: float
    nlu: float
    tts: float
    """To the first clause of the reply."""
    queue: float
    """The rest: waiting for engines, and for the next frame."""


@dataclass(frozen=True)
class BotSaid:
    """We began to say this."""

    call: str
    at: float
    text: str
    question: str = ""
    """What it asks, if it asks."""


@dataclass(frozen=True)
class PromptPaused:
    """The caller made a sound over what we say; we fell silent to hear what it is."""

    call: str
    at: float


@dataclass(frozen=True)
class PromptResumed:
    """It was nothing: we went on from the same sample."""

    call: str
    at: float
    why: str
    """What it was: `backchannel`, `noise`, `echo`, `silence`; `rest`: the rest of what we
    answer already, which changes nothing of the answer."""


@dataclass(frozen=True)
class PromptCut:
    """What we said was stopped before its end."""

    call: str
    at: float
    """When it was begun: as in `BotSaid`."""
    text: str
    spoken: str
    """The words that were heard of it."""


@dataclass(frozen=True)
class Oddity:
    """Something came that no caller means; the call goes on. Told once a conversation and kind."""

    call: str
    at: float
    what: str


@dataclass(frozen=True)
class TurnHeard:
    """The caller said this, as far as it was heard."""

    call: str
    at: float
    """When the caller began to say it."""
    turn: int
    text: str
    confidence: float
    engine: str = ""
    language: str = ""
    """Of the bot that understands it."""


@dataclass(frozen=True)
class KeysPressed:
    """The caller gave this by keys."""

    call: str
    at: float
    keys: str


@dataclass(frozen=True)
class TurnUnderstood:
    """What the caller said was taken as this."""

    call: str
    turn: int
    text: str
    intent: str
    """`answer:<slot>`, `affirm` or `deny` where it answered a question, else an intent."""
    confidence: float
    entities: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Decided:
    """What the dialogue does next, and why: names and limits, never what was said."""

    call: str
    at: float
    before: str
    """The question that was open, with the route that asked it: `slot:name@bill_too_high`."""
    after: str
    """The question that is open now, or `to:<queue>@<intent>`, or `end`."""
    why: str
    """Reasons, with `; ` between them; `speaks it` where several languages were possible."""


SPEAKS = "speaks "


@dataclass(frozen=True)
class LeftOpen:
    """The caller is gone: what to go on with, should the same caller call again soon. Content."""

    call: str
    earlier: Earlier | None
    """None: nothing."""


@dataclass(frozen=True)
class Learned:
    """What a call of ours came to, told before its end or hand-over; told again at its end where
    the number must not be called any more. Content."""

    call: str
    result: str
    """One of `Flow.results`, or of `learned.COUNTS`."""
    slots: tuple[PacketSlot, ...]
    asked: tuple[str, ...]
    """Slots asked for, in the order of their first asking."""
    handed_over: bool


@dataclass(frozen=True)
class TurnAnswered:
    """Our answer to a turn is heard."""

    call: str
    turn: int
    text: str
    intent: str
    latency: Latency


@dataclass(frozen=True)
class TurnLost:
    """An engine failed in this turn; it is asked again."""

    call: str
    turn: int
    why: str


@dataclass(frozen=True)
class StateChanged:
    """The conversation moved."""

    call: str
    at: float
    before: str
    after: str


@dataclass(frozen=True)
class HandedOver:
    """The caller goes to the queue."""

    call: str
    packet: Packet


@dataclass(frozen=True)
class CameBack:
    """The queue gave the caller back."""

    call: str
    why: str


@dataclass(frozen=True)
class ConversationEnded:
    """It is over. Told once, last."""

    call: str
    outcome: Outcome
    why: str
    transcript: tuple[TranscriptLine, ...]
    stale: int
    """Events that came for something no longer current."""


Report = (
    BotSaid
    | PromptPaused
    | PromptResumed
    | PromptCut
    | Oddity
    | TurnHeard
    | KeysPressed
    | TurnUnderstood
    | Decided
    | LeftOpen
    | Learned
    | TurnAnswered
    | TurnLost
    | StateChanged
    | HandedOver
    | CameBack
    | ConversationEnded
)
