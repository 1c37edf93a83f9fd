"""PURE. What a form's slots are told is checked by an action server: Rasa's `validate_<form>`.

As in Rasa: whenever slots of the form were told, and once at its beginning for those known already,
the action is asked about them before anything else; what it sets is taken, what it sets to nothing
is asked for again. It may also say which slot comes next, or that none does.
"""

from __future__ import annotations

from dataclasses import replace

from voicebot.dialogue import goals, questions
from voicebot.dialogue.acts import Perform
from voicebot.dialogue.draft import Draft
from voicebot.dialogue.flow import Route
from voicebot.dialogue.outcome import NO_MORE, Outcome
from voicebot.dialogue.state import Asking, Known, Question

PREFIX = "validate_"
"""Of the action, before the form's name."""


def due(draft: Draft, route: Route) -> bool:
    """Have what was told since the last time checked; False: there is nothing to check."""
    told = _unchecked(draft, route) if route.validate else {}
    if not told:
        return False
    known = {name: known.value for name, known in draft.state.known.items()}
    checked = {**draft.state.checked, **told}
    draft.state = replace(draft.state, doing=(route.validate,), checked=checked)
    draft.because(f"does {route.validate}")
    asked = _asked(draft)
    draft.end(Perform(route.validate, known, draft.state.sentence, checks=tuple(told), asked=asked))
    return True


def done(draft: Draft, outcome: Outcome) -> None:
    """Go on with what the action made of it."""
    for name, value in outcome.slots.items():
        _take(draft, name, value)
    if outcome.asks == NO_MORE:
        route = draft.route()
        for name in route.ask if route else ():
            goals.skip(draft, name)
        goals.advance(draft)
        return
    name = outcome.asks or _asked(draft)
    if not name or name in draft.state.known:
        goals.advance(draft)
        return
    question = Question(Asking.SLOT, name)
    slot = draft.flow.slots[name]
    possible = goals.can_be_asked(draft, slot)
    if possible and draft.state.asked.get(question.key, 0) < slot.attempts:
        questions.put(draft, question)
    elif possible and slot.required:
        goals.hand_over(draft, "max_attempts")
    else:
        goals.skip(draft, name)
        goals.advance(draft)


def _take(draft: Draft, name: str, value: str | None) -> None:
    """A value that is left as it was stays as sure as it was; another one is read back."""
    before = draft.state.known.get(name)
    checked = {slot: told for slot, told in draft.state.checked.items() if slot != name}
    if value is None:
        draft.because(f"{name} refused")
        draft.state = draft.state.without(name)
    else:
        checked[name] = value
        if before is None:
            draft.state = draft.state.with_known(name, Known(value, 1.0, "lookup", True))
        elif before.value != value:
            changed = replace(before, value=value, confirmed=False)
            draft.state = draft.state.with_known(name, changed)
    draft.state = replace(draft.state, checked=checked)


def _unchecked(draft: Draft, route: Route) -> dict[str, str]:
    """Slots of the form, and the one asked for, whose values nobody has looked at."""
    state = draft.state
    names = dict.fromkeys((*route.ask, _asked(draft)))
    values = {name: state.known[name].value for name in names if name in state.known}
    return {name: value for name, value in values.items() if state.checked.get(name) != value}


def _asked(draft: Draft) -> str:
    """The slot that is asked for."""
    question = draft.state.question
    return question.about if question.asking is Asking.SLOT else ""
