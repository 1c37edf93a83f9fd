"""Reading the file, and saying on which line it is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from centralino.config.model import Config
from centralino.errors import ConfigError, Misplaced
from voicebot.nlu.marked import hint

M = TypeVar("M", bound=BaseModel)

_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


def read_config(path: Path | None, overrides: dict[str, Any] | None = None) -> Config:
    """The configuration of this file, or the defaults where there is none.

    `overrides` are laid over the file's tables, e.g. `{"sip": {"port": 0}}`. Raises ConfigError
    with file, line and key.
    """
    return read_toml(path, Config, overrides)


def read_toml(path: Path | None, model: type[M], overrides: dict[str, Any] | None = None) -> M:
    """A file as this model, or its defaults where there is none. Raises ConfigError likewise."""
    text = _text(path)
    name = str(path) if path else "configuration"
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        problem = _PLACE.sub("", str(error)).strip()
        raise ConfigError(name, int(place[1]) if place else None, "", problem) from error
    try:
        return model.model_validate(_laid_over(values, overrides or {}))
    except ValidationError as error:
        first = _first(error)
        cause = first.get("ctx", {}).get("error")
        loc = cause.loc if isinstance(cause, Misplaced) else first["loc"]
        raise ConfigError(name, _line_of(text, loc), _key(loc), _problem(first, model)) from error


def _text(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(path), None, "", f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(str(path), None, "", f"is not UTF-8: {error.reason}") from error


def _laid_over(values: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    merged = dict(values)
    for key, value in overrides.items():
        old = merged.get(key)
        both = isinstance(value, dict) and isinstance(old, dict)
        merged[key] = _laid_over(old, value) if both and old is not None else value
    return merged


def _key(loc: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in loc)


def _first(error: ValidationError) -> Any:
    """What to tell: a key that is not known may be the very one that is missing, misspelled."""
    problems = error.errors()
    return next((one for one in problems if one["type"] == "extra_forbidden"), problems[0])


def _problem(error: Any, model: type[BaseModel]) -> str:
    loc = error["loc"]
    if error["type"] == "extra_forbidden":
        return "there is no such key" + hint(str(loc[-1]), _keys(model, loc[:-1]))
    if error["type"] == "missing":
        return "is needed"
    if error["type"] == "string_type" and isinstance(error["input"], int | float):
        return f'is a text: write it in quotes, "{error["input"]}"'
    message = str(error["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _keys(model: type[BaseModel], loc: Sequence[int | str]) -> list[str]:
    """The keys of the table at this place; none where the file itself chooses them."""
    table: type[BaseModel] | None = model
    for part in loc:
        if isinstance(part, str):
            field = table.model_fields.get(part) if table else None
            table = _table(field.annotation) if field else None
    return list(table.model_fields) if table else []


def _table(kind: Any) -> type[BaseModel] | None:
    """The model in an annotation such as `list[Model]` or `Model | None`."""
    if get_origin(kind) is None and isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next((found for part in get_args(kind) if (found := _table(part))), None)


def _line_of(text: str, loc: Sequence[int | str]) -> int | None:
    """The line of a key: TOML's parser tells no places of good syntax, so it is looked up."""
    while loc and isinstance(loc[-1], int):  # one of several values of a key
        loc = loc[:-1]
    table: list[str] = []
    index = 0
    for part in loc[:-1]:
        if isinstance(part, int):
            index = part
        else:
            table.append(part)
    last = loc[-1] if loc else None
    lines = text.splitlines()
    start = _table_line(lines, table, index)
    if start is None:  # a table in one line, behind its key
        return _line_of(text, loc[:-1])
    if not isinstance(last, str):
        return start
    for number in range(start, len(lines)):
        if number > start and lines[number].lstrip().startswith("["):
            break
        if re.match(rf"\s*[\"']?{re.escape(last)}[\"']?\s*[=.]", lines[number]):
            return number + 1
        if re.match(rf"\s*\[+\s*{re.escape(last)}\s*\]+", lines[number]):
            return number + 1
    return _table_line(lines, [*table, last], 0) or start + 1


def _table_line(lines: list[str], table: list[str], index: int) -> int | None:
    if not table:
        return 0
    header = re.compile(rf"\s*\[+\s*{re.escape('.'.join(table))}\s*\]+")
    found = [number for number, line in enumerate(lines) if header.match(line)]
    if len(found) > index:
        return found[index]
    return None
