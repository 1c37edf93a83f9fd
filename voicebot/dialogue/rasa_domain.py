"""Reads a Rasa 3.x domain: intents, entities, slots, responses with their variations.

It is domain.yml, or a folder `domain/` whose files are one domain together.

What is for a real Rasa only (actions, session_config …) may stand there and is not read, so that
a Rasa project's domain needs no change. Forms are kept for `rasa_forms`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from voicebot.dialogue.rasa_slots import Known, RasaSlot, read_rasa_slot
from voicebot.dialogue.responses import PLACEHOLDER, VARIABLES, Condition, Response, Variation
from voicebot.nlu.marked import Node, hint, read_yaml

_KEYS = (
    "version", "intents", "entities", "slots", "responses", "actions", "forms", "e2e_actions",
    "config", "session_config",
)  # fmt: skip
PARTS = "domain"
"""A folder of parts."""
_ENDINGS = (".yml", ".yaml")
_TEXT_KEYS = ("text", "condition", "channel", "buttons", "image", "custom", "metadata", "id")


@dataclass(frozen=True)
class Domain:
    """What a domain holds. Names map to the line that they stand on."""

    file: str
    intents: dict[str, int]
    entities: dict[str, int]
    slots: dict[str, RasaSlot]
    responses: dict[str, Response]
    actions: dict[str, int]
    forms: dict[str, Node]


def read_domain(folder: Path, given: Collection[str] = ()) -> Domain:
    """Everything of a bot's domain, whose texts may also name what is `given` for each person.

    Raises BotError with the line of the first mistake.
    """
    roots = [read_yaml(path) for path in _files(folder)]
    parts = [root.fields(_KEYS) for root in roots]
    for key in ("intents", "responses"):
        if not any(key in part for part in parts):
            roots[0].refuse(f"there is no `{key}:`")
    intents, entities = _names(parts, "intents"), _names(parts, "entities")
    forms = _bodies(parts, "forms")
    known = Known(entities, intents, {name: _asked(form) for name, form in forms.items()})
    slots = {
        name: read_rasa_slot(name, node, known) for name, node in _bodies(parts, "slots").items()
    }
    responses = {
        key: _response(key, node, slots, given) for key, node in _bodies(parts, "responses").items()
    }
    file = roots[0].file if len(roots) == 1 else str(folder / PARTS)
    return Domain(
        file, intents, entities, slots, responses, _names(parts, "actions"), forms
    )  # fmt: skip


def _asked(form: Node) -> frozenset[str]:
    """The slots that a form asks for, as far as it is written as it should be: see `rasa_forms`."""
    slots = form.fields().get("required_slots") if form.is_mapping() else None
    return (
        frozenset(slot.text() for slot in slots.items())
        if slots and slots.is_list()
        else frozenset()
    )


def _files(folder: Path) -> list[Path]:
    whole = folder / "domain.yml"
    parts = sorted(path for path in (folder / PARTS).rglob("*") if path.suffix in _ENDINGS)
    return [whole, *parts] if whole.exists() or not parts else parts


def _names(parts: Sequence[Mapping[str, Node]], key: str) -> dict[str, int]:
    """The names of lists whose items are names or `name: {options}`."""
    names: dict[str, int] = {}
    for node in (part[key] for part in parts if key in part):
        for item in node.items():
            for name in item.fields() if item.is_mapping() else [item.text()]:
                if name in names:
                    item.refuse(f"{node.name}: {name!r} stands here a second time")
                names[name] = item.line
    return names


def _bodies(parts: Sequence[Mapping[str, Node]], key: str) -> dict[str, Node]:
    """Name → body, of tables in several files."""
    bodies: dict[str, Node] = {}
    for part in parts:
        for name, node in part[key].fields().items() if key in part else ():
            if name in bodies:
                there = f"{bodies[name].file}:{bodies[name].line}"
                node.refuse(f"{node.name} stands here a second time; it is in {there}")
            bodies[name] = node
    return bodies


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
