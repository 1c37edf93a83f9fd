"""`centralino notify`: messages as files, ready ones and one's own."""

from __future__ import annotations

import time
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from centralino.errors import StartRefused


def ready_messages() -> dict[str, dict[str, Any]]:
    """The messages that come with the program, by name."""
    folder = files("outbound").joinpath("templates")
    found = {one.name.removesuffix(".toml"): one for one in folder.iterdir()}
    return {
        name: tomllib.loads(found[name].read_text(encoding="utf-8"))
        for name in sorted(found)
        if found[name].name.endswith(".toml")
    }


def read_message(name: str) -> dict[str, Any]:
    """A ready message, or the file of this name. Raises StartRefused."""
    ready = ready_messages()
    if name in ready:
        return ready[name]
    try:
        return tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StartRefused(
            f"{name!r} is no file and no ready message: {', '.join(ready)}"
        ) from None
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise StartRefused(f"{name} cannot be read: {error}") from error


def read_pairs(texts: list[str]) -> dict[str, str]:
    """`field=value`, by field. Raises StartRefused."""
    pairs = [text.partition("=") for text in texts]
    for text, (field, equals, _) in zip(texts, pairs, strict=True):
        if not field or not equals:
            raise StartRefused(f"--where {text!r}: write field=value")
    return {field: value for field, _, value in pairs}


def expiry(minutes: float) -> float:
    """UTC seconds so many minutes from now; 0 for never."""
    return time.time() + 60 * minutes if minutes else 0.0


def read_file(path: Path) -> str:
    """The text of a file. Raises StartRefused."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StartRefused(f"{path} cannot be read: {error}") from error
