"""Reads `conversations/*.yml` of a bot. Every mistake is a `BotError` with its file and line.

conversations:
  - name: a bill that is too high
    kind: complaint
    steps:
      - hears: How can I help you?
      - says: my bill is twice what it was last month
        means: bill_too_high
        hears: [I am sorry, your name]
      - presses: "77421188"
        slots: {account_number: "77421188"}
      - silent: 10
    ends: {transferred: billing, because: policy}
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from kernel.packet import Reason
from voicebot import events
from voicebot.checks.script import (
    START,
    Action,
    Answer,
    Answers,
    CallsAgain,
    Ending,
    Expected,
    HangsUp,
    Place,
    Presses,
    Says,
    Script,
    Silent,
    Step,
    Told,
)
from voicebot.dialogue.flow import Bot, Flow
from voicebot.errors import BotError
from voicebot.hearing import DIGITS
from voicebot.learned import COUNTS
from voicebot.nlu.marked import Node, hint, read_yaml

FOLDER = "conversations"
_ACTIONS = ("says", "presses", "silent", "hangs_up", "calls_again", "queue", "machine")
_BESIDE_SAYS = ("heard_as", "confidence", "speaks")
_EXPECTED = ("hears", "hears_not", "means", "asks", "slots", "does")
_FACTS = ("caller", "caller_name", "line", "keys_only", "language")
_ENDED = ("answered", "abandoned", "goes_on", "transferred")
_TRANSFER = ("because", "intent", "priority", "summary")
_MACHINE: Mapping[str, events.MachineAnswered | events.MachineBeeped] = {
    "answers": events.MachineAnswered(), "beeps": events.MachineBeeped(),
}  # fmt: skip
"""What may stand under `machine:`: what has taken our call, and its tone."""
_QUEUE: Mapping[str, tuple[events.QueueEvent, ...]] = {
    "rings": (events.OfferRinging("o"),),
    "no_answer": (events.OfferRinging("o"), events.OfferFailed("o")),
    "agent": (events.OfferRinging("o"), events.AgentAnswered("o"), events.Bridged("o")),
    "agent_left": (events.AgentLeft("o"),),
    "nobody": (events.Released("nobody"),),
    "failed": (events.Released("failed"),),
}
"""What may stand under `queue:`, beside `{position: …, agents: …}`."""


def nobody_beside(name: str) -> Bot:
    """No bot has another one beside it. Raises BotError."""
    raise BotError(name, None, "there is no bot for another language here")


@dataclass(frozen=True)
class _Cast:
    """What the bots of a conversation know, by name: what a test may name, whichever it is of."""

    flows: tuple[Flow, ...]

    @property
    def languages(self) -> tuple[str, ...]:
        """That are spoken; the first bot's own first."""
        return tuple(flow.language for flow in self.flows)

    def names(self, kind: Callable[[Flow], Iterable[str]]) -> frozenset[str]:
        """Of all flows."""
        return frozenset(name for flow in self.flows for name in kind(flow))


def read_scripts(
    target: Path, flow: Flow, others: Callable[[str], Bot] = nobody_beside
) -> tuple[Script, ...]:
    """The conversations of a bot's folder, or of one file. Raises BotError.

    `others` finds the bots of further languages.
    """
    files = sorted((target / FOLDER).glob("*.y*ml")) if target.is_dir() else [target]
    if not files:
        raise BotError(str(target), None, f"there are no conversations: write {FOLDER}/*.yml")
    return tuple(script for file in files for script in _read(read_yaml(file), flow, others))


def _read(root: Node, flow: Flow, others: Callable[[str], Bot]) -> Iterator[Script]:
    fields = root.fields(("version", "conversations"))
    if "conversations" not in fields:
        root.refuse("there is no `conversations:` list")
    names: dict[str, int] = {}
    for node in fields["conversations"].items():
        script = _script(node, flow, others)
        if script.name in names:
            node.refuse(f"{script.name!r} stands already on line {names[script.name]}")
        names[script.name] = node.line
        yield script


def _script(node: Node, flow: Flow, others: Callable[[str], Bot]) -> Script:
    own = ("name", "kind", "at", "steps", "ends", "outside", "given", "also")
    fields = node.fields((*own, *_FACTS))
    for key in ("name", "steps"):
        if key not in fields:
            node.refuse(f"a conversation needs `{key}:`")
    further = _fields(fields.get("also"))
    also = {language: name.text() for language, name in further.items()}
    beside = (_beside(name, language, others) for language, name in further.items())
    cast = _Cast((flow, *beside))
    steps = tuple(_step(item, cast) for item in fields["steps"].items())
    if not steps:
        node.refuse("the conversation has no steps")
    return Script(
        name=fields["name"].text(),
        kind=fields["kind"].text() if "kind" in fields else "",
        place=_place(node),
        steps=steps,
        ends=_ending(fields["ends"], cast) if "ends" in fields else None,
        starts=_moment(fields["at"]) if "at" in fields else START,
        facts={
            **{
                key: fields[key].flag() if key == "keys_only" else fields[key].text()
                for key in _FACTS
                if key in fields
            },
            **({"given": _given(fields["given"], flow)} if "given" in fields else {}),
        },
        also=also,
        outside=_outside(fields["outside"], cast) if "outside" in fields else {},
    )


def _fields(node: Node | None) -> Mapping[str, Node]:
    return node.fields() if node is not None else {}


def _beside(node: Node, language: str, others: Callable[[str], Bot]) -> Flow:
    """The flow of the bot that is named for callers who speak this language."""
    try:
        flow = others(node.text()).flow
    except BotError as error:
        node.refuse(f"also: {error}")
    if flow.language != language:
        node.refuse(f"also: {node.text()!r} has `language: {flow.language}` in its flow.yml")
    return flow


def _given(node: Node, flow: Flow) -> dict[str, str]:
    """What the campaign knows of the person; the bot must have said that it uses it."""
    for name, value in node.fields().items():
        if name not in flow.given:
            value.refuse(f"{value.name}: flow.yml names no {name!r} under `given:`")
    return {name: value.text() for name, value in node.fields().items()}


def _step(node: Node, cast: _Cast) -> Step:
    fields = node.fields((*_ACTIONS, *_BESIDE_SAYS, *_EXPECTED))
    actions = [key for key in _ACTIONS if key in fields]
    if len(actions) > 1:
        node.refuse(f"a step has one of {', '.join(_ACTIONS)}, not {' and '.join(actions)}")
    for key in _BESIDE_SAYS:
        if key in fields and "says" not in fields:
            fields[key].refuse(f"`{key}` stands beside `says` only")
    if "speaks" in fields:
        fields["speaks"].one_of(cast.languages, "language")
    action = _action(actions[0], fields) if actions else None
    expected = Expected(
        hears=_texts(fields.get("hears")),
        hears_not=_texts(fields.get("hears_not")),
        means=_meaning(fields["means"], cast) if "means" in fields else None,
        asks=fields["asks"].text() if "asks" in fields else None,
        slots=_slots(fields.get("slots"), cast),
        does=_texts(fields["does"]) if "does" in fields else None,
    )
    return Step(_place(node), action, expected)


def _action(key: str, fields: Mapping[str, Node]) -> Action:
    node = fields[key]
    match key:
        case "says":
            sure = fields["confidence"].number(0, 1) if "confidence" in fields else 1.0
            heard = fields["heard_as"].text() if "heard_as" in fields else ""
            speaks = fields["speaks"].text() if "speaks" in fields else ""
            return Says(node.text(), heard, sure, speaks)
        case "presses":
            if not node.text() or set(node.text()) - DIGITS:
                node.refuse(f"keys are 0 to 9, * and #, not {node.text()!r}")
            return Presses(node.text())
        case "silent":
            return Silent(node.number(0, 3600))
        case "calls_again":
            return CallsAgain(node.number(0, 86400))
        case "hangs_up":
            if not node.flag():
                node.refuse("`hangs_up: true`, or leave it out")
            return HangsUp()
        case "machine":
            return Told((_MACHINE[node.one_of(_MACHINE, "machine")],))
    return Told(_queue(node))


def _queue(node: Node) -> tuple[events.QueueEvent, ...]:
    if node.is_mapping():
        fields = node.fields(("position", "agents"))
        if "position" not in fields:
            node.refuse("queue: there is no `position:`")
        position = fields["position"].whole(1, 9999)
        agents = fields["agents"].whole(0, 9999) if "agents" in fields else 1
        return (events.PositionTold(position, position, agents),)
    return _QUEUE[node.one_of(_QUEUE, "event of the queue")]


def _meaning(node: Node, cast: _Cast) -> str:
    """An intent, or `answer:<slot>`."""
    kind, colon, slot = node.text().partition(":")
    if colon:
        if kind != "answer" or slot not in cast.names(lambda flow: flow.slots):
            node.refuse(f"means: there is no slot {slot!r}; write an intent or answer:<slot>")
        return node.text()
    return node.one_of({*cast.names(lambda flow: flow.intents), "out_of_scope"}, "intent")


def _ending(node: Node, cast: _Cast) -> Ending:
    if not node.is_mapping():
        return Ending(_place(node), node.one_of(_ENDED, "end"))
    fields = node.fields(("transferred", "result", "slots", *_TRANSFER))
    if "transferred" not in fields and ("result" not in fields or fields.keys() & {*_TRANSFER}):
        node.refuse(
            f"ends: write {', '.join(_ENDED[:3])}, {{transferred: queue, …}} or {{result: …}}"
        )
    priority = fields["priority"].number(0, 86400) if "priority" in fields else None
    handed = "transferred" in fields
    return Ending(
        _place(node),
        "transferred" if handed else "",
        queue=fields["transferred"].one_of(cast.names(lambda flow: flow.queues), "queue")
        if handed
        else None,
        result=_one_of(
            fields.get("result"), (*cast.names(lambda flow: flow.results), *COUNTS), "result"
        ),
        because=_one_of(fields.get("because"), get_args(Reason), "reason"),
        intent=_one_of(fields.get("intent"), cast.names(lambda flow: flow.intents), "intent"),
        priority=priority,
        summary=fields["summary"].text() if "summary" in fields else None,
        slots=_slots(fields.get("slots"), cast),
    )


def _outside(node: Node, cast: _Cast) -> dict[str, Answers]:
    """What is answered to each lookup and custom action; a list: one after the other."""
    known = cast.names(lambda flow: flow.lookups) | cast.names(lambda flow: flow.custom_actions)
    found: dict[str, Answers] = {}
    for name, body in node.fields().items():
        if name not in known:
            body.refuse(f"outside: the bot does no {name!r}{hint(name, known)}")
        items = list(body.items()) if body.is_list() else [body]
        found[name] = tuple(_answer(item) for item in items)
    return found


def _answer(node: Node) -> Answer | None:
    if not node.is_mapping():
        node.one_of(("fails",), "answer (`fails`, or {status: …, json: …})")
        return None
    fields = node.fields(("status", "json"))
    status = fields["status"].whole(100, 599) if "status" in fields else 200
    return Answer(status, fields["json"].value() if "json" in fields else None)


def _one_of(node: Node | None, allowed: Collection[str], what: str) -> str | None:
    return node.one_of(allowed, what) if node is not None else None


def _slots(node: Node | None, cast: _Cast) -> dict[str, str | None]:
    """Values by slot; `~` or nothing says that it must not be known."""
    found: dict[str, str | None] = {}
    for name, value in (node.fields() if node is not None else {}).items():
        Node(value.file, value.key or value.node, "slots").one_of(
            cast.names(lambda flow: flow.slots), "slot"
        )
        found[name] = None if value.is_null() else value.text()
    return found


def _texts(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(item.text() for item in node.items()) if node.is_list() else (node.text(),)


def _moment(node: Node) -> float:
    try:
        moment = datetime.datetime.fromisoformat(node.text())
    except ValueError:
        node.refuse(f"at: {node.text()!r} is no moment such as 2026-11-23T08:00")
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()


def _place(node: Node) -> Place:
    return Place(node.file, node.line)
