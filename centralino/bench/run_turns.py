"""`bench turns` from beginning to end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from centralino.bench import turns_page
from centralino.bench.bound import Bound
from centralino.bench.figures import Turn, report
from centralino.bench.house import BenchHouse, open_bench_house
from centralino.bench.page import machine, write_json, write_page
from centralino.bench.prompts import measure_prompts
from centralino.bench.stops import measure_stops
from centralino.bench.turns import measure_turns
from centralino.errors import CentralinoError
from centralino.media.prompts import fixed_texts
from centralino.processes.preflight import find_bot


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    turns: int = 315
    calls: int = 2
    prompt_hours: float = 3.0
    prompt_calls: int = 12
    seed: int = 1
    stops: int = 60
    """Prompts that are interrupted."""
    minutes: float = 0.0
    """For which to measure at most; 0: until it is done."""

    def bound(self, share: float) -> Bound:
        """The time of one part."""
        return Bound(60.0 * share * self.minutes)


async def run_turns(
    directory: Path, size: Size, json_file: Path | None, page: Path | None, command: str
) -> bool:
    """Measure and tell; whether every call went to its end. Raises StartRefused."""
    console = Console()
    console.print("starting the house; the first time it learns its bot and speaks every prompt …")
    figures: dict[str, Any] = {"machine": machine(), "size": asdict(size)}
    async with open_bench_house(directory) as house:
        figures["engines"] = house.engines
        turns, problems = await _turns(house, size)
        figures.update(report(turns), problems=problems, prompts=None, stops=None)
        if size.prompt_hours:
            seconds, bound = 3600 * size.prompt_hours, size.bound(0.4)
            figures["prompts"] = await _part(
                "prompts",
                problems,
                measure_prompts(house, seconds, size.prompt_calls, size.seed, bound),
            )
        if size.stops:
            figures["stops"] = await _part(
                "stops",
                problems,
                measure_stops(house, size.stops, size.prompt_calls, size.seed, size.bound(0.1)),
            )
        figures["refused"] = house.refused
    if figures["prompts"]:
        figures["false_barge_in_per_hour"] = figures["prompts"]["lost_per_hour"]
    figures["load_after"] = [round(value, 1) for value in os.getloadavg()]
    text = turns_page.page(figures, command)
    console.print(text, highlight=False, markup=False, soft_wrap=True)
    for problem in problems:
        console.print(f"[red]{problem}[/]", highlight=False)
    write_json({**figures, "turns": [asdict(turn) for turn in turns]}, json_file)
    write_page(page, "turns", text, turns_page.plot(turns))
    return not problems


async def _part(
    name: str, problems: list[str], work: Awaitable[dict[str, Any]]
) -> dict[str, Any] | None:
    """What this part found; None and a problem more if it broke: the other parts are told all the
    same."""
    try:
        found = await work
    except (CentralinoError, TimeoutError, ValueError, OSError) as problem:
        problems.append(f"{name}: {problem!r}")
        return None
    problems += found["problems"]
    return found


async def _turns(house: BenchHouse, size: Size) -> tuple[list[Turn], list[str]]:
    bot = await asyncio.to_thread(find_bot, house.serving.config, "bench")
    fixed = frozenset(fixed_texts([bot]))
    return await measure_turns(house, size.turns, size.calls, size.seed, fixed, size.bound(0.5))
