"""From what an engine says of a sentence to an `Understanding`, the same for every engine.

An engine tells intents; the built-in entities, and what the open question makes of both, are
found here: "eight one two" after "your account number?" means no intent, and "let me talk to a
person" after "your name?" holds no name.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from voicebot.nlu.entities import BUILT_IN, EntityFinder
from voicebot.nlu.normalise import words
from voicebot.nlu.ports import Entity, IntentScore, Understanding
from voicebot.nlu.training import OUT_OF_SCOPE, Training

ALTERNATIVES = 3
_ANSWERS = {
    "yes_no": ("yes_no",),
    "digits": ("digits", "number"),
    "date": ("date",),
    "name": ("name",),
    "spelling": ("name", "code"),
}
"""What the question expects → the built-in entities that answer it."""
_AROUND = frozenset(
    "it is my the number account name yes that would be i am this on sure ok and a meter says "
    "reads shows date for address".split()
)
"""Words around an answer that add nothing to it: "it is …", "my number is …"."""
_SAID = {"yes": "affirm", "no": "deny"}


@dataclass(frozen=True)
class Told:
    """What an engine says about a sentence, whatever was asked."""

    scores: tuple[IntentScore, ...]
    """The likeliest first; at least one."""
    in_scope: float
    """Probability, 0–1, that the bot is for it."""
    outside: bool
    """Whether the engine takes it for something that the bot is not for."""
    entities: tuple[Entity, ...] = ()
    """What it found of the bot's own entities; they are looked for here, too."""


class Shaper:
    """Makes understandings for one bot. `now` tells UTC seconds, for "tomorrow"."""

    def __init__(
        self, training: Training, intents: Collection[str], now: Callable[[], float]
    ) -> None:
        self._training = training
        self._intents = intents
        self._finder = EntityFinder(training)
        self._zone = zoneinfo.ZoneInfo(training.timezone)
        self._now = now

    def shape(self, text: str, expects: str, told: Told) -> Understanding:
        """The sentence as the answer to a question that `expects` something."""
        today = datetime.datetime.fromtimestamp(self._now(), self._zone).date()
        entities = _merged(self._finder.find(text, expects, today), told.entities)
        scores, entities = self._shaped(text, expects, list(told.scores), entities)
        outside = self._out_of_scope(scores[0], told.outside, entities, expects)
        if not outside:  # then it means something of this bot's
            scores = sorted(scores, key=lambda score: score.name == OUT_OF_SCOPE)
        return Understanding(
            text=text,
            intent=scores[0],
            alternatives=tuple(scores[1 : 1 + ALTERNATIVES]),
            entities=entities,
            out_of_scope=outside,
            in_scope=told.in_scope,
        )

    def _shaped(
        self, text: str, expects: str, scores: list[IntentScore], entities: tuple[Entity, ...]
    ) -> tuple[list[IntentScore], tuple[Entity, ...]]:
        """What the question expects, told to both: an answer is no wish, a wish no answer."""
        answer = next((entity for entity in entities if _answers(entity, expects)), None)
        if answer is None:
            return scores, entities
        if answer.name == "yes_no":
            return self._yes_no(text, answer, scores), entities
        meant = scores[0].name != OUT_OF_SCOPE and scores[0].confidence >= 0.5
        if answer.name == "name" and answer.confidence < 0.7 and meant:
            return scores, tuple(entity for entity in entities if entity is not answer)
        share = _share(answer, text)
        return [IntentScore(s.name, s.confidence * (1 - share)) for s in scores], entities

    def _yes_no(self, text: str, answer: Entity, scores: list[IntentScore]) -> list[IntentScore]:
        name = _SAID[answer.value]
        if name not in self._intents or len(words(text)) > 4:
            return scores
        others = [score for score in scores if score.name != name]
        return [IntentScore(name, max(0.95, scores[0].confidence)), *others]

    def _out_of_scope(
        self, best: IntentScore, outside: bool, entities: tuple[Entity, ...], expects: str
    ) -> bool:
        if any(_answers(entity, expects) for entity in entities):
            return False
        return outside or best.confidence < self._training.out_of_scope_below


def _merged(found: tuple[Entity, ...], told: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """What was found here, with the roles that the engine tells, and what only the engine found.

    A value found here is the canonical one: a relative day has become a day of the week.
    """
    merged = list(found)
    for entity in told:
        at = next((i for i, other in enumerate(merged) if _same_place(entity, other)), None)
        if at is None:
            merged.append(entity)
        else:
            merged[at] = replace(merged[at], role=entity.role, group=entity.group)
    return tuple(merged)


def _same_place(one: Entity, other: Entity) -> bool:
    return one.name == other.name and one.start < other.end and other.start < one.end


def _answers(entity: Entity, expects: str) -> bool:
    """Whether the entity answers a question that `expects` something."""
    if expects == "menu":
        return entity.name not in BUILT_IN
    return entity.name in _ANSWERS.get(expects, ())


def _share(entity: Entity, text: str) -> float:
    """How much of the sentence the entity is, 0–1, by words that mean something."""
    around = words(text[: entity.start]) + words(text[entity.end :])
    outside = sum(word not in _AROUND for word in around)
    inside = len(words(entity.text)) or 1
    return inside / (inside + outside)
