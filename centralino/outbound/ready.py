"""Messages and campaigns that come with the program, ready to be drafted."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any


def ready_messages() -> dict[str, dict[str, Any]]:
    """Notifications, by name."""
    return _in("templates")


def ready_campaigns() -> dict[str, dict[str, Any]]:
    """Campaigns whose calls a bot holds, by name."""
    return _in("campaigns")


def ready_with_agents() -> dict[str, dict[str, Any]]:
    """Campaigns with agents behind them, by name."""
    return _in("agents")


def _in(folder_name: str) -> dict[str, dict[str, Any]]:
    folder = files("outbound").joinpath(folder_name)
    found = {one.name.removesuffix(".toml"): one for one in folder.iterdir()}
    return {
        name: tomllib.loads(found[name].read_text(encoding="utf-8"))
        for name in sorted(found)
        if found[name].name.endswith(".toml")
    }
