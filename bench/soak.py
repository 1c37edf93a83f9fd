"""Hours of calls at a steady rate: does anything grow, and is every call served?

    python bench/soak.py [--minutes 60] [--rate 4] [--json FILE]

sipp calls the edge again and again (greeted, hangs up after three seconds) while every process's
memory is read each ten seconds. Growth is the slope of the second half, so start-up does not count.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from rich.console import Console

from centralino.bench.processes import cpu_seconds, rss_mb
from centralino.demo.setting import prepare
from centralino.demo.stage import Stage, open_stage

CALL_MS = 3000


async def soak(stage: Stage, calls: int, rate: int, every: float = 10.0) -> dict[str, Any]:
    """Place the calls; what became of them, and how memory went."""
    samples: dict[str, list[tuple[float, float]]] = {}
    sipp = await asyncio.create_subprocess_exec(
        "sipp", "-sn", "uac", "-r", str(rate), "-m", str(calls), "-s", "1000", "-d", str(CALL_MS),
        "-i", "127.0.0.1", "-nostdin", stage.house.layout.edge,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        cwd=stage.setting.directory,
    )  # fmt: skip
    ended = asyncio.create_task(sipp.communicate())
    began, cpu = time.monotonic(), _cpu(stage)
    while not ended.done():
        _sample(stage, samples)
        await asyncio.wait([ended], timeout=every)
    screen = (await ended)[0].decode(errors="replace")
    seconds, used = time.monotonic() - began, _cpu(stage)
    return {
        "calls": calls,
        "served": int(re.findall(r"Successful call +\| +\d+ +\| +(\d+)", screen)[-1]),
        "restarts": sum(post.starts - 1 for post in stage.house.supervisor.posts),
        "cpu_cores": {name: round((used[name] - cpu[name]) / seconds, 3) for name in cpu},
        "rss_mb": {name: [round(mb) for _, mb in rows] for name, rows in samples.items()},
        "growth_mb_per_hour": {name: _growth(rows) for name, rows in samples.items()},
    }


def _cpu(stage: Stage) -> dict[str, float]:
    posts = stage.house.supervisor.posts
    return {post.name: cpu_seconds(post.pid) for post in posts if post.pid is not None}


def _sample(stage: Stage, samples: dict[str, list[tuple[float, float]]]) -> None:
    for post in stage.house.supervisor.posts:
        if post.pid is not None:
            row = (time.monotonic(), rss_mb(post.pid))
            samples.setdefault(post.name, []).append(row)


def _growth(rows: list[tuple[float, float]]) -> float | None:
    late = rows[len(rows) // 2 :]
    if len(late) < 3:
        return None
    slope = np.polyfit([t for t, _ in late], [mb for _, mb in late], 1)[0]
    return round(float(slope) * 3600, 1)


async def run(minutes: float, rate: int, json_file: Path | None) -> bool:
    """Start a house, soak it, report."""
    with tempfile.TemporaryDirectory() as directory:
        setting = prepare(
            Path(directory),
            lambda text: text.replace("[sip]\n", "[sip]\nmax_calls = 100\nmeasured = false\n", 1),
        )
        async with open_stage(setting, Console(), Path(directory) / "voices", quiet=True) as stage:
            figures = await soak(stage, max(1, int(minutes * 60 * rate)), rate)
    _tell(json.dumps(figures, indent=1) + "\n", json_file)
    return bool(figures["served"] == figures["calls"] and not figures["restarts"])


def _tell(text: str, json_file: Path | None) -> None:
    sys.stdout.write(text)
    if json_file is not None:
        json_file.write_text(text)


def main() -> int:
    """The command line; 0 when every call was served and nothing died."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=int, default=4, help="calls a second")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    return 0 if asyncio.run(run(given.minutes, given.rate, given.json)) else 1


if __name__ == "__main__":
    sys.exit(main())
