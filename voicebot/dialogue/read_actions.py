"""Reads `lookups:` of flow.yml, and what an intent does before it is answered."""

from __future__ import annotations

from collections.abc import Mapping

from voicebot.dialogue import grammar
from voicebot.dialogue.lookups import Lookup, path_problem, template_problem, url_problem
from voicebot.dialogue.read_parts import Names, need
from voicebot.nlu.marked import Node, hint

LONGEST = 20.0
"""Seconds that a caller waits at most for a lookup with all its tries."""


def read_lookups(node: Node | None, names: Names) -> dict[str, Lookup]:
    """Every lookup. Raises BotError."""
    bodies = node.fields() if node is not None else {}
    return {name: _lookup(name, body, names) for name, body in bodies.items()}


def _lookup(name: str, node: Node, names: Names) -> Lookup:
    fields = node.fields(grammar.LOOKUP)
    need(node, fields, *grammar.NEEDED["Lookup"])
    post = "method" in fields and fields["method"].one_of(("GET", "POST"), "method") == "POST"
    if "body" in fields and not post:
        fields["body"].refuse(f"{node.name}: `body` stands beside `method: POST`")
    url = fields["url"]
    _refuse(url, url_problem(url.text(), names.slots))
    lookup = Lookup(
        name=name,
        url=url.text(),
        slots=_paths(fields.get("slots"), names),
        method="POST" if post else "GET",
        body=_templates(fields.get("body"), names, secrets=False),
        headers=_templates(fields.get("headers"), names, secrets=True),
        timeout=fields["timeout"].number(0.1, 10) if "timeout" in fields else 3.0,
        retries=fields["retries"].whole(0, 3) if "retries" in fields else 0,
        meanwhile=names.maybe_response(fields.get("meanwhile")),
        on_nothing=names.maybe_response(fields.get("on_nothing")),
        on_failure=names.maybe_response(fields.get("on_failure")),
    )
    if lookup.timeout * (1 + lookup.retries) > LONGEST:
        node.refuse(f"{node.name}: with all its tries it would take more than {LONGEST:g} s")
    return lookup


def _paths(node: Node | None, names: Names) -> dict[str, str]:
    paths = {}
    for slot, path in node.fields().items() if node is not None else ():
        if slot not in names.slots:
            near = hint(slot, names.slots)
            path.refuse(f"{path.name}: {names.domain_file} has no slot {slot!r}{near}")
        _refuse(path, path_problem(path.text()))
        paths[slot] = path.text()
    return paths


def _templates(node: Node | None, names: Names, secrets: bool) -> dict[str, str]:
    templates = {}
    for key, template in node.fields().items() if node is not None else ():
        _refuse(template, template_problem(template.text(), names.slots, secrets))
        templates[key] = template.text()
    return templates


def _refuse(node: Node, problem: str) -> None:
    if problem:
        node.refuse(f"{node.name}: {problem}")


def read_do(fields: Mapping[str, Node], names: Names) -> tuple[str, ...]:
    """The lookups and custom actions beside an intent, in order. Raises BotError."""
    items = list(fields["do"].items()) if "do" in fields else []
    if "action" in fields:
        items.append(fields["action"])
    return tuple(_known(item, names) for item in items)


def _known(item: Node, names: Names) -> str:
    name = item.text()
    if name not in names.lookups and name not in names.actions:
        near = hint(name, [*names.lookups, *names.actions])
        where = f"neither in `lookups:` nor in `actions:` of {names.domain_file}"
        item.refuse(f"{item.name}: {name!r} is {where}{near}")
    return name
