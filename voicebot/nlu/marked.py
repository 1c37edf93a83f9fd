"""YAML whose every value knows its file and line, so that a mistake can be pointed at.

`Node` hides PyYAML's node tree: its verbs return plain values or raise `BotError` with the place.
Scalars are taken as they are written, so `yes` and `010` stay words where a word is asked for.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from voicebot.errors import BotError

LARGEST = 5_000_000
"""Bytes of a file. The sentences of a large bot are a tenth of it."""
MOST = 500_000
"""Values in a file, aliases written out."""
_TRUE = {"true", "yes", "on"}
_FALSE = {"false", "no", "off"}


@dataclass(frozen=True)
class Node:
    """One value of a YAML file."""

    file: str
    node: yaml.Node
    name: str
    """How a person would call it, for messages: `intents.gas_smell.queue`."""
    key: yaml.Node | None = None
    """The key that it stands under: a mistake is shown there, not a line below."""

    @property
    def line(self) -> int:
        """Where it begins, with its key, from 1."""
        return int((self.key or self.node).start_mark.line) + 1

    def refuse(self, problem: str) -> NoReturn:
        """Raise BotError with this place."""
        raise BotError(self.file, self.line, problem)

    def is_mapping(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.node, yaml.MappingNode)

    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    def is_null(self) -> bool:
        """Whether nothing stands here, or `~`."""
        return self.node.tag.endswith(":null")

    def is_block(self) -> bool:
        """Whether it is written as a block (`|`)."""
        return isinstance(self.node, yaml.ScalarNode) and self.node.style in ("|", ">")

    def fields(self, allowed: Collection[str] | None = None) -> dict[str, Node]:
        """Its keys and values. Refuses what is no mapping, repeated keys and unknown ones."""
        if not isinstance(self.node, yaml.MappingNode):
            self.refuse(
                f"{self.name or 'this'} should be `key: value` lines, {self._kind()} stands here"
            )
        found: dict[str, Node] = {}
        for key_node, value in self.node.value:
            key_place = Node(self.file, key_node, self.name)
            key = key_place.text()
            if key in found:
                key_place.refuse(f"{self._in()}the key {key!r} stands here a second time")
            if allowed is not None and key not in allowed:
                key_place.refuse(f"{self._in()}no key {key!r} is known{hint(key, allowed)}")
            name = f"{self.name}.{key}" if self.name else key
            found[key] = Node(self.file, value, name, key_node)
        return found

    def items(self) -> Iterator[Node]:
        """Its elements, if it is a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.refuse(f"{self.name} should be a list, {self._kind()} stands here")
        for item in self.node.value:
            yield Node(self.file, item, self.name)

    def text(self) -> str:
        """Its words, as written."""
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag.endswith(":null"):
            self.refuse(f"{self.name or 'this'} should be text, {self._kind()} stands here")
        return str(self.node.value)

    def one_of(self, allowed: Collection[str], what: str) -> str:
        """Its word, which must be among `allowed`."""
        word = self.text()
        if word not in allowed:
            self.refuse(f"{self.name}: there is no {what} {word!r}{hint(word, allowed)}")
        return word

    def number(self, low: float, high: float) -> float:
        """Its number, from `low` to `high`."""
        try:
            value = float(self.text())
        except ValueError:
            self.refuse(f"{self.name} should be a number, {self.text()!r} stands here")
        if not low <= value <= high:
            self.refuse(f"{self.name} should be from {low:g} to {high:g}, not {value:g}")
        return value

    def whole(self, low: int, high: int) -> int:
        """Its whole number, from `low` to `high`."""
        value = self.number(low, high)
        if value != int(value):
            self.refuse(f"{self.name} should be a whole number, not {value:g}")
        return int(value)

    def flag(self) -> bool:
        """true or false."""
        word = self.text().lower()
        if word not in _TRUE | _FALSE:
            self.refuse(f"{self.name} should be true or false, {word!r} stands here")
        return word in _TRUE

    def value(self) -> Any:
        """All of it, as JSON would hold it."""
        plain = yaml.constructor.SafeConstructor().construct_document(self.node)
        return json.loads(json.dumps(plain, default=str))

    def _in(self) -> str:
        return f"{self.name}: " if self.name else ""

    def _kind(self) -> str:
        if isinstance(self.node, yaml.MappingNode):
            return "a mapping"
        if isinstance(self.node, yaml.SequenceNode):
            return "a list"
        return "nothing" if self.node.tag.endswith(":null") else f"{self.node.value[:40]!r}"


def hint(word: str, allowed: Collection[str]) -> str:
    """`; did you mean …?`, or what there is if it is short."""
    near = difflib.get_close_matches(word, list(allowed), n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there are: {', '.join(sorted(allowed))}" if len(allowed) <= 12 else ""


def read_yaml(path: Path) -> Node:
    """The file's one document. Raises BotError where it is missing, empty or no YAML."""
    name = str(path)
    try:
        if path.stat().st_size > LARGEST:
            raise BotError(name, None, f"the file is larger than {LARGEST // 1_000_000} MB")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BotError(name, None, "the file is missing; a bot needs it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BotError(name, None, f"cannot be read: {error}") from error
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise BotError(name, line, f"this is no valid YAML: {error.problem}") from error
    except RecursionError:
        raise BotError(name, None, "this is nested too deeply") from None
    except yaml.YAMLError as error:
        raise BotError(name, None, f"this is no valid YAML: {error}") from error
    if root is None:
        raise BotError(name, 1, "the file is empty")
    if _size(root, {}) > MOST:
        raise BotError(name, None, "aliases (`*name`) make this endless or far too large")
    return Node(name, root, "")


def _size(node: yaml.Node, known: dict[int, float]) -> float:
    """How many values there are once every alias is written out; endless where one holds itself."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in known:
        known[id(node)] = float("inf")  # until it is known: it may stand inside itself
        parts = node.value
        if isinstance(node, yaml.MappingNode):
            parts = [part for pair in node.value for part in pair]
        known[id(node)] = 1 + sum(_size(part, known) for part in parts)
    return known[id(node)]
