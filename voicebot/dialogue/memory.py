"""PURE. A caller whose call broke off and who calls again is met where they were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kernel.packet import PacketSlot
from voicebot.dialogue import goals, questions
from voicebot.dialogue.draft import Draft
from voicebot.dialogue.flow import Flow, Route
from voicebot.dialogue.state import Asking, Earlier, Goal, Known, Question, State
from voicebot.redaction import is_card


def earlier_of(flow: Flow, state: State) -> Earlier | None:
    """What to keep of a call that breaks off now; None: nothing was under way."""
    intent = flow.intents.get(state.goal.intent) if state.goal else None
    if flow.resume is None or intent is None or not isinstance(intent.does, Route):
        return None
    slots = tuple(
        known.as_slot(name)
        for name, known in state.known.items()
        if name in flow.slots and not flow.slots[name].secret and not is_card(known.value)
    )
    return Earlier(intent.name, slots)


def known_of(flow: Flow, slots: Iterable[PacketSlot]) -> dict[str, Known]:
    """What was told before, as far as this bot has slots for it."""
    return {
        slot.name: Known(slot.value, slot.confidence, slot.source, slot.confirmed)
        for slot in slots
        if slot.name in flow.slots
    }


def resumable(flow: Flow, earlier: Earlier | None) -> bool:
    """Whether this bot can still go on there: its files may have changed since."""
    intent = flow.intents.get(earlier.intent) if earlier else None
    return flow.resume is not None and intent is not None and isinstance(intent.does, Route)


def ask_to_resume(draft: Draft) -> None:
    """Shall we go on where we were?"""
    assert draft.facts.earlier is not None
    intent = draft.facts.earlier.intent
    draft.because(f"called before about {intent}")
    questions.put(draft, Question(Asking.RESUME, intent))


def resume(draft: Draft) -> None:
    """Go on: what was told is known, what is left is asked. A bot that has no such route, since the
    caller has changed the language meanwhile, asks what it is about."""
    earlier = draft.facts.earlier
    if earlier is None or not resumable(draft.flow, earlier):
        questions.anything(draft)
        return
    known = known_of(draft.flow, earlier.known)
    draft.state = replace(draft.state, goal=Goal(earlier.intent), known=known, asked={})
    goals.advance(draft)
