"""PURE. Which of several an entity is: the city from which, the city to which.

Training sentences mark it: `[rome]{"entity": "city", "role": "from"}`. The words around tell it,
which in a spoken sentence are few and telling ("from", "to", "the first"): the word before
counts three times, the one before that twice, the one behind once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from voicebot.nlu.normalise import words
from voicebot.nlu.ports import Entity
from voicebot.nlu.training import Example

Part = tuple[str | None, str | None]
"""Role and group."""
_WEIGHTS = (3, 2, 1)
_SIDES = ("before", "before that", "behind")


class Roles:
    """Learned from the marks of all sentences; nothing is learned where none has a role."""

    def __init__(self, examples: Iterable[Example], language: str) -> None:
        self._language = language
        self._seen: dict[str, dict[Part, Counter[tuple[str, str]]]] = defaultdict(dict)
        for example in examples:
            for mark in example.marks:
                if mark.role is not None or mark.group is not None:
                    parts = self._seen[mark.entity]
                    counts = parts.setdefault((mark.role, mark.group), Counter())
                    counts.update(self._around(example.text, mark.start, mark.end))

    def told(self, text: str, entities: Iterable[Entity]) -> list[Entity]:
        """The entities, with role and group where the words around tell them."""
        return [self._told(text, entity) for entity in entities]

    def _told(self, text: str, entity: Entity) -> Entity:
        parts = self._seen.get(entity.name)
        if not parts:
            return entity
        around = list(self._around(text, entity.start, entity.end))
        scores = {part: _score(counts, around) for part, counts in parts.items()}
        best = max(scores, key=lambda part: scores[part])
        if scores[best] <= 0 or list(scores.values()).count(scores[best]) > 1:
            return entity
        return replace(entity, role=best[0], group=best[1])

    def _around(self, text: str, start: int, end: int) -> Iterator[tuple[str, str]]:
        before = words(text[:start], self._language)
        behind = words(text[end:], self._language)
        near = (before[-1:], before[-2:-1], behind[:1])
        for side, found in zip(_SIDES, near, strict=True):
            for word in found:
                yield side, word


def _score(counts: Counter[tuple[str, str]], around: Iterable[tuple[str, str]]) -> float:
    """Shares of this role's sentences that have these words there, weighed."""
    total = max(1, max(counts.values(), default=1))
    weights = dict(zip(_SIDES, _WEIGHTS, strict=True))
    return sum(weights[side] * counts[side, word] / total for side, word in around)
