"""`centralino demo`."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.rule import Rule

from centralino.commands.serve import tell_where
from centralino.demo.direct import direct_way
from centralino.demo.measure import summary
from centralino.demo.result import SceneResult, show_table, to_json
from centralino.demo.scenes import SCENES
from centralino.demo.setting import Setting, prepare
from centralino.demo.stage import Stage, open_stage
from centralino.errors import CentralinoError, StartRefused
from centralino.processes.serve import Serving


async def run_demo(directory: Path, json_file: Path | None, stay: bool, only: list[str]) -> bool:
    """Play the scenes; whether every expected outcome happened. Raises StartRefused."""
    wanted = _wanted(only)
    console = Console()
    began = time.monotonic()
    setting = prepare(directory)
    console.print("starting the house; the first time it learns its bot and speaks every prompt …")
    async with open_stage(setting, console, directory / "voices") as stage:
        tell_where(console, stage.house)
        results = await _play(stage, wanted)
        bridge = await _bridge_figures(stage, results)
        report = to_json(results, _engines(stage.house), bridge)
        _conclude(console, setting, results, report, time.monotonic() - began)
        _write(report, json_file)
        if stay:
            await _stay(console, stage.house)
    return bool(report["ok"])


def _write(report: dict[str, Any], json_file: Path | None) -> None:
    if json_file is not None:
        json_file.write_text(json.dumps(report, indent=1) + "\n")


def _wanted(only: list[str]) -> list[str]:
    unknown = [name for name in only if name not in SCENES]
    if unknown:
        raise StartRefused(f"no scene is called {unknown[0]!r}: there are {', '.join(SCENES)}")
    return only or list(SCENES)


async def _play(stage: Stage, wanted: list[str]) -> list[SceneResult]:
    results: list[SceneResult] = []
    for name in wanted:
        scene = SCENES[name]
        stage.console.print(Rule(f"[bold]{(scene.__doc__ or name).strip()}", align="left"))
        try:
            results += await scene(stage)
        except (CentralinoError, TimeoutError) as error:
            results.append(SceneResult(name, "", error=str(error) or type(error).__name__))
            stage.console.print(f"[red]{error}[/]", highlight=False)
    return results


async def _bridge_figures(stage: Stage, results: list[SceneResult]) -> dict[str, Any]:
    """One way through the bridge, directly, and what the bridge adds: median milliseconds."""
    through = [w for r in results for w in (r.handoff or {}).get("one_way_ms", [])]
    if not through:
        return {}
    direct = await direct_way(stage)
    figures: dict[str, Any] = {"through": summary(through), "direct": summary(direct)}
    if direct:
        figures["added_p50"] = figures["through"]["p50"] - figures["direct"]["p50"]
    return figures


def _engines(house: Serving) -> dict[str, Any]:
    facts = house.post("speech-1").facts
    return {"recogniser": facts.get("asr"), "voice": facts.get("tts")}


def _conclude(
    console: Console,
    setting: Setting,
    results: list[SceneResult],
    report: dict[str, Any],
    seconds: float,
) -> None:
    show_table(console, results)
    latency = report["turn_latency_ms"]
    if latency["n"]:
        console.print(
            f"turn latency from the recordings: p50 {latency['p50']} ms, p95 {latency['p95']} ms,"
            f" n {latency['n']}", highlight=False,
        )  # fmt: skip
    if report["bridge_ms"]:
        console.print(f"the bridge adds {report['bridge_ms'].get('added_p50')} ms one way")
    console.print(f"recordings (left: heard, right: said): {setting.recordings}", highlight=False)
    good = sum(result.ok for result in results)
    console.print(f"{good} of {len(results)} calls as expected, {seconds:.0f} s", highlight=False)


async def _stay(console: Console, house: Serving) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    console.print(
        f"the house stays: {house.url}, dial sip:1000@{house.layout.edge}; Ctrl-C ends it"
    )
    if house.welcome:
        console.print(f"first administrator: {house.welcome}", highlight=False)
    await stop.wait()
