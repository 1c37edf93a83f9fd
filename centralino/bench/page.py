"""Pages of figures: on which machine, when, by which command; tables in Markdown."""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """What the figures depend on: processor, cores that may be used, load, versions, day."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": _processor(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "load": [round(value, 1) for value in os.getloadavg()],
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
    }


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if "model name" in line), "?")


def head(command: str, figures: dict[str, Any]) -> str:
    """The line under a page's title. PURE."""
    m = figures["machine"]
    load = " → ".join(str(load[0]) for load in (m["load"], figures.get("load_after", m["load"])))
    said = figures.get("engines", {})
    named = (f"{kind} {_engine(engine)}" for kind, engine in said.items() if engine)
    engines = "; ".join(named)
    return (
        f"Date: {m['date']}. Machine: {m['cpu']}, {m['cores']} cores, {m['system']}, Python "
        f"{m['python']}, load {load} (it holds the callers, too).\n\nCommand: `{command}`"
        + (f". Engines: {engines}" if engines else "")
        + ".\n"
    )


def _engine(engine: Any) -> str:
    return f"{engine['name']} ({engine['model']})" if isinstance(engine, dict) else str(engine)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table. None is shown as a dash. PURE."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(
        f"| {' | '.join('–' if c is None else str(c) for c in row)} |\n" for row in lines
    )


def write_json(figures: dict[str, Any], file: Path | None) -> None:
    """Where DESIGN's JSON goes, if anywhere."""
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(figures, indent=1) + "\n")


def write_page(folder: Path | None, name: str, text: str, plot: str = "") -> None:
    """`name`.md and `name`.svg in the folder of pages, if one is given."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    if plot:
        (folder / f"{name}.svg").write_text(plot, encoding="utf-8")
