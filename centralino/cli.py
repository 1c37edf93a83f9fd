"""The command line. Each command imports what it needs when called, so that `--help` is quick."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from centralino import __version__
from centralino.cli_campaign import campaign_app
from centralino.cli_notify import notify_app
from centralino.commands import bench
from centralino.errors import CentralinoError, ModuleMissing

app = typer.Typer(
    help="Centralino: an open conversational telephone front end.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
models_app = typer.Typer(help="Model weights.", no_args_is_help=True)
nlu_app = typer.Typer(help="Understanding.", no_args_is_help=True)
user_app = typer.Typer(help="Users and agents.", no_args_is_help=True)
db_app = typer.Typer(help="The database.", no_args_is_help=True)
contacts_app = typer.Typer(help="People who may be called.", no_args_is_help=True)
simulate_app = typer.Typer(
    help="What if: the product's own cores on made-up days.", no_args_is_help=True
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

ConfigFile = Annotated[
    Path | None, typer.Option("--config", "-c", help="The TOML file; none: defaults.")
]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write the figures here.")]
BotName = Annotated[str, typer.Option("--bot", help="A folder of nlu_models/.")]


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


def _config(path: Path | None, overrides: dict[str, Any] | None = None) -> Any:
    from centralino.config.read import read_config

    return read_config(path, overrides)


@app.command()
def serve(
    config: ConfigFile = None,
    live: Annotated[bool, typer.Option("--live", help="Tell what is said in calls.")] = False,
) -> None:
    """Answer the telephone until Ctrl-C."""
    from centralino.commands.serve import serve_until_told

    asyncio.run(serve_until_told(_config(config), config, live))


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

    ok = asyncio.run(run_demo(directory, json_file, stay, only or []))
    raise typer.Exit(0 if ok else 1)


@app.command()
def talk(
    config: ConfigFile = None,
    bot: BotName = "utility",
) -> None:
    """Converse with a bot in the terminal, by text: no SIP, no model download."""
    from centralino.commands.talk import talk_in_terminal

    asyncio.run(talk_in_terminal(_config(config), bot))


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

    passed = run_tests(_config(config), target, wanted, voice, junit, first_only)
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
        asyncio.run(show(_config(config), call))
    else:
        same = asyncio.run(redecide_hours(_config(config), hours))
        raise typer.Exit(0 if same else 1)


@app.command()
def doctor(
    config: ConfigFile = None,
    json_file: JsonFile = None,
    brief: Annotated[bool, typer.Option("--brief", help="One line for each part.")] = False,
) -> None:
    """Say what is installed, which engine will be used and why, and what mends what is missing."""
    from centralino.commands.doctor import examine, show

    findings = examine(_config(config))
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


@models_app.command("list")
def models_list(config: ConfigFile = None) -> None:
    """What there is, what is installed, and what it is for."""
    from centralino.commands.models import show_models

    show_models(_config(config).speech.models_dir)


@models_app.command("fetch")
def models_fetch(
    names: Annotated[list[str] | None, typer.Argument(help="None: what is needed.")] = None,
    config: ConfigFile = None,
) -> None:
    """Get models: sizes shown before, progress, checksum; goes on where it stopped."""
    from centralino.commands.models import fetch_models

    fetch_models(_config(config).speech.models_dir, names or [])


@nlu_app.command("train")
def nlu_train(bot: BotName = "utility", config: ConfigFile = None) -> None:
    """Train a bot now instead of at the first start."""
    from centralino.commands.nlu import train

    train(_config(config), bot)


@nlu_app.command("parse")
def nlu_parse(
    text: Annotated[str, typer.Argument(help="A sentence.")],
    bot: BotName = "utility",
    expects: Annotated[str, typer.Option("--expects")] = "open",
    config: ConfigFile = None,
) -> None:
    """What a sentence means to a bot."""
    from centralino.commands.nlu import parse

    asyncio.run(parse(_config(config), bot, text, expects))


@nlu_app.command("evaluate")
def nlu_evaluate(
    folder: Annotated[
        Path | None,
        typer.Argument(help="A bot's folder, or a public set's (CLINC150, BANKING77, HWU64)."),
    ] = None,
    bot: BotName = "utility",
    config: ConfigFile = None,
    json_file: JsonFile = None,
) -> None:
    """Measure understanding on sentences that were not trained."""
    from centralino.commands.nlu import evaluate

    evaluate(_config(config), bot, folder, json_file)


@nlu_app.command("review")
def nlu_review(
    bot: BotName = "utility",
    days: Annotated[int, typer.Option("--days", min=1, help="How far back.")] = 7,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many.")] = 30,
    text: Annotated[str, typer.Option("--teach", help="A sentence for nlu.yml.")] = "",
    intent: Annotated[str, typer.Option("--intent", help="What it means.")] = "",
    take_back: Annotated[bool, typer.Option("--undo", help="Take the newest one back.")] = False,
    config: ConfigFile = None,
) -> None:
    """What was understood least surely or went wrong; teach it, see before and after, undo."""
    from centralino.commands import review

    if bool(text) != bool(intent):
        raise typer.BadParameter("--teach and --intent belong together")
    if text:
        asyncio.run(review.teach(_config(config), bot, text, intent))
    elif take_back:
        asyncio.run(review.undo(_config(config), bot))
    else:
        asyncio.run(review.show_doubtful(_config(config), bot, days, limit))


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

    asyncio.run(add_user(_config(config), name, client, role, number, queues or [], contact))


@user_app.command("list")
def user_list(config: ConfigFile = None) -> None:
    """Who there is."""
    from centralino.commands.users import list_users

    asyncio.run(list_users(_config(config)))


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
            _config(config), file, client, region=region, groups=group or [],
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

    asyncio.run(list_contacts(_config(config), client, group, limit))


@contacts_app.command("erase")
def contacts_erase(
    person: Annotated[str, typer.Argument(help="The id that `list` shows.")],
    config: ConfigFile = None,
) -> None:
    """Forget a person for good: the key of everything known is deleted."""
    from centralino.commands.contacts import erase_contact

    asyncio.run(erase_contact(_config(config), person))


@contacts_app.command("block")
def contacts_block(
    number: Annotated[str, typer.Argument(help="The number that is not to be called.")],
    client: Annotated[str, typer.Option("--client", help="None: for all clients.")] = "",
    region: Annotated[str, typer.Option("--region")] = "",
    config: ConfigFile = None,
) -> None:
    """Put a number on the do-not-call list."""
    from centralino.commands.contacts import block_number

    asyncio.run(block_number(_config(config), number, client, region))


@db_app.command("upgrade")
def db_upgrade(config: ConfigFile = None) -> None:
    """Bring the database to this version; `serve` does it by itself."""
    from centralino.commands.database import upgrade_database

    asyncio.run(upgrade_database(_config(config)))


@simulate_app.command("predictive")
def simulate_predictive(
    agents: Annotated[int, typer.Option("--agents", min=1)] = 20,
    hours: Annotated[float, typer.Option("--hours", help="Of one day.")] = 8.0,
    seeds: Annotated[int, typer.Option("--seeds", help="Days.", min=1)] = 30,
    answer: Annotated[float, typer.Option("--answer", help="Share of calls answered.")] = 0.35,
    json_file: JsonFile = None,
) -> None:
    """Predictive dialling against progressive: agents' waiting, and abandoned calls."""
    from centralino.commands.simulate_predictive import simulate_predictive as run
    from outbound.team_day import DayConfig

    figures = json.dumps(run(DayConfig(agents, hours * 3600.0, answer), range(seeds)), indent=1)
    typer.echo(figures)
    if json_file is not None:
        json_file.write_text(figures + "\n")


@simulate_app.command("day")
def simulate_day(
    file: Annotated[Path, typer.Argument(help="A day: queues, calls, shifts (TOML).")],
    extra: Annotated[
        list[str] | None, typer.Option("--extra", help='More agents: "2 billing 10:00-14:00".')
    ] = None,
    runs: Annotated[int, typer.Option("--runs", min=1)] = 30,
    seed: Annotated[int, typer.Option("--seed")] = 1,
    minutes: Annotated[int, typer.Option("--minutes", min=5, max=240)] = 30,
    json_file: JsonFile = None,
) -> None:
    """Waits, service level and abandons of a day, and what more agents would change."""
    from centralino.commands.simulate import simulate_day as run

    run(file, runs, seed, minutes, extra or [], json_file)


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


if __name__ == "__main__":
    main()
