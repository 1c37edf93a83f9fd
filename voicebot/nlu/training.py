"""PURE. What an understander is trained from, as values: what `rasa_format` makes of nlu.yml."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

OUT_OF_SCOPE = "out_of_scope"
"""The intent of sentences that this bot is not for."""


@dataclass(frozen=True)
class Mark:
    """An annotated piece of an example: `text[start:end]` is an entity."""

    entity: str
    value: str
    start: int
    end: int
    role: str | None = None
    group: str | None = None


@dataclass(frozen=True)
class Example:
    """A sentence that means an intent."""

    text: str
    intent: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Training:
    """Everything in nlu.yml, checked against the domain."""

    language: str
    timezone: str
    examples: tuple[Example, ...]
    synonyms: Mapping[str, str] = field(default_factory=dict)
    """Lower-case spoken form → canonical value."""
    lookups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Entity → words that are it."""
    regexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Entity → patterns that are it."""
    out_of_scope_below: float = 0.3
    """A best intent less sure than this (0–1) is out of scope."""

    def intents(self) -> frozenset[str]:
        """Every intent that has an example."""
        return frozenset(example.intent for example in self.examples)

    def digest(self, engine: str = "") -> str:
        """A name for exactly this content (what the classifier learns from), and the engine that
        learns from it, for the cache."""
        seen = hashlib.sha256(f"{self.language}\0{engine}".encode())
        for example in self.examples:
            seen.update(f"\0{example.intent}\0{example.text}".encode())
        return seen.hexdigest()
