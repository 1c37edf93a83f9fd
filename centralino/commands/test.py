"""`centralino test`: a bot's conversation tests, by text or by voice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path

from rich.console import Console

from centralino import bots
from centralino.config.model import Config
from centralino.errors import StartRefused
from centralino.processes.preflight import find_notice_bot
from voicebot.checks import report
from voicebot.checks.reading import FOLDER, read_scripts
from voicebot.checks.running import Hearing, Result, Stage
from voicebot.checks.script import Script, chosen
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.reader import load_bot
from voicebot.nlu.embedding import choose
from voicebot.nlu.ports import Understander

CALLER_VOICE = "hibari"
"""Another one than the bot's."""


def run_tests(
    config: Config, target: Path, wanted: str, voice: bool, junit: Path | None, first_only: bool
) -> bool:
    """Play them and show what became of each; False: not all passed.

    `target` is a bot's folder or name, or one of its conversation files. Raises BotError,
    StartRefused and EngineMissing.
    """
    console = Console(highlight=False, soft_wrap=True)
    if not target.exists() and (config.bots_folder / target).is_dir():
        target = config.bots_folder / target
    bot = load_bot(folder_of(target))
    for remark in bot.remarks:
        console.print(remark, markup=False)
    embedder, why = choose(bot.training.language, config.speech.models_dir)
    if embedder is None:
        console.print(f"understanding by {why}: some conversations may fail for it", markup=False)
    beside = cache(partial(_beside, config, Path(bot.folder).parent))
    scripts = read_scripts(target, bot.flow, beside)
    picked = chosen(scripts, wanted)
    hearing = _by_sound(config, bot, picked) if voice else None
    stage = Stage(bot, partial(_mind, config), hearing, others=beside)
    began = time.perf_counter()
    results = asyncio.run(_play(console, stage, picked, first_only))
    _show(console, results, len(scripts) - len(picked), time.perf_counter() - began)
    if junit is not None:
        junit.write_bytes(report.junit(results, time.perf_counter() - began))
    return bool(results) and all(result.passed for result in results)


def folder_of(target: Path) -> Path:
    """The bot's folder, given itself or one of its conversation files. Raises StartRefused."""
    if target.is_dir():
        return target
    if target.is_file() and target.parent.name == FOLDER:
        return target.parent.parent
    raise StartRefused(f"{target} is neither a bot's folder nor a file of its {FOLDER}/")


async def _play(
    console: Console, stage: Stage, scripts: tuple[Script, ...], first_only: bool
) -> list[Result]:
    results: list[Result] = []
    file = ""
    for script in scripts:
        if script.place.file != file:
            if file:
                console.print()
            file = script.place.file
            console.print(f"{file} ", end="", markup=False)
        results.append(await stage.play(script))
        console.print("[green].[/]" if results[-1].passed else "[red]F[/]", end="")
        if first_only and not results[-1].passed:
            break
    console.print()
    return results


def _show(console: Console, results: list[Result], left_out: int, seconds: float) -> None:
    failed = [result for result in results if not result.passed]
    if failed:
        console.print(" FAILURES ".center(report.WIDTH, "="))
    for result in failed:
        for line in report.failure(result):
            console.print(line, markup=False, style="red" if line.startswith("E") else None)
    for line in report.summary(results, left_out, seconds):
        console.print(line, markup=False, style="red" if failed else "green")


def _beside(config: Config, folder: Path, name: str) -> Bot:
    """The bot of another language: in the same folder, or wherever a house finds it."""
    return load_bot(folder / name) if (folder / name).is_dir() else find_notice_bot(config, name)


def _mind(config: Config, bot: Bot, now: Callable[[], float]) -> Understander:
    return bots.feeling(bot, bots.understander(config, bot, now))


def _by_sound(config: Config, bot: Bot, scripts: Iterable[Script]) -> Hearing:
    """The engines that this machine has. Raises EngineMissing."""
    from voicebot.checks.spoken import BySound
    from voicebot.speech.engines import load_recogniser, load_synthesiser, recogniser_choice

    language, models = bot.flow.language, config.speech.models_dir
    spoken = {language for script in scripts for language in script.also}
    wanted = "whisper" if spoken else config.speech.recogniser  # it tells languages apart
    choice = recogniser_choice(wanted, language, models)
    recogniser = load_recogniser(choice, language, models, threads=1)
    voices = {code: load_synthesiser(f"espeak:{code}") for code in spoken}
    return BySound(load_synthesiser(CALLER_VOICE), recogniser, voices)
