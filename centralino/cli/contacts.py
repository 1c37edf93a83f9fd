"""`centralino contacts`: people who may be called, and those who may not."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from centralino.cli.options import ConfigFile, JsonFile, read

contacts_app = typer.Typer(help="People who may be called.", no_args_is_help=True)


@contacts_app.command("import")
def contacts_import(
    file: Annotated[Path, typer.Argument(help="A CSV file; its first line names the columns.")],
    client: Annotated[str, typer.Option("--client")] = "",
    region: Annotated[str, typer.Option("--region", help="Country of numbers without one.")] = "",
    group: Annotated[list[str] | None, typer.Option("--group", help="All belong to it.")] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="field=Column, e.g. phone2=Cellulare.")
    ] = None,
    encoding: Annotated[str, typer.Option("--encoding", help="None: made out.")] = "",
    delimiter: Annotated[str, typer.Option("--delimiter", help="None: made out; or tab.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only.")] = False,
    json_file: JsonFile = None,
    config: ConfigFile = None,
) -> None:
    """Read people from a file: what is wrong is told by row, and costs that row or cell alone."""
    from centralino.commands.contacts import import_contacts

    good = asyncio.run(
        import_contacts(
            read(config), file, client, region=region, groups=group or [],
            columns=map_ or [], encoding=encoding, delimiter=delimiter, dry_run=dry_run,
            json_file=json_file,
        )
    )  # fmt: skip
    raise typer.Exit(0 if good else 1)


@contacts_app.command("list")
def contacts_list(
    client: Annotated[str, typer.Option("--client")] = "",
    group: Annotated[str, typer.Option("--group")] = "",
    limit: Annotated[int, typer.Option("--limit")] = 50,
    config: ConfigFile = None,
) -> None:
    """Who there is."""
    from centralino.commands.contacts import list_contacts

    asyncio.run(list_contacts(read(config), client, group, limit))


@contacts_app.command("erase")
def contacts_erase(
    person: Annotated[str, typer.Argument(help="The id that `list` shows.")],
    config: ConfigFile = None,
) -> None:
    """Forget a person for good: the key of everything known is deleted."""
    from centralino.commands.contacts import erase_contact

    asyncio.run(erase_contact(read(config), person))


@contacts_app.command("block")
def contacts_block(
    number: Annotated[str, typer.Argument(help="The number that is not to be called.")],
    client: Annotated[str, typer.Option("--client", help="None: for all clients.")] = "",
    region: Annotated[str, typer.Option("--region")] = "",
    config: ConfigFile = None,
) -> None:
    """Put a number on the do-not-call list."""
    from centralino.commands.contacts import block_number

    asyncio.run(block_number(read(config), number, client, region))


@contacts_app.command("renew-key")
def contacts_renew_key(config: ConfigFile = None) -> None:
    """A new key for the digests under which people are found. The house must stand still."""
    from centralino.commands.contacts import renew_key

    asyncio.run(renew_key(read(config)))
