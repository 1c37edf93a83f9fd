"""`centralino nlu`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from centralino import bots
from centralino.config.model import Config
from voicebot.nlu.evaluate import held_out, judge
from voicebot.nlu.metrics import report


def train(config: Config, bot: str) -> None:
    """Train, or find it trained already. Raises StartRefused, BotError."""
    _, understander = bots.load(config, bot)
    Console().print(f"{bot}: {len(understander.intents())} intents", highlight=False)


async def parse(config: Config, bot: str, text: str, expects: str) -> None:
    """Print what a sentence means."""
    _, understander = bots.load(config, bot)
    meaning = await understander.understand(text, expects)
    Console().print_json(json.dumps(asdict(meaning)))


def evaluate_bot(config: Config, bot: str, json_file: Path | None) -> None:
    """Print the figures on held-out sentences."""
    _, understander = bots.load(config, bot)
    figures = asdict(report(judge(understander, held_out(config.bots_folder / bot))))
    Console().print_json(json.dumps(figures))
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=1) + "\n")
