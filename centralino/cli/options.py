"""Options that many commands have, and the file that one of them names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from centralino.config.model import Config

ConfigFile = Annotated[
    Path | None, typer.Option("--config", "-c", help="The TOML file; none: defaults.")
]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write the figures here.")]
BotName = Annotated[
    str, typer.Option("--bot", help="A folder of nlu_models/, or of the file's bots_dir.")
]


def read(path: Path | None, overrides: dict[str, Any] | None = None) -> Config:
    """The configuration. Raises ConfigError."""
    from centralino.config.read import read_config

    return read_config(path, overrides)
