"""Where bots are, and loading them with what understands for them."""

from __future__ import annotations

import asyncio

from centralino.config.model import Config
from centralino.errors import StartRefused
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.reader import load_bot
from voicebot.nlu.embedded import Embedded


def load(config: Config, name: str) -> tuple[Bot, Embedded]:
    """One bot, trained or taken from the cache. Raises StartRefused, BotError."""
    folder = config.bots_folder / name
    if not folder.is_dir():
        known = ", ".join(sorted(p.name for p in config.bots_folder.iterdir() if p.is_dir()))
        raise StartRefused(f"there is no bot {name!r} in {folder.parent} (there is: {known})")
    bot = load_bot(folder)
    return bot, Embedded.load(bot.training, config.state_dir / "cache" / "nlu")


async def load_for_lines(config: Config) -> dict[str, tuple[Bot, Embedded]]:
    """Every bot that a line names; training may take seconds, so it runs beside the loop."""
    names = sorted({line.bot for line in config.lines if line.kind == "bot"})
    return {name: await asyncio.to_thread(load, config, name) for name in names}


def check_queues(config: Config, bot: Bot, name: str) -> None:
    """Every queue that the bot hands over to must be there. Raises StartRefused."""
    known = {queue.id for queue in config.queues}
    for queue in sorted(bot.flow.queues):
        if queue not in known:
            raise StartRefused(
                f"the bot {name!r} hands over to the queue {queue!r}, which the configuration does"
                " not define: add a [[queues]] table with this id"
            )
