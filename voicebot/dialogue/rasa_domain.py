"""Reads a Rasa 3.x domain.yml: intents, entities, slots, responses with their variations.

What is for a real Rasa only (actions, session_config …) may stand there and is not read, so that
a Rasa project's domain needs no change. Forms are kept for `rasa_forms`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from voicebot.dialogue.rasa_slots import RasaSlot, read_rasa_slots
from voicebot.dialogue.responses import PLACEHOLDER, VARIABLES, Condition, Response, Variation
from voicebot.nlu.marked import Node, hint, read_yaml

_KEYS = (
    "version", "intents", "entities", "slots", "responses", "actions", "forms", "e2e_actions",
    "config", "session_config",
)  # fmt: skip
_TEXT_KEYS = ("text", "condition", "channel", "buttons", "image", "custom", "metadata", "id")


@dataclass(frozen=True)
class Domain:
    """What a domain.yml holds. Names map to the line that they stand on."""

    file: str
    intents: dict[str, int]
    entities: dict[str, int]
    slots: dict[str, RasaSlot]
    responses: dict[str, Response]
    actions: dict[str, int]
    forms: Node | None


def read_domain(path: Path, given: Collection[str] = ()) -> Domain:
    """Everything of a domain.yml, whose texts may also name what is `given` for each person.

    Raises BotError with the line of the first mistake.
    """
    root = read_yaml(path)
    fields = root.fields(_KEYS)
    for key in ("intents", "responses"):
        if key not in fields:
            root.refuse(f"there is no `{key}:`")
    entities = _names(fields["entities"]) if "entities" in fields else {}
    slots = read_rasa_slots(fields["slots"], entities) if "slots" in fields else {}
    responses = {
        key: _response(key, node, slots, given)
        for key, node in fields["responses"].fields().items()
    }
    actions = _names(fields["actions"]) if "actions" in fields else {}
    return Domain(
        str(path), _names(fields["intents"]), entities, slots, responses, actions,
        fields.get("forms"),
    )  # fmt: skip


def _names(node: Node) -> dict[str, int]:
    """The names of a list whose items are names or `name: {options}`."""
    names: dict[str, int] = {}
    for item in node.items():
        for name in item.fields() if item.is_mapping() else [item.text()]:
            if name in names:
                item.refuse(f"{node.name}: {name!r} stands here a second time")
            names[name] = item.line
    return names


def _response(
    key: str, node: Node, slots: Mapping[str, RasaSlot], given: Collection[str]
) -> Response:
    read = [_variation(item, slots, given) for item in node.items()]
    variations = tuple(variation for variation in read if variation is not None)
    if not variations:
        node.refuse(f"the response {key!r} has no text for a telephone")
    return Response(key, variations)


def _variation(
    node: Node, slots: Mapping[str, RasaSlot], given: Collection[str]
) -> Variation | None:
    """A wording; None: it is for another `channel`."""
    fields = node.fields(_TEXT_KEYS)
    if "channel" in fields:
        return None
    if "text" not in fields:
        node.refuse(f"{node.name}: a response needs `text`; this one has nothing to say")
    text = " ".join(fields["text"].text().split())
    if not text:
        fields["text"].refuse(f"{node.name}: the text is empty")
    known = VARIABLES | slots.keys() | set(given)
    for name in PLACEHOLDER.findall(text):
        if name not in known:
            fields["text"].refuse(f"{node.name}: no slot is called {name!r}{hint(name, known)}")
    conditions = [_condition(c, slots) for c in fields["condition"].items()] if (
        "condition" in fields
    ) else []  # fmt: skip
    return Variation(text, tuple(conditions))


def _condition(node: Node, slots: Mapping[str, RasaSlot]) -> Condition:
    fields = node.fields(("type", "name", "value"))
    if set(fields) != {"type", "name", "value"} or fields["type"].text() != "slot":
        node.refuse("a condition is written {type: slot, name: …, value: …}")
    slot = fields["name"].one_of(slots, "slot")
    return Condition(slot, slots[slot].value(fields["value"].text()))
