"""Secrets of one installation that lie beside its database, never in it."""

from __future__ import annotations

import os
from pathlib import Path

from kernel.ids import Chance, random_hex


def kept_secret(path: Path, chance: Chance = random_hex) -> str:
    """What stands in this file; made at the first call, readable by its owner alone.

    Of several who make it at once one wins, and all are given the same. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(chance(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)
        except FileExistsError:
            pass  # somebody was faster: theirs holds
        finally:
            part.unlink()
    return path.read_text().strip()
