"""One sentence into nlu.yml and out again: a line of text, everything else as it stands.

The file is a person's: comments, order and spelling stay. So the line is put behind the last
example of the intent, with that one's indentation, and nothing is parsed and written back.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from centralino.errors import StartRefused
from voicebot.nlu.marked import Node, read_yaml

LONGEST = 200
_MARKUP = re.compile(r"[\[\]{}|<>\n\r]")


def add_example(file: Path, intent: str, text: str) -> None:
    """Append `- text` to the intent's examples. Raises StartRefused, BotError; then nothing is
    written."""
    problem = _unfit(text)
    if problem:
        raise StartRefused(f"this cannot be an example: {problem}")
    examples = _examples_of(file, intent)
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    last = _last_example(lines, examples)
    known = _said(lines, examples.line, last)
    if text.casefold() in known:
        raise StartRefused(f"{text!r} is an example of {intent} already")
    indent = lines[last][: len(lines[last]) - len(lines[last].lstrip())]
    if not lines[last].endswith("\n"):
        lines[last] += "\n"
    written = _quoted(text) if examples.is_list() else text
    lines.insert(last + 1, f"{indent}- {written}\n")
    _write(file, "".join(lines))
    try:
        read_yaml(file)
    except Exception:
        del lines[last + 1]
        _write(file, "".join(lines))
        raise


def take_example(file: Path, intent: str, text: str) -> bool:
    """Take the line out again; False: it is not there any longer. Raises BotError."""
    examples = _examples_of(file, intent)
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    last = _last_example(lines, examples)
    for number in range(last, examples.line - 2, -1):
        if lines[number].strip() in (f"- {text}", f"- {_quoted(text)}"):
            del lines[number]
            _write(file, "".join(lines))
            return True
    return False


def _examples_of(file: Path, intent: str) -> Node:
    for block in read_yaml(file).fields()["nlu"].items():
        fields = block.fields()
        if "intent" in fields and fields["intent"].text() == intent:
            return fields["examples"]
    raise StartRefused(f"{file} has no examples of {intent!r}: write the first one there")


def _last_example(lines: list[str], examples: Node) -> int:
    """The line, counted from 0, of the last example of the block."""
    end = int(examples.node.end_mark.line)  # where the next thing begins, or the file ends
    unended = end == len(lines) - 1 and not lines[end].endswith("\n")
    number = end if unended else min(end, len(lines)) - 1
    while number > examples.line - 1 and not lines[number].lstrip().startswith("- "):
        number -= 1
    return number


def _said(lines: list[str], first: int, last: int) -> set[str]:
    return {
        line.strip()[2:].strip().strip("\"'").casefold() for line in lines[first - 1 : last + 1]
    }


def _unfit(text: str) -> str:
    if not text.strip() or text != text.strip():
        return "it is empty, or has blanks around it"
    if len(text) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    if _MARKUP.search(text) or text.startswith(("- ", "#")):
        return "brackets and line breaks mean something in this file"
    return ""


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _write(file: Path, text: str) -> None:
    """Whole or not at all."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".nlu-", suffix=".yml")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(name, file.stat().st_mode & 0o777)
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
