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
