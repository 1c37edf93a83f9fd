"""What a call needs of an agent, derived from what the conversation learned. PURE.

What is not known surely widens the pool instead of misrouting: a skill that would be required then
is only preferred, and no head start is given for it. What the route of an intent requires (the
bot's own flow) is as sure as the intent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Facts:
    """What is known of a call; confidences from 0 to 1."""

    queue: str
    intent: str = ""
    intent_confidence: float = 0.0
    language: str = ""
    slots: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    """Slot → value and confidence."""
    sentiment: float | None = None
    """-1 to 1."""
    sentiment_confidence: float = 0.0


@dataclass(frozen=True)
class Rule:
    """One row of the table. Conditions that are not set hold always."""

    queue: str | None = None
    intent: str | None = None
    language: str | None = None
    slot: str | None = None
    equals: str | None = None
    at_least: float | None = None
    sentiment_below: float | None = None
    require: Mapping[str, int] = field(default_factory=dict)
    """Skill → least level."""
    prefer: tuple[str, ...] = ()
    head_start: float = 0.0


@dataclass(frozen=True)
class Needs:
    """What a call asks of the distributor."""

    required: tuple[str, ...] = ()
    levels: dict[str, int] = field(default_factory=dict)
    """Required skill → least level."""
    preferred: tuple[str, ...] = ()
    priority: int = 0
    """Seconds of head start."""


def derive(facts: Facts, route: Needs, rules: Iterable[Rule], confident: float) -> Needs:
    """The route's needs and those of every rule that applies, joined.

    `confident`: the confidence from which something counts as known.
    """
    sure = facts.intent_confidence >= confident or not facts.intent
    levels = {skill: route.levels.get(skill, 1) for skill in route.required} if sure else {}
    preferred = [*route.preferred, *(() if sure else route.required)]
    priority = float(route.priority)
    for rule in rules:
        certainty = _certainty(rule, facts)
        if certainty is None:
            continue
        preferred += rule.prefer
        if certainty < confident:
            preferred += rule.require
            continue
        priority += rule.head_start
        for skill, level in rule.require.items():
            levels[skill] = max(level, levels.get(skill, 1))
    liked = tuple(skill for skill in dict.fromkeys(preferred) if skill not in levels)
    return Needs(tuple(sorted(levels)), levels, liked, int(priority))


def known_only(needs: Needs, known: Iterable[str]) -> tuple[Needs, tuple[str, ...]]:
    """The needs without required skills that are not `known`, and those: nobody has them, and the
    call would wait for ever."""
    known = set(known)
    unknown = tuple(skill for skill in needs.required if skill not in known)
    levels = {skill: level for skill, level in needs.levels.items() if skill in known}
    required = tuple(skill for skill in needs.required if skill in known)
    return Needs(required, levels, needs.preferred, needs.priority), unknown


def _certainty(rule: Rule, facts: Facts) -> float | None:
    """How sure it is that the rule applies; None where it does not."""
    certainty = 1.0
    if rule.queue not in (None, facts.queue) or rule.language not in (None, facts.language):
        return None
    if rule.intent is not None:
        if rule.intent != facts.intent:
            return None
        certainty = min(certainty, facts.intent_confidence)
    if rule.slot is not None:
        if rule.slot not in facts.slots or not _fits(rule, facts.slots[rule.slot][0]):
            return None
        certainty = min(certainty, facts.slots[rule.slot][1])
    if rule.sentiment_below is not None:
        if facts.sentiment is None or facts.sentiment >= rule.sentiment_below:
            return None
        certainty = min(certainty, facts.sentiment_confidence)
    return certainty


def _fits(rule: Rule, value: str) -> bool:
    if rule.equals is not None and value.casefold() != rule.equals.casefold():
        return False
    return rule.at_least is None or _number(value) >= rule.at_least


def _number(value: str) -> float:
    """The number that a slot holds; what is none is smaller than any."""
    try:
        return float(value.replace(",", ""))
    except ValueError:
        return float("-inf")
