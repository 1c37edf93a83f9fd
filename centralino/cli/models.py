"""`centralino models`: the weights."""

from __future__ import annotations

from typing import Annotated

import typer

from centralino.cli.options import ConfigFile, read

models_app = typer.Typer(help="Model weights.", no_args_is_help=True)


@models_app.command("list")
def models_list(config: ConfigFile = None) -> None:
    """What there is, what is installed, and what it is for."""
    from centralino.commands.models import show_models

    show_models(read(config).speech.models_dir)


@models_app.command("fetch")
def models_fetch(
    names: Annotated[list[str] | None, typer.Argument(help="None: what is needed.")] = None,
    config: ConfigFile = None,
) -> None:
    """Get models: sizes shown before, progress, checksum; goes on where it stopped."""
    from centralino.commands.models import fetch_models

    fetch_models(read(config).speech.models_dir, names or [])
