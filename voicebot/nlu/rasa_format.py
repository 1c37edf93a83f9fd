"""Reads training sentences in Rasa's format (nlu.yml, Rasa 3.x "NLU Training Data").

    - intent: opening_hours
      examples: |
        - are you open on [sat]{"entity": "day", "value": "saturday"}
        - are you open on [sunday](day)
    - synonym: saturday        - lookup: day          - regex: account_number

An entity's `value` also becomes a synonym, and an annotated word also a lookup word, as in Rasa.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voicebot.errors import BadPattern, BotError
from voicebot.nlu.marked import Node, read_yaml
from voicebot.nlu.patterns import Pattern
from voicebot.nlu.training import Example, Mark

_MARKED = re.compile(r"\[(?P<text>[^\]]+)\](?:\((?P<short>[^)]*)\)|(?P<long>\{[^}]*\}))")
_KINDS = ("intent", "synonym", "lookup", "regex")


@dataclass
class Sentences:
    """What an nlu.yml holds, with the line of everything that may be wrong."""

    file: str
    examples: list[Example] = field(default_factory=list)
    synonyms: dict[str, str] = field(default_factory=dict)
    lookups: dict[str, list[str]] = field(default_factory=dict)
    regexes: dict[str, list[str]] = field(default_factory=dict)
    intent_lines: dict[str, int] = field(default_factory=dict)
    entity_lines: dict[str, int] = field(default_factory=dict)


def read_sentences(path: Path) -> Sentences:
    """Everything in one nlu.yml. Raises BotError with the line of the first mistake."""
    root = read_yaml(path)
    fields = root.fields(("version", "nlu"))
    if "nlu" not in fields:
        root.refuse("there is no `nlu:` list of training sentences")
    return sentences_of(fields["nlu"])


def sentences_of(nlu: Node) -> Sentences:
    """Everything in the list under `nlu:`. Raises BotError."""
    found = Sentences(nlu.file)
    for block in nlu.items():
        _read_block(block, found)
    return found


def joined(parts: Sequence[Sentences]) -> Sentences:
    """The sentences of several files as one; what is said first about a word stands."""
    whole = Sentences(parts[0].file)
    for part in parts:
        whole.examples += part.examples
        whole.synonyms = {**part.synonyms, **whole.synonyms}
        for held, more in ((whole.lookups, part.lookups), (whole.regexes, part.regexes)):
            for name, said in more.items():
                held.setdefault(name, []).extend(said)
        whole.intent_lines = {**part.intent_lines, **whole.intent_lines}
        whole.entity_lines = {**part.entity_lines, **whole.entity_lines}
    return whole


def _read_block(block: Node, found: Sentences) -> None:
    fields = block.fields((*_KINDS, "examples", "metadata"))
    kinds = [kind for kind in _KINDS if kind in fields]
    if len(kinds) != 1 or "examples" not in fields:
        block.refuse("each item needs `examples` and one of: " + ", ".join(_KINDS))
    kind, name = kinds[0], fields[kinds[0]].text()
    lines = list(_lines(fields["examples"]))
    if kind == "intent":
        found.intent_lines.setdefault(name, block.line)
        for line, text in lines:
            found.examples.append(_example(text, name, line, found))
    elif kind == "synonym":
        found.synonyms.update({text.lower(): name for _, text in lines})
    elif kind == "lookup":
        found.entity_lines.setdefault(name, block.line)
        found.lookups.setdefault(name, []).extend(text.lower() for _, text in lines)
    else:
        found.entity_lines.setdefault(name, block.line)
        patterns = [_pattern(text, line, found.file) for line, text in lines]
        found.regexes.setdefault(name, []).extend(patterns)


def _lines(examples: Node) -> Iterator[tuple[int, str]]:
    """Line and text of each example: a block of `- …` lines, or a list of texts."""
    if examples.is_list():
        for item in examples.items():
            node = item.fields(("text", "metadata")).get("text") if item.is_mapping() else item
            if node is None:
                item.refuse("this example has no `text`")
            yield item.line, node.text().strip().removeprefix("- ")
        return
    text = examples.text()
    first = examples.line + 1 if examples.is_block() else examples.line
    for offset, line in enumerate(text.splitlines()):
        stripped = line.strip()
        if not stripped:
            continue
        if not stripped.startswith("- ") or not stripped[2:].strip():
            raise BotError(
                examples.file, first + offset, f"an example begins with `- `, not {stripped[:30]!r}"
            )
        yield first + offset, stripped[2:].strip()


def _pattern(text: str, line: int, file: str) -> str:
    try:
        Pattern(text)
    except BadPattern as error:
        raise BotError(file, line, f"this is no valid pattern: {error}") from error
    return text


def _example(text: str, intent: str, line: int, found: Sentences) -> Example:
    plain, marks, at = "", [], 0
    for match in _MARKED.finditer(text):
        plain += text[at : match.start()]
        mark = _mark(match, len(plain), line, found.file)
        plain += match["text"]
        at = match.end()
        marks.append(mark)
        _learn(mark, match["text"], line, found)
    plain += text[at:]
    if "[" in plain or "](" in plain:
        raise BotError(found.file, line, f"this entity is not written as [text](entity): {text!r}")
    return Example(plain, intent, tuple(marks))


def _mark(match: re.Match[str], start: int, line: int, file: str) -> Mark:
    text = match["text"]
    end = start + len(text)
    if match["short"] is not None:
        entity, _, value = match["short"].partition(":")
        if not entity:
            raise BotError(file, line, f"[{text}]() names no entity")
        return Mark(entity, value or text, start, end)
    try:
        said = json.loads(match["long"])
    except json.JSONDecodeError as error:
        raise BotError(file, line, f"{match['long']} is no valid JSON: {error.msg}") from error
    unknown = set(said) - {"entity", "value", "role", "group"}
    if unknown or "entity" not in said:
        raise BotError(file, line, f"{match['long']} needs `entity`; may have value, role, group")
    value = str(said.get("value", text))
    return Mark(said["entity"], value, start, end, said.get("role"), said.get("group"))


def _learn(mark: Mark, text: str, line: int, found: Sentences) -> None:
    found.entity_lines.setdefault(mark.entity, line)
    if mark.value != text:
        found.synonyms.setdefault(text.lower(), mark.value)
    words = found.lookups.setdefault(mark.entity, [])
    if text.lower() not in words:
        words.append(text.lower())
