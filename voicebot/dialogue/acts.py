"""PURE. What the dialogue wants done next: a step says things, then ends in one last act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kernel.packet import PacketIntent, PacketSlot, Reason, Tries
from voicebot.expected import Mask
from voicebot.nlu.ports import Understanding


@dataclass(frozen=True)
class Say:
    """Say this."""

    text: str
    interruptible: bool = True
    """Whether the caller's voice stops it; a key always does."""
    language: str = ""
    """Another than the conversation's; empty: that."""


@dataclass(frozen=True)
class Keys:
    """What keys may answer a question."""

    most: int = 1
    """The last of so many ends the input; 0: only `end` or a pause does."""
    end: str = "#"


@dataclass(frozen=True)
class Ask:
    """Say this and let the caller answer. Last act of a step."""

    text: str
    """Empty: listen without a word."""
    question: str
    """What is asked, for logs: `open`, `slot:name`, …"""
    readings: tuple[str, ...] = ("open",)
    """What the answer may be, as `RecognitionContext.expects`; it is understood once as each.
    The first is what the recogniser is told."""
    terms: tuple[str, ...] = ()
    """Words that a good guess at the answer may hold."""
    keys: Keys = Keys()
    mask: Mask | None = None
    """Where digits are asked for: what they must be."""
    denied: frozenset[str] = frozenset()
    """Values to which the caller said no."""
    no_input_after: float = 5.0
    """Seconds of silence after the end of the prompt."""


@dataclass(frozen=True)
class Transfer:
    """Hand the caller to a person. Last act of a step."""

    queue: str
    reason: Reason
    refer: str = ""
    """SIP URI of another house that is asked first."""
    intent: PacketIntent | None = None
    slots: tuple[PacketSlot, ...] = ()
    summary: str = ""
    priority: int = 0
    """Seconds of head start."""
    required: tuple[str, ...] = ()
    preferred: tuple[str, ...] = ()
    tries: Tries = Tries()
    verified: str = ""
    """What the caller proved to know; empty: nothing."""
    sentiment: float | None = None
    """−1 to 1; None: nothing is known of it."""
    sentiment_confidence: float = 0.0


@dataclass(frozen=True)
class Perform:
    """Have something done outside; what comes of it goes to `Policy.performed`. Last act of a
    step."""

    action: str
    """A lookup of the flow, or a custom action."""
    slots: Mapping[str, str] = field(default_factory=dict)
    """Everything known."""
    said: Understanding | None = None
    """The caller's last sentence; None: keys."""
    meanwhile: str = ""
    """Said where it takes longer than a second."""
    checks: tuple[str, ...] = ()
    """Slots of a form that it is to check; empty: it is to do something."""
    asked: str = ""
    """The slot of that form that is asked for."""


@dataclass(frozen=True)
class HangUp:
    """The conversation is over. Last act of a step."""


Last = Ask | Perform | Transfer | HangUp
Act = Say | Last
