"""`centralino campaign`: asks the running house. Imports what it needs when called."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from centralino.cli.house import ask_house
from centralino.cli.options import ConfigFile, read

campaign_app = typer.Typer(help="Campaigns: call many people.", no_args_is_help=True)

Key = Annotated[
    str, typer.Option("--key", help="Idempotency key: asked again, nothing is done twice.")
]
Campaign = Annotated[str, typer.Argument(help="The campaign's id.")]
Why = Annotated[str, typer.Option("--why", help="A reason, for the audit.")]


@campaign_app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What people call it.")],
    client: Annotated[str, typer.Option("--client")],
    people: Annotated[
        Path | None, typer.Option("--people", help="One person a line: number[,number…].")
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option("--group", help="Contacts in one of these.")
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option("--where", help="Contacts with field=value.")
    ] = None,
    contacts: Annotated[bool, typer.Option("--contacts", help="All contacts.")] = False,
    words: Annotated[str, typer.Option("--words", help="What is said; key 1 acknowledges.")] = "",
    legal_class: Annotated[
        str, typer.Option("--class", help="emergency, reminder, …")
    ] = "reminder",
    zone: Annotated[str, typer.Option("--zone", help="Time zone of the called.")] = "",
    caller_id: Annotated[str, typer.Option("--caller-id")] = "",
    trunk: Annotated[list[str] | None, typer.Option("--trunk", help="In order; none: any.")] = None,
    max_cps: Annotated[float, typer.Option("--cps", help="New calls a second at most.")] = 0.0,
    max_channels: Annotated[int, typer.Option("--channels", help="Calls at once at most.")] = 0,
    attempts: Annotated[int, typer.Option("--attempts", help="For each person at most.")] = 0,
    exercise: Annotated[bool, typer.Option("--exercise", help="Rehearsal trunks only.")] = False,
    mode: Annotated[
        str,
        typer.Option("--mode", help="With agents: manual, preview, progressive or predictive."),
    ] = "",
    preview_seconds: Annotated[
        float | None, typer.Option("--preview-seconds", help="An agent may look; 0: for ever.")
    ] = None,
    preview_then: Annotated[
        str, typer.Option("--preview-then", help="And then: not_ready, skip or dial.")
    ] = "",
    queue: Annotated[str, typer.Option("--queue", help="Whose agents talk.")] = "",
    callers: Annotated[
        int, typer.Option("--callers", help="Call while at most so many callers wait for them.")
    ] = 0,
    key: Key = "",
    config: ConfigFile = None,
) -> None:
    """Draft a campaign with its audience. Nobody is called before `start`."""
    values: dict[str, Any] = {
        "name": name, "client": client, "words": words, "legal_class": legal_class,
        "caller_id": caller_id, "trunks": trunk or [], "max_cps": max_cps,
        "max_channels": max_channels, "attempts": attempts, "exercise": exercise,
        "mode": mode, "queue": queue, "callers_most": callers,
        "preview_seconds": preview_seconds, "preview_then": preview_then,
    }  # fmt: skip
    from centralino.commands.campaign import draft
    from centralino.commands.notify import read_pairs

    audience = {"groups": group or [], "where": read_pairs(where or [])}
    chosen = audience if contacts or group or where else None
    answer = asyncio.run(draft(read(config), values, people, zone, key, chosen))
    typer.echo(json.dumps(answer, indent=1))


@campaign_app.command("templates")
def templates(config: ConfigFile = None) -> None:
    """Campaigns whose calls a bot holds, ready to be drafted; the same in every house."""
    from centralino.outbound.ready import ready_campaigns

    read(config)  # what is wrong with it is said here, too
    for name, values in ready_campaigns().items():
        typer.echo(f"{name:14} {values['about']}")


@campaign_app.command("draft")
def draft_bot(
    template: Annotated[str, typer.Argument(help="A ready campaign's name, or a TOML file.")],
    client: Annotated[str, typer.Option("--client")] = "",
    group: Annotated[
        list[str] | None, typer.Option("--group", help="Contacts in one of these; none: all.")
    ] = None,
    where: Annotated[list[str] | None, typer.Option("--where", help="field=value")] = None,
    people: Annotated[
        Path | None, typer.Option("--people", help="One person a line, instead of contacts.")
    ] = None,
    zone: Annotated[str, typer.Option("--zone", help="Time zone of --people.")] = "",
    caller_id: Annotated[str, typer.Option("--caller-id")] = "",
    trunk: Annotated[list[str] | None, typer.Option("--trunk")] = None,
    attempts: Annotated[int, typer.Option("--attempts", help="0: as the class has it.")] = 0,
    exercise: Annotated[bool, typer.Option("--exercise", help="Rehearsal trunks only.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be.")] = False,
    key: Key = "",
    config: ConfigFile = None,
) -> None:
    """Draft a campaign whose calls a bot holds. Nobody is called before `start`."""
    from centralino.commands.campaign import read_lines
    from centralino.commands.contacts import known_client
    from centralino.commands.notify import read_campaign, read_pairs

    values = read_campaign(template)
    values.update(
        client=known_client(read(config), client), zone=zone, caller_id=caller_id,
        audience={"groups": group or [], "where": read_pairs(where or [])},
        lines=read_lines(people) if people is not None else [],
        trunks=trunk or [], attempts=attempts, exercise=exercise, dry_run=dry_run,
    )  # fmt: skip
    ask_house(config, "bot.draft", values, key)


@campaign_app.command("statistics")
def statistics(campaign: Campaign, config: ConfigFile = None) -> None:
    """What the calls of a bot came to, and the answers to each question."""
    ask_house(config, "statistics", {"campaign": campaign})


@campaign_app.command("start")
def start(campaign: Campaign, key: Key = "", config: ConfigFile = None) -> None:
    """Begin to call, or go on after a pause."""
    ask_house(config, "start", {"campaign": campaign}, key)


@campaign_app.command("resume")
def resume(campaign: Campaign, key: Key = "", config: ConfigFile = None) -> None:
    """Go on after a pause."""
    ask_house(config, "start", {"campaign": campaign}, key)


@campaign_app.command("pause")
def pause(campaign: Campaign, why: Why = "", key: Key = "", config: ConfigFile = None) -> None:
    """No new call from now on; calls that are up go on."""
    ask_house(config, "pause", {"campaign": campaign, "why": why}, key)


@campaign_app.command("cancel")
def cancel(campaign: Campaign, why: Why = "", key: Key = "", config: ConfigFile = None) -> None:
    """Nobody else is called, and what rings is stopped."""
    ask_house(config, "cancel", {"campaign": campaign, "why": why}, key)


@campaign_app.command("status")
def status(
    campaign: Annotated[str, typer.Argument(help="The campaign's id; none: all.")] = "",
    config: ConfigFile = None,
) -> None:
    """How far it is: states, results, speed, trunks."""
    values = {"campaign": campaign} if campaign else {}
    ask_house(config, "status" if campaign else "list", values)


@campaign_app.command("why")
def why(
    person: Annotated[str, typer.Argument(help="A number, or a recipient's id (rcp-…).")],
    campaign: Annotated[
        str, typer.Option("--campaign", help="Of a number; none: what calls now, then the newest.")
    ] = "",
    config: ConfigFile = None,
) -> None:
    """Why somebody is not being called at this moment, and every attempt so far."""
    by_number = {"number": person, "campaign": campaign}
    ask_house(config, "why", {"recipient": person} if person.startswith("rcp-") else by_number)
