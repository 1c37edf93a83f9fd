"""What a conversation needs of the engines that hear and speak.

Sound is 16-bit little-endian mono PCM. Engines run in speech workers (other processes), so every
verb that touches one may raise `EngineLost`; the turn is then asked again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol


@dataclass(frozen=True)
class EngineInfo:
    """Which engine is used, and why: printed, and in the JSON; never silent."""

    name: str
    """E.g. `vosk`, `whisper-base`, `piper`, `hibari`, `scripted`."""
    model: str
    language: str
    why: str
    """E.g. `vosk-small-en-us is not installed`."""
    partials: bool = False
    n_best: bool = False


class Urgency(IntEnum):
    """What is done first where several things wait; the lowest number."""

    SPEAKING = 0
    """Our answer: its caller has waited for its recognition already."""
    INBOUND = 1
    """To hear somebody who called."""
    OUTBOUND = 2
    """To hear somebody whom we called, and who was asked to speak."""
    DEFERRED = 3
    """Kept sound: nobody waits for the answer, but it counts."""
    SPECULATIVE = 4
    """Useful only if there is time for it."""


@dataclass(frozen=True)
class RecognitionContext:
    """What the question tells the recogniser about the answer."""

    language: str = "en"
    expects: str = "open"
    """yes_no | menu | open | digits | spelling | date | name"""
    terms: tuple[str, ...] = ()
    """Words of the domain that make a better guess likelier (a prompt or a grammar)."""
    only: tuple[str, ...] = ()
    """If not empty, the only words that can be said (a grammar)."""
    max_alternatives: int = 1
    urgency: Urgency = Urgency.INBOUND
    light: bool = False
    """A smaller model will do, where there is one: there is no time for better."""
    languages: tuple[str, ...] = ()
    """Others in which it may be said as well as in `language`, which is written with `terms`; an
    engine that can tell them apart says in which it heard it."""


@dataclass(frozen=True)
class Hypothesis:
    """One guess at what was said."""

    text: str
    confidence: float
    """0–1, of the recogniser; not calibrated."""


@dataclass(frozen=True)
class Recognised:
    """What was heard in one utterance. No text: nothing was said."""

    text: str
    confidence: float
    no_speech: float = 0.0
    """Probability that there was no speech at all (Whisper's own; 0 where unknown)."""
    alternatives: tuple[Hypothesis, ...] = ()
    seconds: float = 0.0
    """Time that the engine needed after the end of the sound."""
    engine: str = ""
    language: str = ""
    """In which of several languages it was said; empty: only one was possible, or the engine cannot
    tell."""


NOTHING = Recognised("", 0.0, no_speech=1.0)
"""Nothing was said, or nothing more could be read."""


class RecognitionStream(Protocol):
    """One utterance on its way into a recogniser."""

    async def feed(self, pcm: bytes) -> None:
        """More sound, at the rate given to `open`. Raises EngineLost."""

    async def partial(self) -> str:
        """What is heard so far, or empty where the engine has no partials. Never waits."""

    async def finish(self) -> Recognised:
        """The utterance is over: what was it? Raises EngineLost."""

    async def cancel(self) -> None:
        """Forget it."""


class Recogniser(Protocol):
    """Sound to text."""

    async def info(self) -> EngineInfo:
        """Which engine answers. Raises EngineLost."""

    async def open(self, rate: int, context: RecognitionContext) -> RecognitionStream:
        """Begin an utterance at `rate` Hz. Raises EngineLost."""


@dataclass(frozen=True)
class Clause:
    """A piece of speech: the text of it and its sound, at the rate asked for."""

    text: str
    pcm: bytes = field(repr=False)


class Synthesiser(Protocol):
    """Text to sound."""

    async def info(self) -> EngineInfo:
        """Which engine answers. Raises EngineLost."""

    def speak(self, text: str, rate: int) -> AsyncIterator[Clause]:
        """The text clause by clause, at `rate` Hz, each as soon as it is ready.

        Raises EngineLost.
        """


class Vad(Protocol):
    """Is this frame speech? One per leg; it may remember."""

    def is_speech(self, frame: bytes) -> bool:
        """Decide on one 20 ms frame at the rate that it was made for."""

    def reset(self) -> None:
        """Forget what was heard."""


class TurnDetector(Protocol):
    """Does the caller sound finished? One for all calls; optional."""

    async def finished(self, pcm: bytes, rate: int) -> float:
        """Probability, 0–1, that the turn is over, from its sound up to the pause at the end.

        Asked at every pause of 200 ms; whoever looks at less than all of it looks at its end.
        Raises EngineLost; the words decide alone then.
        """
