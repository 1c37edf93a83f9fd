"""PURE. What a Rasa server answers to `POST /model/parse`, read with suspicion.

    {"intent": {"name": …, "confidence": …}, "intent_ranking": [{"name": …, "confidence": …}, …],
     "entities": [{"entity": …, "value": …, "start": …, "end": …, "role": …, "group": …}, …]}

(Rasa 3.6, HTTP API.) A server may run another bot's model, or be no Rasa at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from voicebot.errors import ServerFailed
from voicebot.nlu.ports import Entity, IntentScore
from voicebot.nlu.shaping import Told
from voicebot.nlu.training import OUT_OF_SCOPE

FALLBACK = "nlu_fallback"
"""What Rasa's FallbackClassifier puts first where it is not sure enough of anything."""


def read_reply(reply: Any, text: str, intents: Collection[str], entities: Collection[str]) -> Told:
    """What it says about `text`. Raises ServerFailed where that is nothing about this bot."""
    if not isinstance(reply, Mapping):
        raise ServerFailed("the answer is no object")
    scores = list(_scores(reply))
    known = sorted((s for s in scores if s.name in intents), key=lambda s: -s.confidence)
    if not known:
        raise ServerFailed("the answer names no intent of this bot")
    unsure = max((s.confidence for s in scores if s.name == FALLBACK), default=0.0)
    outside = max((s.confidence for s in known if s.name == OUT_OF_SCOPE), default=0.0)
    return Told(
        scores=tuple(known),
        in_scope=max(0.0, 1.0 - outside),
        outside=known[0].name == OUT_OF_SCOPE or unsure > known[0].confidence,
        entities=tuple(_entities(reply.get("entities"), text, entities)),
    )


def _scores(reply: Mapping[str, Any]) -> Iterator[IntentScore]:
    """Each intent once: `intent` is the first of `intent_ranking`, where there is one."""
    ranking = reply.get("intent_ranking")
    listed = ranking if isinstance(ranking, list) and ranking else [reply.get("intent")]
    seen = set()
    for item in listed:
        name = item.get("name") if isinstance(item, Mapping) else None
        share = _share(item.get("confidence")) if isinstance(item, Mapping) else None
        if isinstance(name, str) and share is not None and name not in seen:
            seen.add(name)
            yield IntentScore(name, share)


def _share(value: Any) -> float | None:
    """A probability, or None for what is none. Rasa's may exceed 1 by a rounding."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return min(float(value), 1.0) if number and 0 <= value <= 1 + 1e-6 else None


def _entities(listed: Any, text: str, known: Collection[str]) -> Iterator[Entity]:
    for item in listed if isinstance(listed, list) else ():
        entity = item.get("entity") if isinstance(item, Mapping) else None
        if not isinstance(entity, str) or entity not in known:
            continue
        span, value = _span(item.get("start"), item.get("end"), text), item.get("value")
        if span is not None and isinstance(value, str | int | float):
            sure = _share(item.get("confidence_entity"))
            yield Entity(
                entity, str(value), text[slice(*span)], *span,
                1.0 if sure is None else sure, _name(item.get("role")), _name(item.get("group")),
            )  # fmt: skip


def _span(start: Any, end: Any, text: str) -> tuple[int, int] | None:
    if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text):
        return start, end
    return None


def _name(value: Any) -> str | None:
    return value if isinstance(value, str) else None
