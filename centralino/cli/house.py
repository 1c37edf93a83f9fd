"""Commands that ask the running house."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import typer

from centralino.cli.options import read


def ask_house(config: Path | None, verb: str, values: dict[str, Any], key: str = "") -> None:
    """Ask it, and show the answer. Raises CampaignError, HouseAway."""
    from centralino.commands.campaign import ask

    typer.echo(json.dumps(asyncio.run(ask(read(config), verb, values, key)), indent=1))
