"""PURE. Reading one `Understanding`: yes or no, a universal word, an emergency."""

from __future__ import annotations

import string
from collections.abc import Collection

from voicebot.dialogue.flow import Answer, Flow, Intent, Route, Universal
from voicebot.dialogue.state import Goal
from voicebot.nlu.ports import Understanding

ALTERNATIVES = 3
"""Other readings kept for the packet."""
_MARKS = str.maketrans(dict.fromkeys(string.punctuation.replace("'", ""), " "))
SURE_PART = 0.6
"""Confidence from which a part of a sentence is a wish of its own."""


def goal_of(said: Understanding) -> Goal:
    """What the caller may want."""
    others = tuple((a.name, a.confidence) for a in said.alternatives[:ALTERNATIVES])
    return Goal(said.intent.name, said.intent.confidence, others)


def wishes(flow: Flow, said: Understanding) -> list[tuple[Goal, Understanding]]:
    """The things that the parts of a sentence surely want, each once, an emergency first."""
    found: dict[str, tuple[Goal, Understanding]] = {}
    for part in said.parts:
        intent = flow.intents.get(part.intent.name)
        sure = part.intent.confidence >= max(SURE_PART, flow.thresholds.accept)
        if sure and not part.out_of_scope and intent is not None and _is_wish(intent):
            found.setdefault(intent.name, (goal_of(part), part))
    urgent = [one for one in found.values() if emergency(flow, one[1], 0.0)]
    return urgent + [one for one in found.values() if one not in urgent]


def _is_wish(intent: Intent) -> bool:
    if intent.universal is not None or intent.irreversible:
        return intent.universal is Universal.PERSON
    return isinstance(intent.does, Route) or (
        isinstance(intent.does, Answer) and not intent.does.small_talk and not intent.does.hang_up
    )


def rivals(flow: Flow, goal: Goal) -> tuple[Goal, Goal] | None:
    """What a sentence may mean, and the next best where that is something to ask about."""
    for name, confidence in goal.alternatives[:1]:
        intent = flow.intents.get(name)
        if intent is not None and _is_wish(intent) and intent.universal is None:
            return goal, Goal(name, confidence)
    return None


def emergency(flow: Flow, said: Understanding, least: float) -> bool:
    """Whether this is an emergency, at least so surely."""
    intent = flow.intents.get(said.intent.name)
    return (
        said.intent.confidence >= least
        and intent is not None
        and isinstance(intent.does, Route)
        and intent.does.emergency
    )


def universal(flow: Flow, said: Understanding, least: float) -> Universal | None:
    """The universal word that this is, at least so surely; yes and no are none here."""
    found = flow.universal(said.intent.name)
    if found in (None, Universal.AFFIRM, Universal.DENY) or said.out_of_scope:
        return None
    return found if said.intent.confidence >= least else None


def verdict(flow: Flow, said: Understanding) -> bool | None:
    """Yes, no, or neither."""
    for entity in said.entities:
        if entity.name == "yes_no":
            return entity.value == "yes"
    found = flow.universal(said.intent.name)
    if found not in (Universal.AFFIRM, Universal.DENY) or said.out_of_scope:
        return None
    sure = said.intent.confidence >= flow.thresholds.ask
    return (found is Universal.AFFIRM) if sure else None


def strict_verdict(flow: Flow, yes: Collection[str], said: Understanding) -> bool | None:
    """Yes, no, or neither, where nothing but these sentences is a yes.

    "Yes, one moment, I will get him" says yes too, and is neither.
    """
    if plain(said.text) in yes:
        return True
    return False if verdict(flow, said) is False else None


def plain(text: str) -> str:
    """A sentence in small letters, without what only writing has."""
    bare = text.lower().replace("\u2019", "'").translate(_MARKS)
    return " ".join(bare.split())
