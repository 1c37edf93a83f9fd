"""The command line. Each command imports what it needs when called, so that `--help` is quick."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from centralino import __version__
from centralino.cli.campaign import campaign_app
from centralino.cli.contacts import contacts_app
from centralino.cli.db import db_app
from centralino.cli.models import models_app
from centralino.cli.nlu import nlu_app
from centralino.cli.notify import notify_app
from centralino.cli.options import BotName, ConfigFile, JsonFile, read
from centralino.cli.simulate import simulate_app
from centralino.cli.unread import go_on_unread
from centralino.cli.user import user_app
from centralino.commands import bench
from centralino.errors import CentralinoError, ModuleMissing

app = typer.Typer(
    help="Centralino: an open conversational telephone front end.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(models_app, name="models")
app.add_typer(nlu_app, name="nlu")
app.add_typer(user_app, name="user")
app.add_typer(db_app, name="db")
app.add_typer(contacts_app, name="contacts")
app.add_typer(bench.app, name="bench")
app.add_typer(simulate_app, name="simulate")
app.add_typer(campaign_app, name="campaign")
app.add_typer(notify_app, name="notify")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"centralino {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Centralino: an open conversational telephone front end."""


@app.command()
def serve(
    config: ConfigFile = None,
    live: Annotated[bool, typer.Option("--live", help="Tell what is said in calls.")] = False,
) -> None:
    """Answer the telephone until Ctrl-C."""
    from centralino.commands.serve import serve_until_told

    go_on_unread()
    asyncio.run(serve_until_told(read(config), config, live))


@app.command()
def demo(
    json_file: JsonFile = None,
    stay: Annotated[bool, typer.Option("--stay", help="Keep the server running after.")] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Scenarios by name; all if none.")
    ] = None,
    directory: Annotated[Path, typer.Option("--dir", help="Where state and recordings go.")] = Path(
        "var/demo"
    ),
) -> None:
    """Place real calls from synthetic callers, and show what became of each."""
    from centralino.demo.run import run_demo

    go_on_unread()
    ok = asyncio.run(run_demo(directory, json_file, stay, only or []))
    raise typer.Exit(0 if ok else 1)


@app.command()
def talk(
    config: ConfigFile = None,
    bot: BotName = "utility",
) -> None:
    """Converse with a bot in the terminal, by text: no SIP, no model download."""
    from centralino.commands.talk import talk_in_terminal

    asyncio.run(talk_in_terminal(read(config), bot))


@app.command("test")
def test_bot(
    target: Annotated[
        Path,
        typer.Argument(
            metavar="BOT", help="A bot's folder or name, or a file of its conversations."
        ),
    ] = Path("utility"),
    wanted: Annotated[
        str, typer.Option("-k", help="Only those with these words: `billing and not keys`.")
    ] = "",
    voice: Annotated[
        bool, typer.Option("--voice", help="Speak, send through G.711, recognise: real engines.")
    ] = False,
    junit: Annotated[Path | None, typer.Option("--junit", help="Write JUnit XML here.")] = None,
    first_only: Annotated[bool, typer.Option("-x", help="Stop at the first failure.")] = False,
    config: ConfigFile = None,
) -> None:
    """Play a bot's conversation tests; exit code 1 if one failed."""
    from centralino.commands.test import run_tests

    passed = run_tests(read(config), target, wanted, voice, junit, first_only)
    raise typer.Exit(0 if passed else 1)


@app.command()
def replay(
    call: Annotated[
        str,
        typer.Argument(help="A call's id, from the page Calls; none: the ACD's day."),
    ] = "",
    hours: Annotated[float, typer.Option("--hours", help="Without a call: how far back.")] = 24.0,
    config: ConfigFile = None,
) -> None:
    """Show a call: what was said, what was decided, and why. Or decide the ACD's day again."""
    from centralino.commands.redecide import redecide_hours
    from centralino.commands.replay import replay as show

    if call:
        asyncio.run(show(read(config), call))
    else:
        same = asyncio.run(redecide_hours(read(config), hours))
        raise typer.Exit(0 if same else 1)


@app.command()
def doctor(
    config: ConfigFile = None,
    json_file: JsonFile = None,
    brief: Annotated[bool, typer.Option("--brief", help="One line for each part.")] = False,
) -> None:
    """Say what is installed, which engine will be used and why, and what mends what is missing."""
    from centralino.commands.doctor import examine, show

    findings = examine(read(config))
    if json_file is not None:
        json_file.write_text(json.dumps(findings, indent=1))
    raise typer.Exit(0 if show(findings, brief) else 1)


@app.command()
def call(
    target: Annotated[str, typer.Argument(help="Whom to call, e.g. sip:1000@127.0.0.1:5060")],
    say: Annotated[
        list[str] | None, typer.Option("--say", help="A sentence, or a WAV file (8 kHz mono).")
    ] = None,
    press: Annotated[
        list[str] | None, typer.Option("--press", help="Keys, after the sentences.")
    ] = None,
    record: Annotated[Path, typer.Option("--record", help="The two-channel recording.")] = Path(
        "call.wav"
    ),
    voice: Annotated[str, typer.Option("--voice", help="hibari or piper.")] = "hibari",
    seconds: Annotated[float, typer.Option("--seconds", help="Hang up after this.")] = 120.0,
) -> None:
    """Call somebody, say sentences when the other side is quiet, and record both sides."""
    from centralino.commands.call import place_call

    ok = asyncio.run(place_call(target, say or [], press or [], record, voice, seconds))
    raise typer.Exit(0 if ok else 1)


def main() -> None:
    """Run a command; what is wrong is told in one line, with exit code 2."""
    from acd.errors import AcdError
    from contacts.errors import ContactsError
    from kernel.errors import KernelError
    from outbound.errors import OutboundError
    from telephony.errors import TelephonyError
    from voicebot.errors import VoicebotError

    of_rooms = (AcdError, ContactsError, KernelError, OutboundError, TelephonyError, VoicebotError)

    try:
        app()
    except ModuleNotFoundError as error:
        _refuse(ModuleMissing(error.name or str(error)))
    except (CentralinoError, *of_rooms) as error:
        _refuse(error)
    except KeyboardInterrupt:
        sys.exit(130)


def _refuse(error: Exception) -> None:
    sys.stderr.write(f"centralino: {error}\n")
    sys.exit(2)
