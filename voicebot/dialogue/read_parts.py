"""Reads the parts of flow.yml that name texts and queues: slots, ladders, keypad, waiting."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from telephony.drivers.addresses import address_of, parse_uri
from voicebot.dialogue import grammar
from voicebot.dialogue.flow import (
    Choice,
    Counts,
    KeyAction,
    Keypad,
    Ladder,
    Menu,
    OtherHouse,
    Queue,
    Slot,
    SlotKind,
    Then,
    Universal,
)
from voicebot.dialogue.lookups import Lookup
from voicebot.dialogue.meaning import plain
from voicebot.dialogue.responses import PLACEHOLDER, Response
from voicebot.dialogue.waiting_texts import Waiting
from voicebot.leaving import EXITS, WayOut, Wish
from voicebot.nlu.marked import Node, hint
from voicebot.redaction import CARD

EXPECTED_OF = {
    SlotKind.NAME: "name",
    SlotKind.DIGITS: "digits",
    SlotKind.CODE: "spelling",
    SlotKind.NUMBER: "digits",
    SlotKind.DATE: "date",
    SlotKind.YES_NO: "yes_no",
    SlotKind.CHOICE: "menu",
}
"""What the answer for a slot of a kind is recognised as."""


@dataclass(frozen=True)
class Names:
    """What a flow may name."""

    domain_file: str
    nlu_file: str
    domain_intents: Mapping[str, int]
    trained: Mapping[str, int]
    responses: Mapping[str, Response]
    queues: Mapping[str, Queue]
    slots: Mapping[str, Slot]
    houses: Mapping[str, OtherHouse] = field(default_factory=dict)
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    actions: Collection[str] = ()
    """The domain's custom actions."""
    given: Mapping[str, SlotKind] = field(default_factory=dict)
    results: Mapping[str, Counts] = field(default_factory=dict)
    default_queue: str = ""

    def response(self, node: Node) -> str:
        """The response key that stands here."""
        if node.text() not in self.responses:
            problem = f"{node.name}: {self.domain_file} has no response {node.text()!r}"
            node.refuse(problem + hint(node.text(), self.responses))
        return node.text()

    def maybe_response(self, node: Node | None) -> str | None:
        """The response key that stands here, if one does."""
        return self.response(node) if node is not None else None

    def response_list(self, node: Node | None) -> tuple[str, ...]:
        """The response keys of a list."""
        return tuple(self.response(item) for item in node.items()) if node is not None else ()

    def queue(self, node: Node) -> str:
        """The queue that stands here."""
        return node.one_of(self.queues, "queue")


def read_houses(node: Node | None, names: Names) -> dict[str, OtherHouse]:
    """Other houses, and where each is."""
    houses = {}
    for name, body in node.fields().items() if node is not None else ():
        fields = body.fields(grammar.HOUSE)
        need(body, fields, *grammar.NEEDED["OtherHouse"])
        target = fields["refer"].text()
        parsed = parse_uri(target)
        if parsed is None or not parsed.user or target != address_of(target) or parsed.headers:
            fields["refer"].refuse(
                f"{fields['refer'].name}: {target!r} is no SIP URI such as sip:desk@water.example"
            )
        failed = names.response(fields["failed"])
        houses[name] = OtherHouse(name, fields["title"].text(), target, failed)
    return houses


def need(node: Node, fields: Mapping[str, Node], *keys: str) -> None:
    """Refuse `node` where a key is missing."""
    for key in keys:
        if key not in fields:
            node.refuse(f"{node.name + ': ' if node.name else ''}there is no `{key}:`")


def flag(fields: Mapping[str, Node], key: str, default: bool) -> bool:
    """The true or false of a key, or the default."""
    return fields[key].flag() if key in fields else default


def words(node: Node | None) -> tuple[str, ...]:
    """The texts of a list."""
    return tuple(item.text() for item in node.items()) if node is not None else ()


# Slots.


def read_slots(node: Node | None, names: Names) -> dict[str, Slot]:
    """The domain's slots (in `names`), with what flow.yml adds to them."""
    slots = dict(names.slots)
    for name, body in (node.fields() if node is not None else {}).items():
        if name not in slots:
            body.refuse(f"slots: there is no slot {name!r} in {names.domain_file}; add it there")
        slots[name] = _slot(body, slots[name], names)
    for name, body in (node.fields() if node is not None else {}).items():
        if "only_if" in (fields := body.fields(grammar.SLOT)):
            slots[name] = replace(slots[name], only_if=_only_if(fields["only_if"], slots))
    return slots


def _only_if(node: Node, slots: Mapping[str, Slot]) -> dict[str, frozenset[str]]:
    """Slot → values of which one must be known; read when every slot is."""
    wanted = {}
    for name, values in node.fields().items():
        if name not in slots:
            values.refuse(f"{values.name}: no slot is called {name!r}")
        told = [possible(slots[name], value.text(), value) for value in values.items()]
        wanted[name] = frozenset(told)
    return wanted


def possible(slot: Slot, value: str, node: Node) -> str:
    """The value, which this slot can have: one that it cannot would never be met."""
    yes_no = slot.kind is SlotKind.YES_NO or slot.proves
    fits = value in ("yes", "no") if yes_no else slot.accepts(value)
    if not fits:
        node.refuse(f"{node.name}: {slot.name} is never {value!r}")
    return value


def _slot(node: Node, known: Slot, names: Names) -> Slot:
    fields = node.fields(grammar.SLOT)
    kind = _slot_kind(fields.get("type"))
    expects = (
        fields["expects"].one_of(grammar.EXPECTS, "expectation") if "expects" in fields else None
    )
    slot = replace(
        known,
        kind=kind,
        title=fields["title"].text() if "title" in fields else known.title,
        expects=expects or EXPECTED_OF.get(kind, "open"),
        ask=names.maybe_response(fields.get("ask")),
        reprompts=names.response_list(fields.get("reprompts")),
        confirm=names.maybe_response(fields.get("confirm")),
        confirm_below=fields["confirm_below"].number(0, 1)
        if "confirm_below" in fields
        else known.confirm_below,
        echo=names.maybe_response(fields.get("echo")),
        attempts=fields["attempts"].whole(1, 10) if "attempts" in fields else known.attempts,
        required=flag(fields, "required", known.required),
        keys=flag(fields, "keys", known.keys),
        secret=flag(fields, "secret", known.secret),
        end_key=fields["end_key"].one_of(grammar.KEYS, "key")
        if "end_key" in fields
        else known.end_key,
        choices=_choices(fields["choices"]) if "choices" in fields else (),
        yes_only=frozenset(plain(text) for text in words(fields.get("yes_only"))),
    )
    if kind is SlotKind.CHOICE and not slot.choices:
        node.refuse(f"{node.name}: a choice needs `choices: {{value: key}}`")
    if slot.yes_only and kind is not SlotKind.YES_NO:
        fields["yes_only"].refuse(f"{node.name}: only a slot of type yes_no has `yes_only`")
    slot = _digits(fields["digits"], slot) if "digits" in fields else slot
    slot = _scale(fields["scale"], slot) if "scale" in fields else slot
    slot = _proves(fields["proves"], slot, names) if "proves" in fields else slot
    if slot.secret and (slot.confirm or slot.echo):
        node.refuse(f"{node.name}: a secret is never read back; take out `confirm` and `echo`")
    return slot


def _slot_kind(node: Node | None) -> SlotKind:
    if node is None:
        return SlotKind.TEXT
    return SlotKind(node.one_of([kind.value for kind in SlotKind], "slot type"))


def _choices(node: Node) -> tuple[Choice, ...]:
    return tuple(
        Choice(value, key.one_of(grammar.KEYS, "key")) for value, key in node.fields().items()
    )


def _digits(node: Node, slot: Slot) -> Slot:
    fields = node.fields(grammar.DIGITS)
    low = fields["min"].whole(1, 30) if "min" in fields else 1
    high = fields["max"].whole(low, 30) if "max" in fields else 0
    groups = fields["groups"].items() if "groups" in fields else ()
    luhn = flag(fields, "luhn", False)
    return replace(
        slot,
        min_digits=low,
        max_digits=high,
        luhn=luhn,
        secret=slot.secret or (luhn and high >= CARD[0]),
        groups=tuple(group.whole(1, 10) for group in groups),
        show_last=fields["show_last"].whole(0, 30) if "show_last" in fields else None,
    )


def _scale(node: Node, slot: Slot) -> Slot:
    if slot.kind is not SlotKind.NUMBER:
        node.refuse(f"{node.name}: only a slot of type number has a scale")
    fields = node.fields(grammar.SCALE)
    need(node, fields, *grammar.NEEDED["Scale"])
    low = fields["min"].whole(0, 99)
    high = fields["max"].whole(low + 1, 100)
    return replace(slot, scale=(low, high), max_digits=len(str(high)))


def _proves(node: Node, slot: Slot, names: Names) -> Slot:
    if slot.kind is not SlotKind.DIGITS:
        node.refuse(f"{node.name}: only a slot of type digits proves anything")
    fact = node.one_of(names.given, "fact under `given:`")
    for key, response in names.responses.items():
        if any(fact in PLACEHOLDER.findall(one.text) for one in response.variations):
            node.refuse(f"{node.name}: {key} would tell {{{fact}}} to whoever is asked for it")
    return replace(slot, proves=fact, secret=True)


# Ladders and waiting.


def read_ladder(node: Node, default_queue: str, names: Names) -> Ladder:
    """One ladder."""
    fields = node.fields(grammar.LADDER)
    need(node, fields, *grammar.NEEDED["Ladder"])
    then = fields["then"].one_of([t.value for t in Then], "end") if "then" in fields else "route"
    return Ladder(
        say=names.response_list(fields.get("say")),
        last=names.response(fields["last"]),
        then=Then(then),
        keypad=flag(fields, "keypad", False),
        queue=names.queue(fields["queue"]) if "queue" in fields else default_queue,
    )


def read_waiting(node: Node, names: Names) -> Waiting:
    """What a waiting caller hears."""
    fields = node.fields(grammar.WAITING)
    need(node, fields, *grammar.NEEDED["Waiting"])
    exits = read_exits(fields["exits"]) if "exits" in fields else {}
    if Wish.CALLBACK in exits or "callback_instead" in fields:
        need(node, fields, *grammar.CALLBACK_TEXTS)
    return Waiting(
        **{key: names.response(fields[key]) for key in grammar.WAITING_TEXTS},
        **{key: names.response(fields[key]) for key in grammar.MORE_WAITING_TEXTS if key in fields},
        music=flag(fields, "music", True),
        interval=fields["interval"].number(5, 600) if "interval" in fields else 30.0,
        exits=exits,
    )


def read_exits(node: Node) -> dict[Wish, WayOut]:
    """A waiting caller's ways out."""
    ways: dict[Wish, WayOut] = {}
    for name, body in node.fields([str(wish) for wish in EXITS]).items():
        fields = body.fields(grammar.WAY_OUT)
        key = fields["key"].one_of(grammar.KEYS, "key") if "key" in fields else ""
        if key and key in {way.key for way in ways.values()}:
            fields["key"].refuse(f"{body.name}: key {key} has another meaning already")
        words = [word.text() for word in fields["words"].items()] if "words" in fields else []
        ways[Wish(name)] = WayOut(key, tuple(words))
    return ways


# Keys.


def read_keypad(node: Node, intents: Mapping[str, object], names: Names) -> Keypad:
    """The menus of a keys-only line."""
    fields = node.fields(grammar.KEYPAD)
    need(node, fields, *grammar.NEEDED["Keypad"])
    bodies = fields["menus"].fields()
    menus = {name: _menu(name, body, bodies, intents, names) for name, body in bodies.items()}
    keypad = Keypad(
        start=fields["start"].one_of(menus, "menu"),
        menus=menus,
        invalid=names.maybe_response(fields.get("invalid")) or "",
    )
    return replace(keypad, item=fields["item"].text()) if "item" in fields else keypad


def _menu(
    name: str,
    node: Node,
    menus: Mapping[str, Node],
    intents: Mapping[str, object],
    names: Names,
) -> Menu:
    fields = node.fields(grammar.MENU)
    need(node, fields, *grammar.NEEDED["Menu"])
    actions = []
    for key, body in fields["keys"].fields().items():
        if len(key) != 1 or key not in grammar.KEYS:
            body.refuse(f"{body.name}: a telephone has no key {key!r}")
        actions.append(_action(key, body, menus, intents))
    return Menu(name, names.maybe_response(fields.get("say")), tuple(actions))


def _action(
    key: str, node: Node, menus: Mapping[str, Node], intents: Mapping[str, object]
) -> KeyAction:
    fields = node.fields(grammar.KEY_ACTION)
    if len(fields.keys() & {"intent", "menu", "do"}) != 1:
        node.refuse(f"{node.name} needs one of: intent, menu, do")
    do = fields["do"].one_of([u.value for u in Universal], "action") if "do" in fields else None
    return KeyAction(
        key,
        label=fields["label"].text() if "label" in fields else "",
        intent=fields["intent"].one_of(intents, "intent") if "intent" in fields else None,
        menu=fields["menu"].one_of(menus, "menu") if "menu" in fields else None,
        universal=Universal(do) if do else None,
    )
