"""`centralino bench acd`: the distributor alone and the service with its store, small and large."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from centralino.bench.acd import Size, bench_core, bench_store
from centralino.bench.page import head, machine, table, write_json, write_page

GOAL_MS = 50.0
"""From the event to the offer, 99th percentile, with the store, at the first size."""
COLUMNS = (
    "what is timed",
    "agents",
    "waiting",
    "calls/s",
    "offers",
    "p50 ms",
    "p99 ms",
    "violations",
)
NAMES = {
    "core": "the core's step: event in, offer out (processor time)",
    "store": "the service, ledger in SQLite on disk: event in, committed, offer on its way",
}


def run_acd(sizes: list[Size], json_file: Path | None, page: Path | None, command: str) -> bool:
    """Measure each size both ways; whether there was no violation at all."""
    console, rows = Console(highlight=False), []
    on, began = machine(), time.monotonic()
    for size in sizes:
        for mode in ("core", "store"):
            rows.append(_run(size, mode))
            console.print(f"{NAMES[mode]}: {rows[-1]}")
    first = next(row for row in rows if row["mode"] == "store")
    figures = {**first, "rows": rows, "machine": on, "load_after": list(os.getloadavg()),
               "seconds": round(time.monotonic() - began, 1)}  # fmt: skip
    write_json(figures, json_file)
    write_page(page, "acd", _page(command, figures))
    return not any(row["violations"] for row in rows)


def _run(size: Size, mode: str) -> dict[str, Any]:
    if mode == "core":
        return bench_core(size).as_json()
    with tempfile.TemporaryDirectory(prefix="centralino-bench-") as folder:
        return asyncio.run(bench_store(size, Path(folder))).as_json()


def _page(command: str, figures: dict[str, Any]) -> str:
    rows = [
        (
            NAMES[row["mode"]], row["agents"], row["waiting"], row["calls_per_s"], row["offers"],
            row["match_ms"]["p50"], row["match_ms"]["p99"], row["violations"],
        )
        for row in figures["rows"]
    ]  # fmt: skip
    return f"""# The ACD: from an agent becoming free to the offer
{head(command, figures)}
Ten queues, three of them for each agent; four skills, two for each agent; two calls in five require
one; every fourth has two minutes of head start. All agents are busy and the line is long, so every
offer is caused by a contact that ends. A violation is an offer of a call or agent that has one
already, a required skill that is missing, an earlier call that the same agent could have had, or a
call that neither waits nor was served. The service's are found afterwards, in the steps on disk.

{table(COLUMNS, rows)}

Seconds of wall time for all of it: {figures["seconds"]:.0f}.

With the store an event waits for the commit under way and then for its own: one fsync each, and the
rows, journal, facts and the kept step written before it. Goal: {GOAL_MS:.0f} ms at the 99th
percentile with 500 agents and 2,000 waiting.
"""
