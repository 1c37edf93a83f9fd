"""Reads a Rasa 3.x domain.yml: intents, entities, slots, responses with their variations.

What this program has no use for (actions, forms, session_config …) may stand there and is not
read, so that a Rasa project's domain needs no change.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from voicebot.dialogue.flow import PLACEHOLDER, VARIABLES, Condition, Response, Variation
from voicebot.nlu.marked import Node, hint, read_yaml

_KEYS = (
    "version", "intents", "entities", "slots", "responses", "actions", "forms", "e2e_actions",
    "config", "session_config",
)  # fmt: skip
_SLOT_KEYS = ("type", "mappings", "values", "initial_value", "influence_conversation")
_SLOT_TYPES = ("text", "bool", "categorical", "float", "list", "any")
_TEXT_KEYS = ("text", "condition", "channel", "buttons", "image", "custom", "metadata", "id")


@dataclass(frozen=True)
class Domain:
    """What a domain.yml holds. Names map to the line that they stand on."""

    file: str
    intents: dict[str, int]
    entities: dict[str, int]
    slots: dict[str, tuple[str, ...]]
    """Slot → the entities that fill it."""
    responses: dict[str, Response]


def read_domain(path: Path) -> Domain:
    """Everything of a domain.yml. Raises BotError with the line of the first mistake."""
    root = read_yaml(path)
    fields = root.fields(_KEYS)
    for key in ("intents", "responses"):
        if key not in fields:
            root.refuse(f"there is no `{key}:`")
    entities = _names(fields["entities"]) if "entities" in fields else {}
    slots = _slots(fields["slots"], entities) if "slots" in fields else {}
    responses = {
        key: _response(key, node, slots) for key, node in fields["responses"].fields().items()
    }
    return Domain(str(path), _names(fields["intents"]), entities, slots, responses)


def _names(node: Node) -> dict[str, int]:
    """The names of a list whose items are names or `name: {options}`."""
    names: dict[str, int] = {}
    for item in node.items():
        for name in item.fields() if item.is_mapping() else [item.text()]:
            if name in names:
                item.refuse(f"{node.name}: {name!r} stands here a second time")
            names[name] = item.line
    return names


def _slots(node: Node, entities: dict[str, int]) -> dict[str, tuple[str, ...]]:
    slots = {}
    for name, body in node.fields().items():
        fields = body.fields(_SLOT_KEYS)
        if "type" not in fields:
            body.refuse(f"{body.name}: the slot has no `type`")
        fields["type"].one_of(_SLOT_TYPES, "slot type")
        slots[name] = _fillers(fields["mappings"], entities) if "mappings" in fields else ()
    return slots


def _fillers(node: Node, entities: dict[str, int]) -> tuple[str, ...]:
    found = []
    for mapping in node.items():
        fields = mapping.fields()
        if "type" in fields and fields["type"].text() == "from_entity":
            if "entity" not in fields:
                mapping.refuse("from_entity needs `entity`")
            found.append(fields["entity"].one_of(entities, "entity"))
    return tuple(found)


def _response(key: str, node: Node, slots: dict[str, tuple[str, ...]]) -> Response:
    variations = tuple(_variation(item, slots) for item in node.items())
    if not variations:
        node.refuse(f"the response {key!r} has no text")
    return Response(key, variations)


def _variation(node: Node, slots: dict[str, tuple[str, ...]]) -> Variation:
    fields = node.fields(_TEXT_KEYS)
    if "text" not in fields:
        node.refuse(f"{node.name}: a response needs `text`; this one has nothing to say")
    text = " ".join(fields["text"].text().split())
    if not text:
        fields["text"].refuse(f"{node.name}: the text is empty")
    known = VARIABLES | slots.keys()
    for name in PLACEHOLDER.findall(text):
        if name not in known:
            fields["text"].refuse(f"{node.name}: no slot is called {name!r}{hint(name, known)}")
    conditions = [_condition(c, slots) for c in fields["condition"].items()] if (
        "condition" in fields
    ) else []  # fmt: skip
    return Variation(text, tuple(conditions))


def _condition(node: Node, slots: dict[str, tuple[str, ...]]) -> Condition:
    fields = node.fields(("type", "name", "value"))
    if set(fields) != {"type", "name", "value"} or fields["type"].text() != "slot":
        node.refuse("a condition is written {type: slot, name: …, value: …}")
    return Condition(fields["name"].one_of(slots, "slot"), fields["value"].text())
