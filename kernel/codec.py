"""Dataclass ↔ JSON, with type and version.

A message type is a frozen dataclass registered once with `@message("room.name", version)`. The name
is what travels, so a class may be renamed or moved. Unknown fields are ignored, so an older program
reads a newer message; a new field needs a default, so a newer program reads an older one. Golden
files in tests/unit/golden keep that promise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from kernel.errors import MalformedMessage, UnknownMessage

T = TypeVar("T")
_by_name: dict[str, tuple[type, int]] = {}
_by_type: dict[type, tuple[str, int]] = {}
_adapters: dict[type, TypeAdapter[Any]] = {}


def message(name: str, version: int = 1) -> Callable[[type[T]], type[T]]:
    """Register a frozen dataclass as the message type `name`. Put it above `@dataclass`."""

    def register(cls: type[T]) -> type[T]:
        known = _by_name.get(name)
        if known is not None and known[0].__qualname__ != cls.__qualname__:
            raise UnknownMessage(f"the message name {name!r} is taken by {known[0].__qualname__}")
        _by_name[name] = (cls, version)
        _by_type[cls] = (name, version)
        return cls

    return register


def _adapter(cls: type) -> TypeAdapter[Any]:
    if cls not in _adapters:
        _adapters[cls] = TypeAdapter(cls)
    return _adapters[cls]


def known_messages() -> dict[str, type]:
    """Every registered message type by its name."""
    return {name: cls for name, (cls, _) in sorted(_by_name.items())}


def name_of(cls: type) -> tuple[str, int]:
    """The registered name and version of a message type."""
    try:
        return _by_type[cls]
    except KeyError:
        raise UnknownMessage(f"{cls.__qualname__} is not a registered message") from None


def to_body(value: object) -> dict[str, Any]:
    """A message's fields as JSON-ready values."""
    name_of(type(value))
    body: dict[str, Any] = _adapter(type(value)).dump_python(value, mode="json")
    return body


def from_body(name: str, version: int, body: object) -> object:
    """The message of type `name` with these fields.

    Raises UnknownMessage for a type never registered or a version newer than ours, and
    MalformedMessage for fields that do not fit.
    """
    known = _by_name.get(name)
    if known is None:
        raise UnknownMessage(f"no message type {name!r}")
    cls, ours = known
    if version > ours:
        raise UnknownMessage(f"{name} has version {version}, this program knows {ours}")
    try:
        return _adapter(cls).validate_python(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise MalformedMessage(f"{name}: {where}: {first['msg']}") from error


def encode(value: object) -> dict[str, Any]:
    """A message as `{"type", "v", "body"}`."""
    name, version = name_of(type(value))
    return {"type": name, "v": version, "body": to_body(value)}


def decode(data: dict[str, Any]) -> object:
    """The message that `encode` made."""
    return from_body(data["type"], data["v"], data["body"])
