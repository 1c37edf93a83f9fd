"""PURE. Reading one `Understanding`: yes or no, a universal word, an emergency."""

from __future__ import annotations

from voicebot.dialogue.flow import Flow, Route, Universal
from voicebot.dialogue.state import Goal
from voicebot.nlu.ports import Understanding

ALTERNATIVES = 3
"""Other readings kept for the packet."""


def goal_of(said: Understanding) -> Goal:
    """What the caller may want."""
    others = tuple((a.name, a.confidence) for a in said.alternatives[:ALTERNATIVES])
    return Goal(said.intent.name, said.intent.confidence, others)


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
