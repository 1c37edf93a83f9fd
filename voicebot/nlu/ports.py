"""What a dialogue needs of understanding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Feeling:
    """How somebody feels, by the words alone."""

    value: float
    """−1 (furious) to 1 (delighted); 0: neither."""
    confidence: float
    """0–1: how much of the sentence says so."""


@dataclass(frozen=True)
class IntentScore:
    """One reading of a sentence."""

    name: str
    confidence: float
    """0–1."""


@dataclass(frozen=True)
class Entity:
    """Something named in the sentence."""

    name: str
    value: str
    """Normalised: digits without blanks, ISO 8601 dates, a synonym's canonical word."""
    text: str
    """As it was said."""
    start: int
    end: int
    confidence: float = 1.0
    role: str | None = None
    """Which of several it is: the city `from` which, the city `to` which."""
    group: str | None = None
    """Which others it belongs to: the size of the `1`st pizza."""


@dataclass(frozen=True)
class Understanding:
    """What a sentence means."""

    text: str
    intent: IntentScore
    alternatives: tuple[IntentScore, ...] = ()
    """The next best, best first, without `intent`."""
    entities: tuple[Entity, ...] = ()
    out_of_scope: bool = False
    """Whether this is nothing that the bot is for; `intent` is then the likeliest all the same."""
    in_scope: float = 1.0
    """Probability, 0–1, that the bot is for it."""
    seconds: float = 0.0
    feeling: Feeling | None = None
    begins: bool = False
    """Whether longer sentences begin with it, and none is it: "I have solar panels" where people
    say "I have solar panels on my roof"."""
    parts: tuple[Understanding, ...] = ()
    """What each part of it means, if it has parts: "my bill is too high and I am moving out"."""


class Understander(Protocol):
    """Text to meaning, for one bot."""

    async def understand(self, text: str, expects: str = "open") -> Understanding:
        """What does this mean, said in answer to a question that `expects` something?"""

    def intents(self) -> frozenset[str]:
        """Every intent that was trained."""


class Sentiment(Protocol):
    """Words to feelings, for one language."""

    def feeling(self, text: str) -> Feeling:
        """How does somebody feel who says this?"""
