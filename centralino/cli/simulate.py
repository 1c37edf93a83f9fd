"""`centralino simulate`: made-up days."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from centralino.cli.options import JsonFile

simulate_app = typer.Typer(
    help="What if: the product's own cores on made-up days.", no_args_is_help=True
)


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


@simulate_app.command("campaign")
def simulate_campaign(
    recipients: Annotated[int, typer.Option("--recipients", min=1)] = 1_000_000,
    hours: Annotated[
        list[float] | None, typer.Option("--hours", help="In which it is to be done.", min=0.1)
    ] = None,
    cps: Annotated[float, typer.Option("--cps", help="Of one trunk.", min=0.01)] = 10.0,
    channels: Annotated[int, typer.Option("--channels", help="Of one trunk.", min=1)] = 100,
    talk: Annotated[float, typer.Option("--talk", help="Seconds from answer to end.")] = 30.0,
    answered: Annotated[
        float, typer.Option("--answered", help="Share of calls.", min=0.01, max=1.0)
    ] = 0.55,
    json_file: JsonFile = None,
) -> None:
    """The trunks, channels and media processes that a notification to so many people takes."""
    from rich.console import Console

    from centralino.commands.simulate_campaign import show
    from centralino.commands.simulate_campaign import simulate_campaign as run
    from outbound.flood import Fates

    fates = Fates(answered=answered, busy=min(0.22, 1.0 - answered), talk=talk)
    figures = run(recipients, hours or [1.0, 4.0, 12.0], cps, channels, fates)
    show(figures, Console())
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=1) + "\n")


@simulate_app.command("carrier")
def simulate_carrier(
    port: Annotated[int, typer.Option("--port", help="0: any free one.", min=0)] = 5090,
    busy: Annotated[float, typer.Option("--busy", help="Share of calls.", min=0, max=1)] = 0.15,
    no_answer: Annotated[float, typer.Option("--no-answer", min=0, max=1)] = 0.25,
    voicemail: Annotated[float, typer.Option("--voicemail", min=0, max=1)] = 0.15,
    congestion: Annotated[float, typer.Option("--congestion", help="503.", min=0, max=1)] = 0.05,
    invalid: Annotated[float, typer.Option("--invalid", help="404.", min=0, max=1)] = 0.02,
    silent: Annotated[
        float, typer.Option("--silent", help="Picks up, presses nothing.", min=0, max=1)
    ] = 0.08,
    json_file: JsonFile = None,
) -> None:
    """A carrier for rehearsals: busy, no answer, mailboxes, 503; the rest press 1."""
    from rich.console import Console

    from centralino.commands.simulate_carrier import simulate_carrier as run
    from centralino.rehearsal.people import Mix

    mix = Mix(busy, no_answer, silent, 0.0, congestion, invalid, voicemail, ring=4.0, stays=60.0)
    figures = run(port, mix, Console())
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=1) + "\n")


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
