"""Reads `rules:` of a Rasa project: an intent that is answered, a form's beginning and its end.

A form asks for its slots; then custom actions do what is to be done, or, where there are none, a
person takes the call with what was learned. Rules of any other shape are refused with the step that
is too much.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from voicebot.dialogue.flow import Answer, Route
from voicebot.dialogue.rasa_forms import Form
from voicebot.dialogue.read_parts import Names
from voicebot.nlu.marked import Node, hint

_SHAPES = (
    "a rule is an intent and its actions; an intent, a form and its `active_loop`; or, with the "
    "condition `active_loop`, a form, `active_loop: null` and the actions at its end"
)
_BEGUN = ("intent", "action", "active_loop")
_ENDED = ("action", "active_loop")
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


@dataclass(frozen=True)
class _Actions:
    """What a rule does, in order."""

    before: tuple[str, ...] = ()
    """Responses, before anything is done."""
    do: tuple[str, ...] = ()
    """Custom actions."""
    behind: str | None = None
    """A response, when they are done."""

    def one_before(self, place: Node) -> str | None:
        """The one response before, if there is one; a second one is refused."""
        if len(self.before) > 1:
            place.refuse(f"{place.name}: {self.before[1]} is one response too many here; make both "
                         "one")  # fmt: skip
        return self.before[0] if self.before else None


class Rules:
    """The rules of all files, gathered one by one."""

    def __init__(self, forms: dict[str, Form], names: Names) -> None:
        self._forms = forms
        self._responses = names.responses
        self._actions = names.actions
        self._queue = names.default_queue
        self._begun: dict[str, tuple[Node, Form]] = {}
        self._ends: dict[str, _Actions] = {}
        self._answered: dict[str, Rule] = {}
        self.remarks: list[str] = []
        """What is not used, a line each."""

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
                for intent in _any_of(steps, place):
                    self._begin(place, [intent, *steps[1:]])

    def by_intent(self) -> dict[str, Rule]:
        """Intent → its rule."""
        forms = {
            name: Rule(node, self._collected(form)) for name, (node, form) in self._begun.items()
        }
        return self._answered | forms

    def unused(self) -> list[str]:
        """The remarks, and the forms that no rule begins."""
        begun = {form.name for _, form in self._begun.values()}
        idle = [form for name, form in self._forms.items() if name not in begun]
        return [*self.remarks, *map(_not_begun, idle)]

    def _begin(self, place: Node, steps: list[Step]) -> None:
        form_begins = len(steps) > 2 and steps[2][0] == "active_loop"
        _check_shape(place, steps, _BEGUN if form_begins else ("intent", "action"), more=True)
        intent, action = steps[0][1], steps[1][1]
        name = intent.text()
        if name in _SAID_BY:
            where = f"{intent.file}:{intent.line}: {place.name}"
            self.remarks.append(f"{where} is not used: {_SAID_BY[name]}")
            return
        if name in self._answered or name in self._begun:
            intent.refuse(f"{place.name}: another rule has the intent {name!r} already")
        if not form_begins:
            self._answered[name] = Rule(intent, self._answer(place, steps[1:]))
            return
        _check_shape(place, steps, _BEGUN)
        form = self._form(place, action)
        _check_loop(place, steps[2][1], form.name)
        self._begun[name] = (intent, form)

    def _end(self, place: Node, condition: Node, steps: list[Step]) -> None:
        conditions = [_step(item, place) for item in condition.items()]
        _check_shape(replace(condition, name=place.name), conditions, ("active_loop",))
        form = self._form(place, conditions[0][1])
        steps = [step for step in steps if not _is_no_request(step)]
        _check_shape(place, steps, (*_ENDED, "action"), more=True)
        if steps[0][1].text() != form.name:
            steps[0][1].refuse(f"{place.name}: {_SHAPES}")
        _check_loop(place, steps[1][1], None)
        if form.name in self._ends:
            place.refuse(f"{place.name}: another rule ends the form {form.name!r} already")
        self._ends[form.name] = self._in_order(place, steps[len(_ENDED) :])

    def _answer(self, place: Node, steps: list[Step]) -> Answer | Route:
        said = self._in_order(place, steps)
        if not said.do:
            first, *others = said.before
            return Answer(first, tuple(others))
        before = said.one_before(place)
        return Route(self._queue, say=before, do=said.do, stays=True, answer=said.behind)

    def _collected(self, form: Form) -> Route:
        """A form, and what its end does."""
        route = Route(self._queue, ask=form.slots, validate=form.validate)
        end = self._ends.get(form.name)
        if end is None:
            return route
        before = end.one_before(form.place)
        if not end.do:
            return replace(route, handover=before)
        if before:
            form.place.refuse(f"at the end of the form {form.name!r} {before} stands before an "
                              "action; say it behind, or in the action")  # fmt: skip
        return replace(route, do=end.do, stays=True, answer=end.behind)

    def _in_order(self, place: Node, steps: list[Step]) -> _Actions:
        """Responses, then custom actions, then at most one response more."""
        found = _Actions()
        for key, node in steps:
            if key != "action":
                node.refuse(f"{place.name}: `{key}` is not supported here; {_SHAPES}")
            name = node.text()
            custom = name in self._actions and name not in self._responses
            if found.behind is not None:
                node.refuse(f"{place.name}: nothing may follow {found.behind}")
            if custom:
                found = replace(found, do=(*found.do, name))
            elif found.do:
                found = replace(found, behind=self._response(place, node))
            else:
                found = replace(found, before=(*found.before, self._response(place, node)))
        return found

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
        near = hint(key, self._actions)
        node.refuse(f"{place.name}: the domain has no action {key!r}{near}")


def _not_begun(form: Form) -> str:
    return f"{form.place.file}:{form.place.line}: no rule begins the form {form.name!r}; not used"


def _step(item: Node, place: Node) -> Step:
    fields = item.fields()
    (key, value), *more = fields.items() or [("", item)]
    for name, node in more:
        node.refuse(f"{place.name}: `{name}` beside `{key}` is not supported")
    return key, value


def _any_of(steps: list[Step], place: Node) -> list[Step]:
    """The first step, or each that its `or` lists."""
    if steps and steps[0][0] == "or":
        return [_step(item, place) for item in steps[0][1].items()]
    return steps[:1] or [("", place)]


def _check_shape(
    place: Node, steps: list[Step], shape: tuple[str, ...], more: bool = False
) -> None:
    """`more`: whether further steps may follow, to be looked at by somebody else."""
    for (key, node), wanted in zip(steps, shape, strict=False):
        if key != wanted:
            node.refuse(f"{place.name}: `{key}` is not supported here; {_SHAPES}")
    if len(steps) > len(shape) and not more:
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
