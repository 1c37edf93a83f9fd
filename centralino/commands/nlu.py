"""`centralino nlu`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from centralino import bots
from centralino.config.model import Config
from voicebot.dialogue.reader import load_bot
from voicebot.nlu.embedding import choose
from voicebot.nlu.evaluate import held_out, judge, judge_set
from voicebot.nlu.metrics import Judged, report
from voicebot.nlu.public_sets import is_public_set, read_set


def train(config: Config, bot: str) -> None:
    """Train, or find it trained already. Raises StartRefused, BotError."""
    files, understander = bots.load(config, bot)
    for remark in files.remarks:
        Console().print(remark, highlight=False, markup=False, soft_wrap=True)
    Console().print(f"{bot}: {len(understander.intents())} intents", highlight=False)


async def parse(config: Config, bot: str, text: str, expects: str) -> None:
    """Print what a sentence means."""
    _, understander = bots.load(config, bot)
    meaning = await understander.understand(text, expects)
    Console().print_json(json.dumps(asdict(meaning)))


def evaluate(config: Config, bot: str, folder: Path | None, json_file: Path | None) -> None:
    """Print the figures on sentences that were not learned from: a bot's, or a public set's."""
    place = folder or config.bots_folder / bot
    judged = _judged_set(config, place) if is_public_set(place) else _judged_bot(config, place)
    figures = asdict(report(judged))
    Console().print_json(json.dumps(figures))
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=1) + "\n")


def _judged_bot(config: Config, folder: Path) -> list[Judged]:
    bot = load_bot(folder)
    return judge(bots.understander(config, bot), held_out(folder))


def _judged_set(config: Config, folder: Path) -> list[Judged]:
    embedder, why = choose("en", config.speech.models_dir)
    found = read_set(folder)
    Console().print(
        f"{found.name}: {why}; {len(found.train)} sentences to learn, "
        f"{len(found.validation)} to draw the line, {len(found.test)} to judge",
        highlight=False,
    )
    return judge_set(found, embedder)
