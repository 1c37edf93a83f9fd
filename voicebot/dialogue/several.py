"""PURE. Two things at once: two requests in one sentence, and "the bill, or the meter?"."""

from __future__ import annotations

from dataclasses import replace

from voicebot.dialogue import goals, questions
from voicebot.dialogue.draft import Draft
from voicebot.dialogue.filling import volunteered
from voicebot.dialogue.flow import Answer, Flow, Route
from voicebot.dialogue.ladder import no_match
from voicebot.dialogue.meaning import verdict
from voicebot.dialogue.state import Asking, Goal, Question
from voicebot.nlu.normalise import words
from voicebot.nlu.ports import Understanding

BETTER = 1.5
"""How many times likelier one of two must be than the other to be the one that was meant."""
FIRST, SECOND = frozenset({"first", "former", "1"}), frozenset({"second", "latter", "2"})


def several(draft: Draft, wanted: list[tuple[Goal, Understanding]]) -> bool:
    """Do what the parts of a sentence want; False: they want no two things.

    Questions are answered one after the other, then the first thing that needs a person is begun;
    whatever else needs one goes along to the same agent. An emergency is not kept waiting.
    """
    if len(wanted) < 2:
        return False
    told = _told(draft, wanted)
    does = {goal.intent: draft.flow.intents[goal.intent].does for goal, _ in wanted}
    first = does[wanted[0][0].intent]
    if isinstance(first, Route) and first.emergency:
        return goals.pursue(draft, wanted[0][0])
    draft.because("two requests: " + ", ".join(does))
    draft.state = draft.state.progressed()
    answers = [goal for goal, _ in wanted if isinstance(does[goal.intent], Answer)]
    routes = [goal for goal, _ in wanted if isinstance(does[goal.intent], Route)]
    for goal in answers if routes else answers[:-1]:
        goals.tell(draft, draft.flow.intents[goal.intent], told)
    if not routes:
        return goals.pursue(draft, answers[-1], told)
    return _begin(draft, routes)


def _told(draft: Draft, wanted: list[tuple[Goal, Understanding]]) -> frozenset[str]:
    told: frozenset[str] = frozenset()
    for goal, part in wanted:
        does = draft.flow.intents[goal.intent].does
        asked = does.ask if isinstance(does, Route) else ()
        told |= volunteered(draft, part.entities, wanted=asked)
    return told


def _begin(draft: Draft, routes: list[Goal]) -> bool:
    """The first that is about something; who also asks for a person gets one at once."""
    about = [goal for goal in routes if draft.flow.universal(goal.intent) is None]
    person = len(about) < len(routes)
    if not about:
        return goals.pursue(draft, routes[0])
    draft.state = replace(draft.state, also=tuple(about[1:]))
    if person:
        draft.state = replace(draft.state, goal=about[0])
        goals.person(draft)
        return True
    return goals.pursue(draft, about[0])


def ask_which(draft: Draft, both: tuple[Goal, Goal]) -> None:
    """Is it about this, or about that?"""
    first, second = both
    draft.because(f"or {second.intent} {second.confidence:.2f}: too close to choose")
    draft.state = replace(draft.state, offered=both)
    questions.put(draft, Question(Asking.WHICH, f"{first.intent}|{second.intent}"))


def which(draft: Draft, said: Understanding) -> None:
    """The answer to that question: one of the two, neither, or something else altogether."""
    at = _chosen(draft.flow, draft.state.offered, said)
    if at is not None:
        pursue_one(draft, at)
    elif verdict(draft.flow, said) is False:
        denied = {("intent", goal.intent) for goal in draft.state.offered}
        draft.state = replace(draft.state, denied=draft.state.denied | denied, offered=())
        no_match(draft)
    else:
        _something_else(draft, said)


def pursue_one(draft: Draft, at: int) -> None:
    """The caller meant this one of the two."""
    goal, draft.state = draft.state.offered[at], replace(draft.state, offered=())
    draft.because(f"chose {goal.intent}")
    goals.pursue(draft, goal)


def _something_else(draft: Draft, said: Understanding) -> None:
    goal = Goal(said.intent.name, said.intent.confidence)
    sure = goal.confidence >= draft.flow.thresholds.accept and not said.out_of_scope
    if not sure or not goals.pursue(draft, goal, volunteered(draft, said.entities)):
        no_match(draft)


def _chosen(flow: Flow, offered: tuple[Goal, ...], said: Understanding) -> int | None:
    """By "the first one", by words of one title alone, or by what the words mean."""
    spoken = set(words(said.text))
    for at, ordinals in enumerate((FIRST, SECOND)):
        if spoken & ordinals:
            return at
    titles = [set(words(flow.intents[goal.intent].title)) for goal in offered]
    own = [spoken & (titles[0] - titles[1]), spoken & (titles[1] - titles[0])]
    if bool(own[0]) != bool(own[1]):
        return 0 if own[0] else 1
    scores = {said.intent.name: said.intent.confidence}
    scores |= {other.name: other.confidence for other in said.alternatives}
    first, second = (scores.get(goal.intent, 0.0) for goal in offered)
    if max(first, second) < flow.thresholds.ask:
        return None
    if first >= BETTER * second:
        return 0
    return 1 if second >= BETTER * first else None
