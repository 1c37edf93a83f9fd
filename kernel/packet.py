"""The hand-off packet: everything learned, given to whoever takes the call.

Versioned JSON; its schema is published in docs/packet.schema.json and made from this file. It is
content, so it lives in the content store; state tables and the journal hold only its call's id.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from kernel.codec import message

Reason = Literal["asked", "low_confidence", "max_attempts", "policy", "error"]
Source = Literal["speech", "dtmf", "lookup"]


@message("packet.intent")
@dataclass(frozen=True)
class PacketIntent:
    """What the caller wants, as far as it was understood."""

    name: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()


@message("packet.slot")
@dataclass(frozen=True)
class PacketSlot:
    """One thing the caller told."""

    name: str
    value: str
    confidence: float
    confirmed: bool
    source: Source


@message("packet.line")
@dataclass(frozen=True)
class TranscriptLine:
    """One thing said."""

    at: float
    """UTC seconds at which it began."""
    who: Literal["caller", "bot", "agent"]
    text: str
    confidence: float | None = None
    intent: str | None = None
    intent_confidence: float | None = None
    """How sure that was, 0–1."""
    latency_ms: float | None = None
    """How long the caller waited for this answer, by our own log; the bot's lines only."""
    language: str | None = None
    """In which it was understood, so by which bot of a line with several; the caller's only."""


@message("packet.tries")
@dataclass(frozen=True)
class Tries:
    """How often the conversation failed before the hand-off."""

    no_input: int = 0
    no_match: int = 0


@message("packet.known")
@dataclass(frozen=True)
class KnownCaller:
    """Whom the caller's number belongs to, as the client's own records have it."""

    source: str
    """`contacts`, or the name of the lookup that was asked."""
    name: str = ""
    language: str = ""
    """BCP 47, where it is recorded."""
    key: str = ""
    """The client's own name for the person, e.g. a customer number."""
    fields: tuple[tuple[str, str], ...] = ()
    """What else is shown: title, value."""
    problem: str = ""
    """Why nothing is known from there: not found, no answer in time …"""


@message("packet", 1)
@dataclass(frozen=True)
class Packet:
    """What an agent knows before saying hello."""

    call: str
    centre: str
    client: str
    line: str
    """The dialled line."""
    caller: str
    """The caller's number or URI as presented."""
    language: str
    queue: str
    reason: Reason
    intent: PacketIntent | None = None
    slots: tuple[PacketSlot, ...] = ()
    summary: str = ""
    """At most two sentences; the whisper is made from it."""
    priority: int = 0
    """Seconds of head start."""
    required_skills: tuple[str, ...] = ()
    preferred_skills: tuple[str, ...] = ()
    verified_level: str = "none"
    verified_method: str = ""
    sentiment: float | None = None
    sentiment_confidence: float = 0.0
    tries: Tries = Tries()
    transcript: tuple[TranscriptLine, ...] = ()
    waited: float = 0.0
    """Seconds in the queue so far."""
    earlier: tuple[str, ...] = ()
    """Ids of earlier contacts."""
    redactions: tuple[str, ...] = ()
    caller_name: str = ""
    known: tuple[KnownCaller, ...] = ()
    """What is known of who has the caller's number; a household may share one."""

    def with_waited(self, seconds: float) -> Packet:
        """The same packet after waiting."""
        return replace(self, waited=round(seconds, 1))


WHISPER_WORDS = 10
"""About 4 s at a telephone voice's 150 words a minute (the limit that the whisper must keep)."""


def whisper_text(packet: Packet) -> str:
    """What the agent alone hears at answer: who and why, in about four seconds."""
    name = next((slot.value for slot in packet.slots if slot.name == "name"), "")
    who = name or packet.caller_name or "A caller"
    topic = packet.intent.name.replace("_", " ") if packet.intent else "asked for a person"
    return " ".join(f"{who}: {topic}.".split()[:WHISPER_WORDS])
