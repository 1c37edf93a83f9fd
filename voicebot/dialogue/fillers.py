"""PURE. What fills a slot: an entity, perhaps in a role, in sentences of some intents."""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.nlu.ports import Entity


@dataclass(frozen=True)
class Sentences:
    """Which sentences count, by what they mean."""

    intents: frozenset[str] = frozenset()
    """Only these; empty: all."""
    but: frozenset[str] = frozenset()
    """None of these."""

    def count(self, intent: str) -> bool:
        """Whether a sentence that means `intent` is one of them."""
        return intent not in self.but and (not self.intents or intent in self.intents)


@dataclass(frozen=True)
class Filler:
    """An entity that fills a slot."""

    entity: str
    role: str | None = None
    """None: in any role, as in Rasa."""
    group: str | None = None
    sentences: Sentences = Sentences()
    when_asked: bool = False
    """Whether it counts only in the answer to the slot's question."""

    def fits(self, entity: Entity, intent: str, asked: bool = True) -> bool:
        """Whether this entity, in a sentence that means `intent`, is one; `asked`: the sentence
        answers the slot's question."""
        return (
            entity.name == self.entity
            and (asked or not self.when_asked)
            and self.role in (None, entity.role)
            and self.group in (None, entity.group)
            and self.sentences.count(intent)
        )
