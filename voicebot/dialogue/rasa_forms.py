"""Reads `forms:` of a Rasa 3.x domain.yml: which slots are asked for, in their order.

A slot's question is `utter_ask_<form>_<slot>` or `utter_ask_<slot>`, as in Rasa, unless flow.yml
has one for it. Its type in the domain says what answers it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from voicebot.dialogue.flow import Choice, Slot, SlotKind
from voicebot.dialogue.rasa_domain import Domain
from voicebot.dialogue.rasa_slots import RasaSlot
from voicebot.dialogue.read_parts import EXPECTED_OF, Names
from voicebot.dialogue.validation import PREFIX
from voicebot.errors import BotError
from voicebot.nlu.marked import Node

_KINDS = {
    "text": SlotKind.TEXT,
    "any": SlotKind.TEXT,
    "bool": SlotKind.YES_NO,
    "float": SlotKind.NUMBER,
    "categorical": SlotKind.CHOICE,
}
_VALIDATES_ALL = "action_validate_slot_mappings"


@dataclass(frozen=True)
class Form:
    """What is asked for, one slot after the other."""

    name: str
    slots: tuple[str, ...]
    place: Node
    validate: str = ""
    """The action that checks what is told; empty: there is none."""


def read_forms(domain: Domain, names: Names) -> tuple[dict[str, Form], dict[str, Slot]]:
    """The forms, and every slot with the question that its form asks."""
    forms: dict[str, Form] = {}
    slots = dict(names.slots)
    for name, body in domain.forms.items():
        fields = body.fields()
        for key, value in fields.items():
            nothing = key == "ignored_intents" and value.is_list() and not [*value.items()]
            if key != "required_slots" and not nothing:
                value.refuse(f"{value.name} is not supported; a form has `required_slots`")
        if "required_slots" not in fields:
            body.refuse(f"{body.name}: there is no `required_slots:`")
        _refuse_actions(name, domain)
        wanted = []
        for item in fields["required_slots"].items():
            slot = item.one_of(domain.slots, "slot")
            slots[slot] = _asked(slots[slot], name, item, domain, names)
            wanted.append(slot)
        if not wanted:
            body.refuse(f"{body.name}: a form without slots asks for nothing")
        action = f"{PREFIX}{name}"
        forms[name] = Form(name, tuple(wanted), body, action if action in domain.actions else "")
    return forms, slots


def _refuse_actions(form: str, domain: Domain) -> None:
    """What an action server would do while the form asks cannot be left out silently."""
    for action, line in domain.actions.items():
        if action == _VALIDATES_ALL or action.startswith("action_ask_"):
            raise BotError(
                domain.file, line,
                f"the action {action!r} beside the form {form!r} is not supported: an action server"
                f" checks slots in {PREFIX}{form}, and questions are responses",
            )  # fmt: skip


def _asked(slot: Slot, form: str, item: Node, domain: Domain, names: Names) -> Slot:
    if names.slots[slot.name].ask is not None:
        return slot
    keys = (f"utter_ask_{form}_{slot.name}", f"utter_ask_{slot.name}")
    ask = next((key for key in keys if key in names.responses), None)
    if ask is None:
        item.refuse(f"{item.name}: {names.domain_file} has no response {' or '.join(keys)}")
    if slot.ask not in (None, ask):
        item.refuse(
            f"{item.name}: another form asks for {slot.name!r} by {slot.ask}; a slot has one "
            "question: name it under `slots:` of flow.yml"
        )
    return _of_type(replace(slot, ask=ask), domain.slots[slot.name], item)


def _of_type(slot: Slot, rasa: RasaSlot, item: Node) -> Slot:
    kind = _KINDS.get(rasa.type)
    if kind is None:
        item.refuse(f"{item.name}: a slot of type {rasa.type} cannot be asked for by voice")
    if kind in (SlotKind.TEXT, SlotKind.CHOICE) and not rasa.fillers and not (
        rasa.by_intent or rasa.by_trigger or (rasa.whole and kind is SlotKind.TEXT)
    ):  # fmt: skip
        item.refuse(f"{item.name}: nothing that a caller says fills the slot {slot.name!r}")
    return replace(
        slot,
        kind=kind,
        expects=EXPECTED_OF.get(kind, "open"),
        whole=rasa.whole,
        text_from=rasa.text_from,
        by_intent=rasa.by_intent,
        by_trigger=rasa.by_trigger,
        choices=tuple(Choice(value) for value in rasa.values),
    )
