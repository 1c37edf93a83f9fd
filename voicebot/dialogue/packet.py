"""PURE. From what the dialogue knows to the hand-off packet."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.packet import Packet, PacketIntent, PacketSlot, Reason, TranscriptLine, Tries
from voicebot.dialogue.acts import Transfer
from voicebot.dialogue.facts import CallFacts
from voicebot.dialogue.flow import Flow, Intent, Route
from voicebot.dialogue.responses import PLACEHOLDER, fill
from voicebot.dialogue.state import Goal, State

BY_KNOWLEDGE = "by what only this person knows"


def transfer_of(
    flow: Flow, state: State, reason: Reason, goal: Goal | None, queue: str = "", refer: str = ""
) -> Transfer:
    """A hand-over with everything learned so far, by the route of `goal` if it has one."""
    intent = flow.intents.get(goal.intent) if goal else None
    route = intent.does if intent and isinstance(intent.does, Route) else None
    return Transfer(
        queue=queue or (route.queue if route else flow.default_queue),
        reason=reason,
        refer=refer,
        intent=PacketIntent(goal.intent, goal.confidence, goal.alternatives) if goal else None,
        slots=_slots(flow, state),
        summary=summary_of(flow, state, intent, reason),
        priority=int((route.head_start if route else 0.0) + state.mood.head_start),
        required=tuple(sorted(route.required)) if route else (),
        preferred=tuple(sorted(route.preferred)) if route else (),
        tries=Tries(*state.tries),
        verified=", ".join(
            slot.title for name, slot in flow.slots.items() if slot.proves and name in state.known
        ),
        sentiment=round(state.mood.value, 2) if state.mood.confidence else None,
        sentiment_confidence=round(state.mood.confidence, 2),
    )


def packet_of(facts: CallFacts, transfer: Transfer, transcript: Sequence[TranscriptLine]) -> Packet:
    """The packet that goes with a hand-over."""
    name = next((slot.value for slot in transfer.slots if slot.name == "name"), "")
    return Packet(
        call=facts.call,
        centre=facts.centre,
        client=facts.client,
        line=facts.line,
        caller=facts.caller,
        caller_name=name or facts.caller_name,
        language=facts.language,
        queue=transfer.queue,
        reason=transfer.reason,
        intent=transfer.intent,
        slots=transfer.slots,
        summary=transfer.summary,
        priority=transfer.priority,
        required_skills=transfer.required,
        preferred_skills=transfer.preferred,
        tries=transfer.tries,
        verified_level=BY_KNOWLEDGE if transfer.verified else "none",
        verified_method=transfer.verified,
        sentiment=transfer.sentiment,
        sentiment_confidence=transfer.sentiment_confidence,
        transcript=tuple(transcript),
    )


def transfer_again(packet: Packet) -> Transfer:
    """The hand-over of a caller who was handed over before, in the call that we make back."""
    return Transfer(
        queue=packet.queue, reason=packet.reason, intent=packet.intent, slots=packet.slots,
        summary=packet.summary, priority=packet.priority, required=packet.required_skills,
        preferred=packet.preferred_skills, tries=packet.tries, sentiment=packet.sentiment,
        sentiment_confidence=packet.sentiment_confidence,
    )  # fmt: skip


_WHY: dict[Reason, str] = {
    "asked": "Asked for a person.",
    "low_confidence": "Was not understood.",
    "max_attempts": "The conversation got stuck.",
    "error": "A technical fault ended the conversation.",
}


def summary_of(flow: Flow, state: State, intent: Intent | None, reason: Reason) -> str:
    """At most two sentences: what it is about, and why a person if not for that alone.

    What the caller wants besides takes the second sentence: the agent can do both.
    """
    about = _about(flow, state, intent)
    besides = [flow.intents[goal.intent].title for goal in state.also]
    if besides:
        return f"{about} Also: {', '.join(besides)}.".strip()
    if intent is not None and intent.universal is not None:
        return about or _WHY.get(reason, "")
    return " ".join(part for part in (about, _WHY.get(reason, "")) if part)


def _about(flow: Flow, state: State, intent: Intent | None) -> str:
    if intent is None or not isinstance(intent.does, Route):
        return ""
    shown = {
        name: flow.slots[name].shown(known.value)
        for name, known in state.known.items()
        if name in flow.slots
    }
    template = intent.does.summary
    if template and set(PLACEHOLDER.findall(template)) <= set(shown):
        return fill(template, shown)
    if intent.universal is not None:
        return ""
    told = ", ".join(f"{flow.slots[n].title} {shown[n]}" for n in intent.does.ask if n in shown)
    return f"About {intent.title}{': ' + told if told else ''}."


def _slots(flow: Flow, state: State) -> tuple[PacketSlot, ...]:
    return tuple(
        known.as_slot(name)
        for name, slot in flow.slots.items()
        if (known := state.known.get(name)) is not None and not slot.proves
    )
