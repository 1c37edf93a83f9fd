"""PURE. Taking what a sentence tells: slots volunteered, slots asked for, corrections."""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from dataclasses import replace

from voicebot.dialogue.corrections import patched
from voicebot.dialogue.draft import Draft
from voicebot.dialogue.fillers import Moment
from voicebot.dialogue.flow import Slot, SlotKind, Universal
from voicebot.dialogue.meaning import strict_verdict, verdict
from voicebot.dialogue.state import Known
from voicebot.nlu.ports import Entity, Understanding

NAME_WORDS = 3
LEAST_SURE = 0.3
"""Confidence of a name that looks like none."""
ANNOUNCED = 0.9
"""Confidence of a name that was told as one: "my name is …"."""
PROVEN = "yes"
"""The value of a slot that proves something."""
_BY_KIND = (SlotKind.NAME, SlotKind.DIGITS, SlotKind.DATE)
"""What a sentence tells unasked only if the caller means it."""


def proven(draft: Draft, slot: Slot, value: str) -> bool:
    """Whether this is what only the right person knows. What is not known proves nobody."""
    known = "".join(filter(str.isdigit, draft.facts.given.get(slot.proves, "")))
    draft.because(f"{slot.name} {'proven' if value == known else 'not proven'}")
    return bool(known) and value == known


def fill(draft: Draft, slot: Slot, value: str, confidence: float) -> bool:
    """Take a value that was spoken, unless it is impossible or was denied before.

    It is as sure as it was found (`confidence`) and heard.
    """
    if not slot.accepts(value) or (slot.name, value) in draft.state.denied:
        return False
    if slot.proves:
        if not proven(draft, slot, value):
            return False
        value = PROVEN
    held = draft.state.known.get(slot.name)
    if held is None or held.value != value:
        heard = draft.heard.confidence if draft.heard is not None else 1.0
        draft.state = draft.state.with_known(slot.name, Known(value, confidence * heard))
    return True


def volunteered(
    draft: Draft,
    entities: Sequence[Entity],
    but: Entity | None = None,
    wanted: Sequence[str] = (),
) -> frozenset[str]:
    """Take every slot that the sentence fills unasked; the names of those taken.

    `wanted` are the slots that are going to be asked for: what can only be one of them is it, so
    that "an appointment for December 3rd" is not followed by "for which date?". What proves who the
    caller is counts only as an answer to its own question, whose attempts are few.
    """
    free = [e for e in entities if not _overlap(e, but)]
    return frozenset(
        slot.name
        for slot in draft.flow.slots.values()
        if not slot.proves
        and (entity := _unasked(draft, slot, free, wanted)) is not None
        and fill(draft, slot, entity.value, entity.confidence)
    )


def _unasked(
    draft: Draft, slot: Slot, entities: Sequence[Entity], wanted: Sequence[str]
) -> Entity | None:
    said, flow = draft.state.sentence, draft.flow
    moment = Moment.WANTED if slot.name in wanted else Moment.ANY
    own = slot.value_in(entities, moment, said.intent.name if said else "")
    if own is not None or slot.name not in wanted or slot.kind not in _BY_KIND:
        return own
    alike = [name for name in wanted if flow.slots[name].kind is slot.kind]
    exact = slot.kind is not SlotKind.DIGITS or slot.min_digits == slot.max_digits
    found = [e for e in entities if e.name == slot.kind.value and slot.accepts(e.value)]
    certain = len(alike) == 1 and exact and bool(found) and found[0].confidence >= ANNOUNCED
    return found[0] if certain else None


def answer(draft: Draft, slot: Slot, said: Understanding) -> bool:
    """Take the answer to the question for `slot`, and whatever came with it."""
    if slot.yes_only:
        only = strict_verdict(draft.flow, slot.yes_only, said)
        return only is not None and fill(draft, slot, "yes" if only else "no", 1.0)
    entity = slot.value_in(said.entities, Moment.ASKED, said.intent.name)
    if entity is None and (value := _meant(draft, slot, said)) is not None:
        return fill(draft, slot, value, said.intent.confidence)
    if entity is None and slot.kind is SlotKind.YES_NO:
        yes = verdict(draft.flow, said)
        if yes is not None:
            return fill(draft, slot, "yes" if yes else "no", said.intent.confidence)
    if entity is None and takes_text(slot, said):
        if not slot.required and verdict(draft.flow, said) is False and _is_short(said.text):
            return False  # "no, nothing": there is no answer
        return fill(draft, slot, said.text.strip(" .,;:!?"), 1.0)
    taken = entity is not None and fill(draft, slot, entity.value, entity.confidence)
    route = draft.route()
    volunteered(draft, said.entities, entity, route.ask if route else ())
    return taken


def _meant(draft: Draft, slot: Slot, said: Understanding) -> str | None:
    """The value that this slot has for what a sentence surely means."""
    if not slot.by_intent:
        return None
    yes = verdict(draft.flow, said)
    if yes is not None:
        word = Universal.AFFIRM if yes else Universal.DENY
        own = draft.flow.intent_of(word)
        return slot.by_intent.get(word) or slot.by_intent.get(own.name if own else word)
    sure = said.intent.confidence >= draft.flow.thresholds.accept and not said.out_of_scope
    return slot.by_intent.get(said.intent.name) if sure else None


def takes_text(slot: Slot, said: Understanding) -> bool:
    """Whether any words answer the question for this slot."""
    return slot.kind is SlotKind.TEXT and slot.whole and slot.text_from.count(said.intent.name)


def _is_short(text: str) -> bool:
    return len(text.split()) <= NAME_WORDS


def disproved(slot: Slot, said: Understanding) -> bool:
    """Whether a sentence that did not fill this slot was an attempt to prove who the caller is."""
    entity = slot.value_in(said.entities, Moment.ASKED, said.intent.name) if slot.proves else None
    return entity is not None and slot.accepts(entity.value)


def spelled_out(draft: Draft, slot: Slot, said: Understanding) -> bool:
    """Take a few words as the name that was asked for, whatever they look like.

    Names are like anything: what a question for one hears is one, and is read back.
    """
    words = said.text.strip(string.punctuation + string.whitespace).split()
    if slot.kind is not SlotKind.NAME or slot.confirm is None or len(words) > NAME_WORDS:
        return False
    if slot.value_in(said.entities, Moment.ASKED, said.intent.name) is not None:
        return False
    if any(character.isdigit() for character in said.text) or verdict(draft.flow, said) is not None:
        return False
    return fill(draft, slot, " ".join(words).title(), LEAST_SURE)


def corrected(draft: Draft, slots: Iterable[Slot], readings: Sequence[Understanding]) -> list[str]:
    """Slots that a sentence such as "no, it's seven seven four two" gives another value."""
    changed = []
    for slot in slots:
        value = _other_value(draft, slot, readings)
        if value is not None and fill(draft, slot, value.value, value.confidence):
            changed.append(slot.name)
    return changed


def _other_value(draft: Draft, slot: Slot, readings: Sequence[Understanding]) -> Entity | None:
    held = draft.state.known.get(slot.name)
    for reading in readings:
        answers = slot.expects == reading_of(reading, slot)
        moment = Moment.ASKED if answers else Moment.WANTED
        entity = slot.value_in(reading.entities, moment, reading.intent.name)
        if entity is not None and held is not None and not slot.accepts(entity.value):
            entity = _patch(draft, slot, held.value, entity)
        if entity is not None and slot.accepts(entity.value):
            if held is None or held.value != entity.value:
                return entity
    return None


def _patch(draft: Draft, slot: Slot, held: str, said: Entity) -> Entity | None:
    """ "No, seven two": the value held with some of its digits replaced."""

    def possible(value: str) -> bool:
        return slot.accepts(value) and (slot.name, value) not in draft.state.denied

    digits = slot.kind is SlotKind.DIGITS and said.value.isdigit()
    value = patched(held, said.value, slot.groups, possible) if digits else None
    return replace(said, value=value) if value is not None else None


def reading_of(reading: Understanding, slot: Slot) -> str:
    """As what the slot would be answered by this reading: its own kind, if it holds one."""
    holds = any(entity.name == slot.kind.value for entity in reading.entities)
    return slot.expects if holds else ""


def _overlap(entity: Entity, other: Entity | None) -> bool:
    if other is None:
        return False
    return entity is other or (entity.start < other.end and other.start < entity.end)
