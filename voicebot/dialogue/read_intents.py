"""Reads `intents:` of flow.yml: what is done about each intent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from voicebot.dialogue import grammar
from voicebot.dialogue.flow import Answer, Doing, FollowUp, Intent, Route, Universal
from voicebot.dialogue.rasa_rules import Rules
from voicebot.dialogue.read_actions import read_do
from voicebot.dialogue.read_parts import Names, flag, possible, words
from voicebot.dialogue.responses import PLACEHOLDER, VARIABLES
from voicebot.errors import BotError
from voicebot.nlu.marked import Node, hint
from voicebot.nlu.training import OUT_OF_SCOPE


def read_intents(bodies: Mapping[str, Node], names: Names, rules: Rules) -> dict[str, Intent]:
    """Every intent of the flow and of the rules; each of the domain's must be among them."""
    ruled = rules.by_intent()
    intents: dict[str, Intent] = {}
    carried: dict[Universal, str] = {}
    for name, body in bodies.items():
        intents[name] = _intent(name, body, {**bodies, **ruled}, names)
        if not intents[name].internal:
            _check_trained(name, body, names)
        universal = intents[name].universal
        if universal is not None and carried.setdefault(universal, name) != name:
            body.refuse(f"{body.name}: {carried[universal]!r} is already `{universal.value}`")
    for name, rule in ruled.items():
        _check_trained(name, rule.intent, names)
        if name in bodies:
            there = f"{bodies[name].file}:{bodies[name].line}"
            rule.intent.refuse(f"the intent {name!r} is also in {there}; take one of them out")
        intents[name] = Intent(name, name.replace("_", " "), rule.does)
    for name, line in names.domain_intents.items():
        if name not in intents and name != OUT_OF_SCOPE:
            raise BotError(
                names.domain_file, line, f"neither flow.yml nor a rule does anything about {name!r}"
            )
    return intents


def _check_trained(name: str, body: Node, names: Names) -> None:
    if name not in names.domain_intents:
        near = hint(name, names.domain_intents)
        body.refuse(f"the intent {name!r} is not in {names.domain_file}; add it there{near}")
    if name not in names.trained:
        body.refuse(
            f"the intent {name!r} was never trained: it has no sentences; "
            f"add some to {names.nlu_file}"
        )


def _intent(name: str, node: Node, every: Collection[str], names: Names) -> Intent:
    fields = node.fields(grammar.PARTS["Intent"])
    universal = fields["universal"].one_of([u.value for u in Universal], "universal word") if (
        "universal" in fields
    ) else None  # fmt: skip
    doing = [key for key in grammar.DOING if key in fields]
    if len(doing) > 1 or (not doing and universal is None):
        node.refuse(f"{node.name} needs one of: {', '.join(grammar.DOING)}; or `universal`")
    for key, value in fields.items():
        if key not in (*grammar.ANY_INTENT, *doing) and key not in _allowed_beside(doing):
            value.refuse(f"{value.name} has no meaning here, only beside `{_owner(key)}`")
    title = fields["title"].text() if "title" in fields else name.replace("_", " ")
    does = _does(doing[0], fields, every, names) if doing else None
    carried = Universal(universal) if universal else None
    result = fields["result"].one_of(names.results, "result") if "result" in fields else ""
    once = flag(fields, "irreversible", False), flag(fields, "internal", False)
    return Intent(name, title, does, carried, *once, result)


def _allowed_beside(doing: list[str]) -> Collection[str]:
    return grammar.BESIDE[doing[0]] if doing else ()


def _owner(key: str) -> str:
    return "` or `".join(doing for doing, keys in grammar.BESIDE.items() if key in keys)


def _does(doing: str, fields: Mapping[str, Node], every: Collection[str], names: Names) -> Doing:
    if doing == "follow_up_of":
        return FollowUp(fields[doing].one_of(every, "intent"))
    if doing == "route":
        return _route(fields, every, names)
    if doing == "collect":
        return _collect(fields, every, names)
    if doing == "action" or fields.keys() & grammar.ASKING.keys():
        return _task(fields, names)
    follow_up = fields["follow_up"].items() if "follow_up" in fields else ()
    return Answer(
        say=names.response(fields["answer"]),
        follow_up=tuple(item.one_of(names.slots, "slot") for item in follow_up),
        small_talk=flag(fields, "small_talk", False),
        hang_up=flag(fields, "hang_up", False),
        interruptible=flag(fields, "interruptible", True),
    )


def _collect(fields: Mapping[str, Node], every: Collection[str], names: Names) -> Route:
    """The same, on a call that then ends, or goes on by the answers."""
    return replace(
        _task(fields, names), answer=names.response(fields["collect"]), ends=True,
        branch=_branch(fields.get("branch"), every, names), forget=_forget(fields, names),
    )  # fmt: skip


def _forget(fields: Mapping[str, Node], names: Names) -> tuple[str, ...]:
    slots = fields["forget"].items() if "forget" in fields else ()
    return tuple(item.one_of(names.slots, "slot") for item in slots)


def _branch(node: Node | None, every: Collection[str], names: Names) -> dict[str, dict[str, str]]:
    """Slot → value → intent; a value that the slot cannot have would never be met."""
    ways: dict[str, dict[str, str]] = {}
    for name, body in node.fields().items() if node is not None else ():
        if name not in names.slots:
            body.refuse(f"{body.name}: no slot is called {name!r}{hint(name, names.slots)}")
        ways[name] = {
            possible(names.slots[name], value, to): to.one_of(every, "intent")
            for value, to in body.fields().items()
        }
    return ways


def _route(fields: Mapping[str, Node], every: Collection[str], names: Names) -> Route:
    return Route(
        queue=names.queue(fields["route"]),
        head_start=fields["head_start"].number(0, 86400) if "head_start" in fields else 0.0,
        required=frozenset(words(fields.get("required"))),
        preferred=frozenset(words(fields.get("preferred"))),
        say=names.maybe_response(fields.get("say")),
        ask=_asked(fields.get("ask"), names),
        confirm=names.maybe_response(fields.get("confirm")),
        handover=names.maybe_response(fields.get("handover")),
        summary=_template(fields.get("summary"), names),
        emergency=flag(fields, "emergency", False),
        refer=fields["refer"].one_of(names.houses, "house") if "refer" in fields else "",
        do=read_do(fields, names),
        branch=_branch(fields.get("branch"), every, names),
        forget=_forget(fields, names),
        task=flag(fields, "task", False),
    )


def _task(fields: Mapping[str, Node], names: Names) -> Route:
    """What the bot does itself: asks, does, answers. A person comes where it fails."""
    for key in fields.keys() & grammar.ANSWER.keys():
        fields[key].refuse(f"{fields[key].name} has no meaning beside `ask` or `do`")
    return Route(
        queue=names.default_queue,
        say=names.maybe_response(fields.get("say")),
        ask=_asked(fields.get("ask"), names),
        confirm=names.maybe_response(fields.get("confirm")),
        do=read_do(fields, names),
        stays=True,
        answer=names.maybe_response(fields.get("answer")),
    )


def _asked(node: Node | None, names: Names) -> tuple[str, ...]:
    slots = []
    for item in node.items() if node is not None else ():
        slot = item.one_of(names.slots, "slot")
        if names.slots[slot].ask is None:
            item.refuse(f"the slot {slot!r} has no `ask:` under `slots:`; add its question there")
        slots.append(slot)
    return tuple(slots)


def _template(node: Node | None, names: Names) -> str:
    if node is None:
        return ""
    for name in PLACEHOLDER.findall(node.text()):
        if name not in names.slots and name not in VARIABLES:
            node.refuse(f"{node.name}: no slot is called {name!r}{hint(name, names.slots)}")
    return node.text()
