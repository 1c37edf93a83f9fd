"""Secrets that the configuration names a file for."""

from __future__ import annotations

from pathlib import Path

from centralino.errors import ConfigError


def secret_in(file: Path | None, key: str) -> str:
    """What stands in it; empty where none is named. `key` is the one that names it. Raises
    ConfigError, also where nothing stands in it."""
    if file is None:
        return ""
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(str(file), None, key, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(str(file), None, key, f"is not UTF-8: {error.reason}") from error
    if not secret:
        raise ConfigError(str(file), None, key, "is empty")
    return secret
