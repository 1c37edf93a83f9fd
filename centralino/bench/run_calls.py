"""`bench calls` from beginning to end."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from centralino.bench.calls import GOOD_MS, measure_calls, pinned, turns_a_second
from centralino.bench.chart import chart
from centralino.bench.figures import STAGES
from centralino.bench.house import open_bench_house
from centralino.bench.page import head, machine, table, write_json, write_page

_EXPLAINED = """
Our processes (edge, media, a speech worker, control) are pinned to {ours} core(s), the callers and
recorders to {theirs}. Each caller speaks about 2.5 s at the period given; half of the answers begin
with words that were never spoken before. Callers come one by one over a period; their first turn is
not counted. Latency is taken from the callers' recordings. When all are there one more knocks. The
curve ends where a call is refused, or answers at p95 come later than 2.5 s; those let in go on.

![Latency over calls](calls_at_once.svg)

"""


_STAGES = """
*endpoint* is the silence waited for, and holds whatever recognition was hidden in it or held it up;
*asr*, *nlu* and *tts* what came after it. The log sees no jitter buffer and no network.
"""


async def run_calls(
    directory: Path, steps: Sequence[int], periods: Sequence[float], turns: int, pin: bool,
    json_file: Path | None, page: Path | None, command: str, *, late_ends: bool = True,
) -> bool:  # fmt: skip
    """Measure and tell; whether no running call was dropped. Raises StartRefused."""
    console = Console()
    every_core = sorted(os.sched_getaffinity(0))
    ours = set(every_core[:1]) if pin else set(every_core)
    theirs = set(every_core[1:]) or ours if pin else ours
    figures: dict[str, Any] = {"machine": machine(), "cores": len(ours)}
    rows: list[dict[str, Any]] = []
    console.print("starting the house on a core of its own …")
    os.sched_setaffinity(0, theirs)
    try:
        with pinned(ours):
            opening = open_bench_house(directory, {"speech": {"workers": len(ours)}})
            house = await opening.__aenter__()
        figures["engines"] = house.engines
        try:
            for every in periods:
                rows += await measure_calls(
                    house, every, steps, turns, lambda r: _tell(console, r), late_ends=late_ends
                )
        finally:
            await opening.__aexit__(None, None, None)
    finally:
        os.sched_setaffinity(0, set(every_core))
    figures.update(rows=rows, turns_per_s_at_p95_1200_ms=turns_a_second(rows))
    text = (
        "# Conversations at once\n" + head(command, figures)
        + _EXPLAINED.format(ours=len(ours), theirs=f"{len(theirs)} other(s)" if pin else "all")
        + _table(rows) + _best(figures) + _stages(rows)
    )  # fmt: skip
    console.print(text, highlight=False, markup=False, soft_wrap=True)
    write_json(figures, json_file)
    write_page(page, "calls_at_once", text, plot(rows))
    return not any(row["dropped"] for row in rows)


def _tell(console: Console, row: dict[str, Any]) -> None:
    console.print(row, highlight=False)


def _table(rows: Sequence[dict[str, Any]]) -> str:
    names = ("every_s", "calls", "n", "turn_p50_ms", "turn_p95_ms", "unanswered", "refused",
             "dropped", "one_more", "cpu_cores", "rss_mb")  # fmt: skip
    shown = ("a turn every s", "calls", "n", "p50 ms", "p95 ms", "unanswered", "refused",
             "dropped", "one more is", "cores used", "MB")  # fmt: skip
    return table(shown, [[row[name] for name in names] for row in rows])


def _best(figures: dict[str, Any]) -> str:
    found = figures["turns_per_s_at_p95_1200_ms"]
    said = "; ".join(f"{best} with a turn every {every} s" for every, best in found.items())
    return f"\nTurns a second with p95 ≤ {GOOD_MS:.0f} ms: {said or 'none'}.\n"


def _stages(rows: Sequence[dict[str, Any]]) -> str:
    """Where the turns of each step went."""
    lines = []
    for row in rows:
        spent = [row["split_ms"][stage] for stage in STAGES]
        lines.append([row["every_s"], row["calls"], *[f"{s['p50']} / {s['p95']}" for s in spent]])
    columns = ("a turn every s", "calls", *STAGES)
    return f"\n## Where it goes, by our log: p50 / p95 ms\n{table(columns, lines)}{_STAGES}"


def plot(rows: Sequence[dict[str, Any]]) -> str:
    lines: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        for name in ("p50", "p95"):
            value = row[f"turn_{name}_ms"]
            if value is not None:
                line = lines.setdefault(f"{name}, every {row['every_s']:g} s", [])
                line.append((row["calls"], value))
    return chart("Turn latency over calls at once", "calls", "ms", lines, marks=(GOOD_MS,))
