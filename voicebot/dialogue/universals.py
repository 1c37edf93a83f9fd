"""PURE. What may be said at any moment: help, repeat, start over, back, wait, person, goodbye."""

from __future__ import annotations

from dataclasses import replace

from voicebot.dialogue import goals, questions
from voicebot.dialogue.acts import HangUp
from voicebot.dialogue.draft import Draft
from voicebot.dialogue.flow import Answer, Universal
from voicebot.dialogue.ladder import no_match
from voicebot.dialogue.state import COLLECTING, Asking, Question, State

PAUSE = 60.0
"""Seconds for which "hold on" stops the clocks."""


def obey(draft: Draft, universal: Universal) -> None:
    """Do what was said."""
    draft.state = draft.state.progressed()
    match universal:
        case Universal.PERSON:
            goals.person(draft)
        case Universal.HELP:
            _say(draft, universal)
            goals.resume(draft) if draft.route() else questions.anything(draft)
        case Universal.REPEAT:
            _repeat(draft)
        case Universal.SLOWER:
            draft.state = replace(draft.state, slow=True)
            _say(draft, universal)
            _repeat(draft)
        case Universal.START_OVER:
            _start_over(draft)
        case Universal.BACK:
            _back(draft)
        case Universal.WAIT:
            _say(draft, universal)
            draft.state = replace(draft.state, pausing=True)
            questions.pause(draft, PAUSE)
        case Universal.GOODBYE:
            _say(draft, universal)
            draft.end(HangUp())
        case _:
            no_match(draft)


def _say(draft: Draft, universal: Universal) -> None:
    intent = draft.flow.intent_of(universal)
    if intent and isinstance(intent.does, Answer):
        draft.say(intent.does.say)
        goals.came_to(draft, intent)


def _repeat(draft: Draft) -> None:
    if draft.state.last:
        draft.acts.extend(draft.state.last)
    else:
        questions.again(draft)


def _start_over(draft: Draft) -> None:
    kept = draft.state
    draft.state = State(
        tries=kept.tries, missed=kept.missed, said=kept.said, denied=kept.denied, slow=kept.slow,
        put=kept.put,
    )  # fmt: skip
    _say(draft, Universal.START_OVER)
    if not goals.opening(draft):
        questions.anything(draft)


def _back(draft: Draft) -> None:
    """The question before this one, its answer forgotten; before the first: what is it about?"""
    question, keypad = draft.state.question, draft.flow.keypad
    if question.asking is Asking.MENU and keypad:
        questions.put(draft, Question(Asking.MENU, keypad.start))
        return
    before = _slot_before(draft, question)
    if before is None:
        draft.state = replace(draft.state, goal=None)
        questions.anything(draft)
    else:
        draft.state = draft.state.without(before)
        questions.put(draft, Question(Asking.SLOT, before))


def _slot_before(draft: Draft, question: Question) -> str | None:
    """The slot asked before this question; of a confirmation, the slot that it reads back."""
    route = draft.route()
    if route is None or question.asking not in COLLECTING:
        return None
    asked = [name for name in route.ask if f"slot:{name}" in draft.state.asked]
    if question.about in asked:
        until = asked.index(question.about) + (question.asking is Asking.CONFIRM)
        asked = asked[:until]
    return asked[-1] if asked else None
