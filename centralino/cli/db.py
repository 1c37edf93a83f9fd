"""`centralino db`: the database."""

from __future__ import annotations

import asyncio

import typer

from centralino.cli.options import ConfigFile, read

db_app = typer.Typer(help="The database.", no_args_is_help=True)


@db_app.command("upgrade")
def db_upgrade(config: ConfigFile = None) -> None:
    """Bring the database to this version; `serve` does it by itself."""
    from centralino.commands.database import upgrade_database

    asyncio.run(upgrade_database(read(config)))
