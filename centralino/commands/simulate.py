"""`centralino simulate day`: what a day would bring, and what more agents would change."""

from __future__ import annotations

import json
import random
import time
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from acd.numbers import EstimateFigures, Terms, estimated
from acd.planning.day import Day
from acd.planning.experiment import Estimate, Row, busy, rows, theory
from acd.planning.simulate import Outcome, simulate
from centralino.config.day import DayFile, extra_shift
from centralino.config.read import read_toml


def simulate_day(
    file: Path, runs: int, seed: int, minutes: int, extra: list[str], json_file: Path | None
) -> None:
    """Print the day's figures, and beside them the same day with more agents."""
    asked = read_toml(file, DayFile)
    day, console = asked.day(), Console()
    variants = {"as planned": day}
    if extra:
        more = day.with_more(*(extra_shift(said, day) for said in extra))
        variants[f"with {', '.join(extra)}"] = more
    written = {}
    for name, variant in variants.items():
        began = time.monotonic()
        outcomes = [simulate(variant, random.Random(seed + run)) for run in range(runs)]
        table = rows(outcomes, asked.terms(), minutes)
        _show(console, name, variant, table, outcomes, minutes, asked.terms())
        console.print(f"{runs} runs in {time.monotonic() - began:.1f} s", highlight=False)
        occupancy = busy(outcomes)
        written[name] = {
            "runs": runs,
            "rows": [asdict(row) for row in table],
            "occupancy": asdict(occupancy) if occupancy else None,
            "estimates": asdict(_estimated(outcomes)),
        }
    if json_file is not None:
        json_file.write_text(json.dumps(written, indent=1) + "\n")


def _show(
    console: Console,
    name: str,
    day: Day,
    found: list[Row],
    outcomes: list[Outcome],
    minutes: int,
    terms: Terms,
) -> None:
    table = Table(title=f"{name} (mean ± half of the 95 % interval)")
    for column in (
        "from", "calls", f"within {terms.threshold:.0f} s", "mean wait s", "gave up", "longest s",
        "Erlang: wait s", "gave up",
    ):  # fmt: skip
        table.add_column(column, justify="right")
    for row in found:
        steady = theory(day, row.begin, row.begin + 60 * minutes) if row.begin >= 0 else None
        table.add_row(
            _clock(row.begin),
            _number(row.offered, 1),
            _percent(row.service_level),
            _number(row.asa, 1),
            _percent(row.abandon_rate),
            _number(row.longest_wait, 0),
            f"{steady.mean_wait:.1f}" if steady else "–",
            f"{steady.abandon_rate:.1%}" if steady else "–",
        )
    console.print(table)
    console.print(f"occupancy {_percent(busy(outcomes))}", highlight=False)
    told = _estimated(outcomes)
    if told.n:
        console.print(
            f"waits foretold {told.n}: in the range {told.within:.0%}, sooner {told.sooner:.0%}, "
            f"later {told.later:.0%}; error {told.error:.0f} s, on average {told.off:+.0f} s",
            highlight=False,
        )


def _estimated(outcomes: list[Outcome]) -> EstimateFigures:
    return estimated(visit for outcome in outcomes for visit in outcome.visits)


def _clock(seconds: float) -> str:
    if seconds < 0:
        return "all day"
    return f"{int(seconds // 3600):02}:{int(seconds % 3600 // 60):02}"


def _number(value: Estimate | None, digits: int) -> str:
    return "–" if value is None else f"{value.mean:.{digits}f} ± {value.half:.{digits}f}"


def _percent(value: Estimate | None) -> str:
    return "–" if value is None else f"{value.mean:.0%} ± {value.half:.0%}"
