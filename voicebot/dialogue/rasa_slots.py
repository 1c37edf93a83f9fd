"""Reads `slots:` of a Rasa 3.x domain: what each holds, and what fills it.

Rasa fills a slot from entities, from the whole sentence, from an intent, or in an action. Entities
do so here whenever they are said, or, as the rest, in the answer to the question for the slot. A
mapping that is meant for any other moment is refused rather than read as something else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from voicebot.dialogue.fillers import Filler, Moment, Sentences
from voicebot.nlu.marked import Node, hint
from voicebot.nlu.rasa_reply import FALLBACK

_KEYS = (
    "type", "mappings", "values", "initial_value", "influence_conversation",
    "min_value", "max_value",
)  # fmt: skip
_TYPES = ("text", "bool", "categorical", "float", "list", "any")
_MAPPINGS = {
    "from_entity": ("entity", "role", "group", "intent", "not_intent", "conditions"),
    "from_text": ("intent", "not_intent", "conditions"),
    "from_intent": ("intent", "value", "conditions"),
    "from_trigger_intent": ("intent", "value", "conditions"),
    "custom": ("action", "conditions"),
}
YES_OR_NO = ("affirm", "deny")
"""Intents that every bot has, by whatever name."""
YES_NO = {"true": "yes", "false": "no"}
"""What a bool is called where callers say it."""


@dataclass(frozen=True)
class Known:
    """What the domain has that a mapping may name."""

    entities: Collection[str]
    intents: Collection[str]
    asked_by: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Form → the slots that it asks for."""


@dataclass(frozen=True)
class RasaSlot:
    """A slot of the domain."""

    type: str
    fillers: tuple[Filler, ...] = ()
    """Entities that fill it."""
    text_from: Sentences = Sentences()
    """Which sentences, if whole ones do."""
    values: tuple[str, ...] = ()
    """Of a categorical: what it may be."""
    whole: bool = False
    """Whether the sentence that answers its question is its value."""
    by_intent: dict[str, str] = field(default_factory=dict)
    """Intent of the answer to its question → value."""
    by_trigger: dict[str, str] = field(default_factory=dict)
    """Intent that begins its form → value."""

    def value(self, written: str) -> str:
        """A value as it is known in a call."""
        return YES_NO.get(written.lower(), written) if self.type == "bool" else written


def read_rasa_slot(name: str, node: Node, known: Known) -> RasaSlot:
    """A slot. Raises BotError for what is wrong, and for what is not supported."""
    fields = node.fields(_KEYS)
    if "type" not in fields:
        node.refuse(f"{node.name}: the slot has no `type`")
    kind = fields["type"].one_of(_TYPES, "slot type")
    initial = fields.get("initial_value")
    if initial is not None and not initial.is_null():
        initial.refuse(f"{initial.name} is not supported: a slot is empty when a call begins")
    values = tuple(v.text() for v in fields["values"].items()) if "values" in fields else ()
    if kind == "categorical" and not values:
        node.refuse(f"{node.name}: a categorical slot needs `values`")
    slot = RasaSlot(kind, values=values)
    for mapping in fields["mappings"].items() if "mappings" in fields else ():
        slot = _filled_by(slot, name, mapping, known)
    return slot


def _filled_by(slot: RasaSlot, name: str, mapping: Node, known: Known) -> RasaSlot:
    fields = mapping.fields()
    if "type" not in fields:
        mapping.refuse(f"{mapping.name}: a mapping needs `type`")
    kind = fields["type"].text()
    if kind not in _MAPPINGS:
        fields["type"].refuse(
            f"{mapping.name}: the mapping {kind!r} is not supported; these are: "
            + ", ".join(_MAPPINGS)
        )
    for key, value in fields.items():
        if key not in ("type", *_MAPPINGS[kind]):
            value.refuse(f"{mapping.name}: `{key}` is not supported: not beside `{kind}`")
    moment = _moment(fields.get("conditions"), name, known)
    if kind == "from_entity":
        return _by_entity(slot, mapping, fields, known, moment)
    if kind == "from_trigger_intent":
        return replace(slot, by_trigger=slot.by_trigger | _by_intent(slot, mapping, fields, known))
    if kind != "custom" and moment is not Moment.ASKED:
        mapping.refuse(
            f"{mapping.name}: `{kind}` counts here only as the answer to the slot's question; add "
            f"`conditions: [{{active_loop: <form>, requested_slot: {name}}}]`"
        )
    return _by_answer(slot, kind, mapping, fields, known)


def _by_answer(
    slot: RasaSlot, kind: str, mapping: Node, fields: dict[str, Node], known: Known
) -> RasaSlot:
    if kind == "from_intent":
        return replace(slot, by_intent=slot.by_intent | _by_intent(slot, mapping, fields, known))
    if kind == "from_text":
        if slot.type not in ("text", "any"):
            mapping.refuse(f"{mapping.name}: `from_text` needs a slot of type text")
        slot = replace(slot, text_from=_sentences(fields, known))
    return replace(slot, whole=True)


def _by_entity(
    slot: RasaSlot, mapping: Node, fields: dict[str, Node], known: Known, moment: Moment
) -> RasaSlot:
    if "entity" not in fields:
        mapping.refuse(f"{mapping.name}: from_entity needs `entity`")
    entity = fields["entity"].one_of(known.entities, "entity")
    role, group = (fields[key].text() if key in fields else None for key in ("role", "group"))
    filler = Filler(entity, role, group, _sentences(fields, known), moment)
    return replace(slot, fillers=(*slot.fillers, filler))


def _sentences(fields: dict[str, Node], known: Known) -> Sentences:
    """By `intent` and `not_intent`: one, or a list."""
    named = {
        key: list(fields[key].items()) if fields[key].is_list() else [fields[key]]
        for key in ("intent", "not_intent")
        if key in fields
    }
    intents = {*known.intents, FALLBACK}
    for node in (node for of in named.values() for node in of if node.text() not in intents):
        node.refuse(
            f"{node.name}: there is no intent {node.text()!r}{hint(node.text(), intents)};"
            " add it to `intents:`, or take it out here"
        )
    found = {key: frozenset(node.text() for node in of) for key, of in named.items()}
    return Sentences(found.get("intent", frozenset()), found.get("not_intent", frozenset()))


def _by_intent(
    slot: RasaSlot, mapping: Node, fields: dict[str, Node], known: Known
) -> dict[str, str]:
    for key in ("intent", "value"):
        if key not in fields:
            mapping.refuse(f"{mapping.name}: {fields['type'].text()} needs `{key}`")
    intent = fields["intent"].one_of({*known.intents, *YES_OR_NO}, "intent")
    return {intent: slot.value(fields["value"].text())}


def _moment(node: Node | None, slot: str, known: Known) -> Moment:
    """When the conditions let a mapping count: while this slot is asked for, while a form that asks
    for it is under way, or, without conditions, always."""
    found = {_when(condition, slot, known) for condition in (node.items() if node else ())}
    if node is not None and len(found) != 1:
        node.refuse(f"{node.name}: either all conditions have `requested_slot: {slot}`, or none")
    return found.pop() if found else Moment.ANY


def _when(condition: Node, slot: str, known: Known) -> Moment:
    fields = condition.fields(("active_loop", "requested_slot"))
    wanted, loop = fields.get("requested_slot"), fields.get("active_loop")
    if wanted is not None and wanted.text() == slot:
        return Moment.ASKED
    if wanted is None and loop is not None and slot in known.asked_by.get(loop.text(), ()):
        return Moment.WANTED
    condition.refuse(
        f"{condition.name}: a condition is supported as {{active_loop: …, requested_slot: {slot}}},"
        f" or as {{active_loop: …}} of a form that asks for {slot}"
    )
