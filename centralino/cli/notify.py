"""`centralino notify`: asks the running house. Imports what it needs when called."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from centralino.cli.house import ask_house
from centralino.cli.options import ConfigFile, read

notify_app = typer.Typer(
    help="Notifications: warn many people, and know who has understood.", no_args_is_help=True
)

Many = list[str] | None
Campaign = Annotated[str, typer.Argument(help="The campaign's id.")]


@notify_app.command("templates")
def templates(config: ConfigFile = None) -> None:
    """Messages that are ready to be sent; the same in every house."""
    from centralino.outbound.ready import ready_messages

    read(config)  # what is wrong with it is said here, too
    for name, values in ready_messages().items():
        typer.echo(f"{name:16} {values['texts'][values['default']]['headline']}")


@notify_app.command("record")
def record(
    file: Annotated[Path, typer.Argument(help="WAV, MP3, M4A, OGG, FLAC or WebM.")],
    client: Annotated[str, typer.Option("--client")] = "",
    title: Annotated[str, typer.Option("--title", help="Else the file's name.")] = "",
    config: ConfigFile = None,
) -> None:
    """Keep a recorded message; its name goes into a text as `sound`."""
    from centralino.commands.notify import keep_recording

    typer.echo(keep_recording(read(config), file, client, title))


@notify_app.command("recordings")
def recordings(
    client: Annotated[str, typer.Option("--client")] = "", config: ConfigFile = None
) -> None:
    """Recorded messages that a client's texts may name."""
    from centralino.commands.notify import recordings_of

    for line in recordings_of(read(config), client):
        typer.echo(line)


@notify_app.command("delete-recording")
def delete_recording(
    name: Annotated[str, typer.Argument(help="As `recordings` tells it.")],
    config: ConfigFile = None,
) -> None:
    """Delete a recorded message that no campaign will play any more."""
    ask_house(config, "recording.delete", {"name": name})


@notify_app.command("draft")
def draft(
    message: Annotated[str, typer.Argument(help="A ready message's name, or a TOML file.")],
    client: Annotated[str, typer.Option("--client")] = "",
    group: Annotated[Many, typer.Option("--group", help="In at least one of these.")] = None,
    not_group: Annotated[Many, typer.Option("--not-group")] = None,
    language: Annotated[Many, typer.Option("--language")] = None,
    where: Annotated[Many, typer.Option("--where", help="field=value")] = None,
    polygon: Annotated[Many, typer.Option("--polygon", help="lat,lon lat,lon …")] = None,
    circle: Annotated[Many, typer.Option("--circle", help="lat,lon km")] = None,
    unplaced: Annotated[bool, typer.Option("--unplaced", help="Also people without place.")] = (
        False
    ),
    caller_id: Annotated[str, typer.Option("--caller-id")] = "",
    trunk: Annotated[Many, typer.Option("--trunk")] = None,
    expires_in: Annotated[float, typer.Option("--expires-in", help="Minutes.")] = 0.0,
    attempts: Annotated[int, typer.Option("--attempts")] = 0,
    exercise: Annotated[bool, typer.Option("--exercise", help="Rehearsal trunks only.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be.")] = False,
    call_me: Annotated[str, typer.Option("--call-me", help="Only this number, to hear it.")] = "",
    key: Annotated[str, typer.Option("--key", help="Idempotency key.")] = "",
    config: ConfigFile = None,
) -> None:
    """Draft a notification: audience, languages, duration. Nobody is called before `launch`."""
    from centralino.commands.contacts import known_client
    from centralino.commands.notify import expiry, read_message, read_pairs

    values = read_message(message)
    audience = {
        "groups": group or [], "not_groups": not_group or [], "languages": language or [],
        "where": read_pairs(where or []), "polygons": polygon or [], "circles": circle or [],
        "unplaced_too": unplaced,
    }  # fmt: skip
    values.update(
        client=known_client(read(config), client), audience=audience, caller_id=caller_id,
        trunks=trunk or [], expires=expiry(expires_in), attempts=attempts, exercise=exercise,
        dry_run=dry_run, only_to=call_me,
    )  # fmt: skip
    ask_house(config, "notice.draft", values, key)


@notify_app.command("launch")
def launch(
    campaign: Campaign,
    by: Annotated[str, typer.Option("--as", help="Your number, where two persons launch.")] = "",
    break_glass: Annotated[
        bool, typer.Option("--break-glass", help="Without a second person.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why the glass is broken.")] = "",
    config: ConfigFile = None,
) -> None:
    """Start calling."""
    pin = getpass.getpass("PIN: ") if by else ""
    values = {"campaign": campaign, "by": by, "pin": pin, "break_glass": break_glass,
              "reason": reason}  # fmt: skip
    ask_house(config, "notice.launch", values)


@notify_app.command("pause")
def pause(campaign: Campaign, config: ConfigFile = None) -> None:
    """No new call from now on; calls that are up go on."""
    ask_house(config, "pause", {"campaign": campaign})


@notify_app.command("resume")
def resume(campaign: Campaign, config: ConfigFile = None) -> None:
    """Go on after a pause."""
    ask_house(config, "start", {"campaign": campaign})


@notify_app.command("cancel")
def cancel(
    campaign: Campaign,
    why: Annotated[str, typer.Option("--why")] = "",
    config: ConfigFile = None,
) -> None:
    """Stop, correct in the calls that are up, and call back everybody who was reached."""
    ask_house(config, "notice.cancel", {"campaign": campaign, "why": why})


@notify_app.command("status")
def status(campaign: Campaign, config: ConfigFile = None) -> None:
    """Who was reached, in six buckets, and how fast it goes."""
    ask_house(config, "status", {"campaign": campaign})


@notify_app.command("alert")
def alert(
    file: Annotated[Path, typer.Argument(help="An alert by CAP 1.2 (XML).")],
    config: ConfigFile = None,
) -> None:
    """Hand in an alert: what the rules of the house make of it."""
    from centralino.commands.notify import read_file

    ask_house(config, "notice.alert", {"xml": read_file(file)})
