"""`centralino user`: who may sign in, and agents."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from centralino.cli.options import ConfigFile, read

user_app = typer.Typer(help="Users and agents.", no_args_is_help=True)


@user_app.command("add")
def user_add(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    client: Annotated[str, typer.Option("--client")],
    role: Annotated[str, typer.Option("--role", help="agent or supervisor.")] = "agent",
    number: Annotated[str, typer.Option("--number", help="An agent's number.")] = "",
    queues: Annotated[list[str] | None, typer.Option("--queue")] = None,
    contact: Annotated[str, typer.Option("--contact", help="SIP URI or number.")] = "",
    config: ConfigFile = None,
) -> None:
    """Make a user; password, PIN and SIP password are asked for, never given as arguments."""
    from centralino.commands.users import add_user

    asyncio.run(add_user(read(config), name, client, role, number, queues or [], contact))


@user_app.command("list")
def user_list(config: ConfigFile = None) -> None:
    """Who there is."""
    from centralino.commands.users import list_users

    asyncio.run(list_users(read(config)))
