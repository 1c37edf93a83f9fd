"""Makes the pages that follow from the code: `make docs`. A test fails when one is not current."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel, TypeAdapter

from centralino.config.model import Config
from centralino.config.section import Name, Section
from kernel.codec import name_of
from kernel.machine import Machine
from kernel.packet import Packet
from voicebot.dialogue import flow, grammar, lookups
from voicebot.dialogue.waiting_texts import Waiting
from voicebot.leaving import WayOut

DOCS = Path(__file__).parent
ROOMS = ("kernel", "telephony", "voicebot", "acd", "outbound", "contacts", "centralino")
MADE = "<!-- Made by docs/make.py from {source}: change that, then `make docs`. -->\n"
Json = dict[str, Any]
NAME_PATTERN = TypeAdapter(Name).json_schema()["pattern"]


def pages() -> dict[str, str]:
    """Every made file of docs/ with its text."""
    return {
        "configuration.md": configuration(),
        "packet.schema.json": json.dumps(packet_schema(), indent=2, ensure_ascii=False) + "\n",
        "flow.schema.json": json.dumps(flow_schema(), indent=2, ensure_ascii=False) + "\n",
        "diagrams.md": diagrams(),
    }


# What stands under the fields of a class, as it is written there.


def words(cls: type) -> dict[str, str]:
    """Field → the string beneath it. One without a string has no entry."""
    node = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(node, ast.ClassDef)
    found = {}
    for field, below in zip(node.body, node.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            value = below.value if isinstance(below, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found[field.target.id] = " ".join(value.value.split())
    return found


# The configuration.


def configuration() -> str:
    """docs/configuration.md."""
    schema = Config.model_json_schema()
    tables = dict(_tables())
    parts = [
        MADE.format(source="centralino/config/model.py"),
        CONFIGURATION_HEAD,
        "## Before the first table\n",
        _keys(Config, _plain(Config), schema["properties"]),
    ]
    for key, (cls, many) in tables.items():
        title = f"[[{key}]]" if many else f"[{key}]"
        parts += [f"\n## `{title}`\n", f"{_doc(cls)}\n"]
        parts.append(_keys(cls, _plain(cls), schema["$defs"][cls.__name__]["properties"]))
    parts += ["\n## What the lists hold without a file\n", DEFAULT_LISTS_HEAD, _default_lists()]
    return "\n".join(parts)


CONFIGURATION_HEAD = """\
# Configuration
One TOML file, given with `-c`: `centralino serve -c centralino.toml`. Every key has a default that
works, so the file holds only what differs. A key that is not known, a wrong type or a wrong value
is refused at start with file, line and key. Relative paths begin at the folder in which the
program is started. Times are in seconds. A *name* has letters, digits, `_`, `.` and `-`, 64 at
most.

A list of tables that the file has replaces the default list as a whole: with one `[[trunks]]` of
your own, the trunk `local` is gone unless you write it too. Secrets never stand in this file; it
names the files that hold them.
"""
DEFAULT_LISTS_HEAD = "Keys at their own default are left out.\n"


def _tables(
    of: type[Section] = Config, under: str = ""
) -> list[tuple[str, tuple[type[Section], bool]]]:
    """Key → its table's class and whether there may be many, those within others behind them."""
    found: list[tuple[str, tuple[type[Section], bool]]] = []
    for key, field in of.model_fields.items():
        kind = field.annotation
        inner = getattr(kind, "__args__", (None,))[0]
        many = isinstance(inner, type) and issubclass(inner, Section)
        table = inner if many else kind
        if isinstance(table, type) and issubclass(table, Section):
            found.append((f"{under}{key}", (table, many)))
            found += _tables(table, f"{under}{key}.")
    return found


def _plain(cls: type[Section]) -> list[str]:
    """Keys of a table that are no tables themselves."""
    tables = dict(_tables(cls))
    return [key for key in cls.model_fields if key not in tables]


def _doc(cls: type) -> str:
    return " ".join((cls.__doc__ or "").split())


def _keys(cls: type[BaseModel], keys: list[str], schemas: Json) -> str:
    meanings = words(cls)
    rows = ["| key | kind | default | meaning |", "|---|---|---|---|"]
    for key in keys:
        field = cls.model_fields[key]
        default = "**needed**" if field.is_required() else f"`{_toml(field.default)}`"
        if not field.is_required() and field.default is None:
            default = "none"
        cells = (f"`{key}`", _kind(schemas[key]), default, meanings.get(key, ""))
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


def _kind(schema: Json) -> str:
    """A key's JSON schema in a few words."""
    if "anyOf" in schema:
        return _kind(next(option for option in schema["anyOf"] if option.get("type") != "null"))
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "prefixItems" in schema:
        return f"{len(schema['prefixItems'])} × {_kind(schema['prefixItems'][0])}"
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if schema.get("type") == "object":
        kinds = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
        return f"table of {_kind(kinds[0])}"
    return _scalar(schema)


def _scalar(schema: Json) -> str:
    kind = str(schema.get("format", schema["type"]))
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"{kind}, {low} to {high}"
    if low is not None:
        return f"{kind}, {low:g} or more"
    if schema.get("pattern") == NAME_PATTERN:
        return "name"
    if "pattern" in schema:
        return f"{kind} like `{schema['pattern']}`"
    return kind


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(str(value), ensure_ascii=False)


def _default_lists() -> str:
    lines = ["```toml"]
    for key, (_, many) in _tables():
        for entry in Config.model_fields[key].default if many and "." not in key else ():
            lines.append(f"[[{key}]]")
            values = entry.model_dump(exclude_defaults=True)
            lines += [f"{name} = {_toml(value)}" for name, value in values.items()] + [""]
    return "\n".join(lines).rstrip() + "\n```\n"


# The hand-off packet.


def packet_schema() -> Json:
    """What `GET /api/packets/{token}` answers with: the packet in its envelope."""
    body = TypeAdapter(Packet).json_schema(ref_template="#/$defs/{model}")
    classes = vars(importlib.import_module("kernel.packet"))
    definitions: Json = body.pop("$defs")
    definitions["Packet"] = body
    for name, definition in definitions.items():
        for field, meaning in words(classes[name]).items():
            definition["properties"][field]["description"] = meaning
    kind, version = name_of(Packet)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Made by docs/make.py from kernel/packet.py. Unknown fields are to be ignored.",
        "title": "The hand-off packet",
        "type": "object",
        "properties": {
            "type": {"const": kind},
            "v": {"const": version},
            "body": {"$ref": "#/$defs/Packet"},
        },
        "required": ["type", "v", "body"],
        "$defs": definitions,
    }


# A bot's flow.yml.


def flow_schema() -> Json:
    """What editors complete and mark flow.yml with."""
    meanings = {name: words(cls) for name, cls in FLOW_CLASSES.items()}
    meanings["Intent"] |= words(flow.Route) | words(flow.Answer)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Made by docs/make.py from voicebot/dialogue/grammar.py.",
        "title": "What a bot does: flow.yml",
        **grammar.schema(meanings),
    }


FLOW_CLASSES = {
    "Flow": flow.Flow,
    "Bot": flow.Flow,
    "OtherHouse": flow.OtherHouse,
    "WayOut": WayOut,
    "Slot": flow.Slot,
    "Lookup": lookups.Lookup,
    "Intent": flow.Intent,
    "Ladder": flow.Ladder,
    "Ladders": flow.Flow,
    "Waiting": Waiting,
    "Keypad": flow.Keypad,
    "Menu": flow.Menu,
    "KeyAction": flow.KeyAction,
}


# The state machines.


def machines() -> list[tuple[str, Machine[Any]]]:
    """Every state table of the code, with the file in which it stands."""
    found = []
    for room in ROOMS:
        for path in sorted((DOCS.parent / room).rglob("*.py")):
            if re.search(r"\bMachine(\[\w+\])?\($", path.read_text(), re.M):
                file = path.relative_to(DOCS.parent).as_posix()
                found += [(file, machine) for machine in _in(_module(file))]
    return found


def _module(file: str) -> ModuleType:
    return importlib.import_module(file.removesuffix(".py").replace("/", "."))


def _in(module: ModuleType) -> list[Machine[Any]]:
    return [value for value in vars(module).values() if isinstance(value, Machine)]


def diagrams() -> str:
    """docs/diagrams.md."""
    parts = [MADE.format(source="the state tables"), DIAGRAMS_HEAD]
    for file, machine in machines():
        parts.append(f"## {machine.name[:1].upper()}{machine.name[1:]}\n")
        parts.append(f"`{file}`. {_doc(_states(machine))}\n")
        parts.append(f"```mermaid\n{machine.mermaid()}```\n")
    return "\n".join(parts)


def _states(machine: Machine[Any]) -> type:
    return type(next(iter(machine.table)))


DIAGRAMS_HEAD = """\
# State machines
Each is a table in one file; the arrows are its rows, named by the event that causes the move. An
event about something no longer current is stale and only counted; a current one without an arrow
is refused and changes nothing.
"""


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
