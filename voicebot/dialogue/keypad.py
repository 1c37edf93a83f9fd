"""PURE. What keys mean, wherever the conversation is: an answer, a menu's key, 0 and *."""

from __future__ import annotations

from voicebot.dialogue import goals, questions
from voicebot.dialogue.draft import Draft
from voicebot.dialogue.filling import PROVEN, proven
from voicebot.dialogue.flow import Flow, KeyAction, Slot, Universal
from voicebot.dialogue.ladder import no_match
from voicebot.dialogue.several import pursue_one
from voicebot.dialogue.state import YES_NO, Asking, Goal, Known, Question, State
from voicebot.dialogue.universals import obey

ALWAYS = {"0": Universal.PERSON, "*": Universal.BACK}
"""Where keys mean nothing else."""


def press(draft: Draft, keys: str) -> Known | bool | None:
    """Take keys. Answers to questions are returned for the caller: a value, yes or no.

    None: everything is done already.
    """
    question = draft.state.question
    if question.asking is Asking.SLOT:
        return _slot(draft, draft.flow.slots[question.about], keys)
    if question.asking is Asking.WHICH and keys in ("1", "2"):
        pursue_one(draft, int(keys) - 1)
        return None
    if question.asking in YES_NO and keys in ("1", "2"):
        return keys == "1"
    if question.asking in YES_NO or question.asking is Asking.WHICH:
        _always(draft, keys)
        return None
    _menu(draft, question, keys)
    return None


def shown(flow: Flow, state: State, keys: str) -> str:
    """How logs show keys pressed now."""
    question = state.question
    if question.asking is Asking.SLOT and flow.slots[question.about].secret:
        return "•" * len(keys)
    secret = question.asking is Asking.SLOT and question.about in flow.slots
    return flow.slots[question.about].shown(keys) if secret else keys


def _slot(draft: Draft, slot: Slot, keys: str) -> Known | None:
    value = slot.by_key(keys) if slot.keys else None
    if value is not None and slot.proves:
        if not proven(draft, slot, value):
            no_match(draft)
            return None
        value = PROVEN
    if value is not None:
        return Known(value, 1.0, "dtmf", confirmed=True)
    _always(draft, keys)
    return None


def _always(draft: Draft, keys: str) -> None:
    universal = ALWAYS.get(keys)
    if universal is not None:
        obey(draft, universal)
    else:
        no_match(draft)


def _menu(draft: Draft, question: Question, keys: str) -> None:
    keypad = draft.flow.keypad
    if keypad is None:
        _always(draft, keys)
        return
    name = question.about if question.asking is Asking.MENU else keypad.start
    action = keypad.menus[name].action(keys)
    if action is None:
        no_match(draft, instead=keypad.invalid)
    else:
        _act(draft, action)


def _act(draft: Draft, action: KeyAction) -> None:
    if action.universal is not None:
        obey(draft, action.universal)
    elif action.menu is not None:
        draft.state = draft.state.progressed()
        questions.put(draft, Question(Asking.MENU, action.menu))
    else:
        goal = Goal(action.intent or "")
        if not goals.ask_first(draft, goal) and not goals.pursue(draft, goal):
            no_match(draft)
