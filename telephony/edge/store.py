"""Where registrations outlive the edge: the port, a file, and memory for tests."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from telephony.edge.errors import BadBindingFile
from telephony.edge.events import Binding
from telephony.edge.uri import Hop

_VERSION = 1


class BindingStore(Protocol):
    """Keeps bindings. None of the verbs may wait for the network."""

    def load(self) -> Iterable[Binding]:
        """What was kept. Raises BadBindingFile, or OSError."""

    def put(self, binding: Binding) -> None:
        """Keep it; it replaces the one of the same address of record and contact."""

    def drop(self, aor: str, contact: str) -> None:
        """Forget it. Harmless where it is not there."""

    def flush(self) -> None:
        """Called after every batch of changes. Raises OSError."""


class MemoryBindings:
    """Outlives an edge, not a process."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Binding] = {}

    def load(self) -> list[Binding]:
        """What was kept."""
        return list(self._kept.values())

    def put(self, binding: Binding) -> None:
        """Keep it."""
        self._kept[(binding.aor, binding.contact)] = binding

    def drop(self, aor: str, contact: str) -> None:
        """Forget it."""
        self._kept.pop((aor, contact), None)

    def flush(self) -> None:
        """Nothing to do."""


class FileBindings(MemoryBindings):
    """One JSON file, replaced as a whole by rename, so it is never half written.

    It holds no password and no digest, but it does say who is reached where: mode 0600.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._changed = False

    def load(self) -> list[Binding]:
        """What the file has; nothing where there is none. Raises BadBindingFile, OSError."""
        try:
            text = self._path.read_text("utf-8", "surrogateescape")
        except FileNotFoundError:
            return []
        for binding in _decode(str(self._path), text):
            super().put(binding)
        return super().load()

    def put(self, binding: Binding) -> None:
        """Keep it, from the next `flush` on."""
        super().put(binding)
        self._changed = True

    def drop(self, aor: str, contact: str) -> None:
        """Forget it, from the next `flush` on."""
        super().drop(aor, contact)
        self._changed = True

    def flush(self) -> None:
        """Write, if anything changed. Raises OSError."""
        if not self._changed:
            return
        rows = [asdict(binding) for binding in super().load()]
        beside = self._path.with_name(self._path.name + ".new")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            json.dump({"v": _VERSION, "bindings": rows}, file, ensure_ascii=True, indent=1)
        os.replace(beside, self._path)
        self._changed = False


def _decode(path: str, text: str) -> list[Binding]:
    try:
        content = json.loads(text)
        if content["v"] != _VERSION:
            raise BadBindingFile(path, f"version {content['v']} is not known")
        return [Binding(**{**row, "flow": Hop(**row["flow"])}) for row in content["bindings"]]
    except (ValueError, KeyError, TypeError) as error:
        raise BadBindingFile(path, f"cannot be read ({error})") from error
