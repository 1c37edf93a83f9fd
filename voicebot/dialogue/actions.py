"""PURE. What is done outside once everything is known: lookups and custom actions, one by one.

A step that wants something done ends in `acts.Perform`; `performed` goes on with what came of it.
Nothing is done before the step is released: a guess about half a sentence asks nobody anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voicebot.dialogue import goals, validation
from voicebot.dialogue.acts import Perform
from voicebot.dialogue.draft import Draft
from voicebot.dialogue.flow import Route
from voicebot.dialogue.outcome import Outcome, Words
from voicebot.dialogue.state import Known


def begin(draft: Draft, names: tuple[str, ...]) -> None:
    """Have the first of these done; the others follow."""
    name = names[0]
    lookup = draft.flow.lookups.get(name)
    meanwhile = draft.text(lookup.meanwhile) if lookup and lookup.meanwhile else ""
    draft.state = replace(draft.state, doing=names)
    draft.because(f"does {name}")
    known = {slot: known.value for slot, known in draft.state.known.items()}
    draft.end(Perform(name, known, draft.state.sentence, meanwhile))


def performed(draft: Draft, outcome: Outcome) -> None:
    """Go on with what came of the one under way."""
    name, *rest = draft.state.doing
    draft.state = replace(draft.state, doing=tuple(rest))
    checks = (route := draft.route()) is not None and name == route.validate
    if not checks:
        _take(draft, outcome.slots)
    for words in outcome.says:
        _say(draft, words)
    if outcome.problem:
        draft.because(f"{name} failed: {outcome.problem}")
        _failed(draft, name)
    elif outcome.nothing:
        draft.because(f"{name}: nothing found")
        _nothing(draft, name)
    elif checks:
        validation.done(draft, outcome)
    elif rest:
        begin(draft, tuple(rest))
    else:
        goals.finish(draft)


def _take(draft: Draft, slots: Mapping[str, str | None]) -> None:
    for name, value in slots.items():
        if value is None:
            draft.state = draft.state.without(name)
        else:
            draft.state = draft.state.with_known(name, Known(value, 1.0, "lookup", True))


def _say(draft: Draft, words: Words) -> None:
    if words.key:
        draft.say(words.key, words.values)
    else:
        draft.say_text(words.text)


def _failed(draft: Draft, name: str) -> None:
    """A person does what the machine could not."""
    lookup = draft.flow.lookups.get(name)
    if lookup and lookup.on_failure:
        draft.say(lookup.on_failure)
    draft.state = replace(draft.state, doing=())
    goals.hand_over(draft, "error")


def _nothing(draft: Draft, name: str) -> None:
    """What was to be done behind it would need what is not there."""
    draft.state = replace(draft.state, doing=())
    lookup = draft.flow.lookups.get(name)
    route = draft.route()
    if lookup and lookup.on_nothing:
        draft.say(lookup.on_nothing)
        if isinstance(route, Route) and route.stays:
            goals.leave(draft)
            return
    goals.finish(draft)
