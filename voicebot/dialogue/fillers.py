"""PURE. What fills a slot: an entity, perhaps in a role, in sentences of some intents."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

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


class Moment(IntEnum):
    """When a sentence is said; each is also the ones before it."""

    ANY = 0
    WANTED = 1
    """What asks for the slot, its form, is under way, or is begun by the sentence."""
    ASKED = 2
    """The sentence answers the slot's question."""


@dataclass(frozen=True)
class Filler:
    """An entity that fills a slot."""

    entity: str
    role: str | None = None
    """None: in any role, as in Rasa."""
    group: str | None = None
    sentences: Sentences = Sentences()
    moment: Moment = Moment.ANY
    """When it counts."""

    def fits(self, entity: Entity, intent: str, moment: Moment = Moment.ASKED) -> bool:
        """Whether this entity, in a sentence that means `intent` and is said then, is one."""
        return (
            entity.name == self.entity
            and moment >= self.moment
            and self.role in (None, entity.role)
            and self.group in (None, entity.group)
            and self.sentences.count(intent)
        )
