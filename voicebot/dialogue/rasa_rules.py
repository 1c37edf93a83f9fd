"""Reads `rules:` of a Rasa project: an intent that is answered, a form's beginning and its end.

A form asks for its slots, and then a person takes the call with what was learned: nothing else
here can be done with it. Rules of any other shape are refused with the step that is too much.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from voicebot.dialogue.flow import Answer, Route
from voicebot.dialogue.rasa_forms import Form
from voicebot.nlu.marked import Node, hint

_SHAPES = (
    "a rule is an intent and one utter_ action; an intent, a form and its `active_loop`; "
    "or, with the condition `active_loop`, a form, `active_loop: null` and one utter_ action"
)
_ANSWERED = ("intent", "action")
_BEGUN = ("intent", "action", "active_loop")
_ENDED = ("action", "active_loop", "action")
_SAID_BY = {
    "nlu_fallback": "`ladder.no_match` of flow.yml says what follows when nothing was understood",
    "out_of_scope": "`bot.out_of_scope` of flow.yml is said then",
}
Step = tuple[str, Node]


@dataclass(frozen=True)
class Rule:
    """What is done about an intent."""

    intent: Node
    does: Answer | Route


class Rules:
    """The rules of all files, gathered one by one."""

    def __init__(self, forms: dict[str, Form], responses: Collection[str], queue: str) -> None:
        self._forms = forms
        self._responses = responses
        self._queue = queue
        self._begun: dict[str, tuple[Node, Form]] = {}
        self._ends: dict[str, str] = {}
        self._answered: dict[str, Rule] = {}

    def read(self, rules: Iterable[Node]) -> None:
        """Take the items of one file's `rules:`. Raises BotError."""
        for node in rules:
            fields = node.fields()
            for key in ("rule", "steps"):
                if key not in fields:
                    node.refuse(f"a rule needs `{key}`")
            place = replace(node, name=f"rule {fields['rule'].text()!r}")
            for key, value in fields.items():
                if key not in ("rule", "steps", "condition"):
                    value.refuse(f"{place.name}: `{key}` is not supported")
            steps = [_step(item, place) for item in fields["steps"].items()]
            if "condition" in fields:
                self._end(place, fields["condition"], steps)
            else:
                self._begin(place, steps)

    def by_intent(self) -> dict[str, Rule]:
        """Intent → its rule."""
        forms = {
            name: Rule(node, Route(self._queue, ask=form.slots, handover=self._ends.get(form.name)))
            for name, (node, form) in self._begun.items()
        }
        return self._answered | forms

    def idle_forms(self) -> list[Form]:
        """Forms that no rule begins."""
        begun = {form.name for _, form in self._begun.values()}
        return [form for name, form in self._forms.items() if name not in begun]

    def _begin(self, place: Node, steps: list[Step]) -> None:
        _check_shape(place, steps, _BEGUN if len(steps) > len(_ANSWERED) else _ANSWERED)
        intent, action = steps[0][1], steps[1][1]
        name = intent.text()
        if name in _SAID_BY:
            intent.refuse(f"{place.name}: take it out; {_SAID_BY[name]}")
        if name in self._answered or name in self._begun:
            intent.refuse(f"{place.name}: another rule has the intent {name!r} already")
        if len(steps) == len(_ANSWERED):
            self._answered[name] = Rule(intent, Answer(self._response(place, action)))
            return
        form = self._form(place, action)
        _check_loop(place, steps[2][1], form.name)
        self._begun[name] = (intent, form)

    def _end(self, place: Node, condition: Node, steps: list[Step]) -> None:
        conditions = [_step(item, place) for item in condition.items()]
        _check_shape(replace(condition, name=place.name), conditions, ("active_loop",))
        form = self._form(place, conditions[0][1])
        steps = [step for step in steps if not _is_no_request(step)]
        _check_shape(place, steps, _ENDED)
        if steps[0][1].text() != form.name:
            steps[0][1].refuse(f"{place.name}: {_SHAPES}")
        _check_loop(place, steps[1][1], None)
        if form.name in self._ends:
            place.refuse(f"{place.name}: another rule ends the form {form.name!r} already")
        self._ends[form.name] = self._response(place, steps[2][1])

    def _form(self, place: Node, node: Node) -> Form:
        name = node.text()
        if name not in self._forms:
            node.refuse(f"{place.name}: there is no form {name!r}{hint(name, self._forms)}")
        return self._forms[name]

    def _response(self, place: Node, node: Node) -> str:
        key = node.text()
        if key in self._responses:
            return key
        if key in self._forms:
            node.refuse(f"{place.name}: behind the form {key!r} stands `active_loop: {key}`")
        if key.startswith("utter_"):
            near = hint(key, self._responses)
            node.refuse(f"{place.name}: the domain has no response {key!r}{near}")
        node.refuse(
            f"{place.name}: the action {key!r} is not supported: no action server is called"
        )


def _step(item: Node, place: Node) -> Step:
    fields = item.fields()
    (key, value), *more = fields.items() or [("", item)]
    for name, node in more:
        node.refuse(f"{place.name}: `{name}` beside `{key}` is not supported")
    return key, value


def _check_shape(place: Node, steps: list[Step], shape: tuple[str, ...]) -> None:
    for (key, node), wanted in zip(steps, shape, strict=False):
        if key != wanted:
            node.refuse(f"{place.name}: `{key}` is not supported here; {_SHAPES}")
    if len(steps) > len(shape):
        key, node = steps[len(shape)]
        node.refuse(f"{place.name}: a second `{key}` is not supported; {_SHAPES}")
    if len(steps) < len(shape):
        place.refuse(f"{place.name}: `{shape[len(steps)]}` is missing; {_SHAPES}")


def _check_loop(place: Node, node: Node, form: str | None) -> None:
    found = None if node.is_null() else node.text()
    if found != form:
        node.refuse(f"{place.name}: `active_loop` should be {form or 'null'} here")


def _is_no_request(step: Step) -> bool:
    """`slot_was_set: [requested_slot: null]`, which follows from the form's end."""
    key, node = step
    if key != "slot_was_set" or not node.is_list():
        return False
    slots = [item.fields() for item in node.items() if item.is_mapping()]
    return bool(slots) and all(
        name == "requested_slot" and value.is_null()
        for fields in slots
        for name, value in fields.items()
    )
