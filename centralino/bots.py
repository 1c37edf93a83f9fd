"""Loading bots with what understands for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from centralino.config.model import BotServers, Config
from centralino.processes.preflight import (
    find_bot,
    find_calling_bot,
    find_notice_bot,
    secret_of,
    secrets_of,
    servers_of,
)
from voicebot.dialogue.flow import Bot
from voicebot.nlu.embedded import Embedded
from voicebot.nlu.embedding import choose
from voicebot.nlu.feelings import Feelings
from voicebot.nlu.ports import Understander
from voicebot.nlu.rasa import Rasa, RasaAt
from voicebot.nlu.vader import LANGUAGE, Vader
from voicebot.outside.performer import Outside, Servers

log = structlog.get_logger(__name__)


def load(config: Config, name: str) -> tuple[Bot, Understander]:
    """One bot, trained or taken from the cache. Raises StartRefused, BotError."""
    bot = find_bot(config, name)
    return bot, understander(config, bot)


def understander(config: Config, bot: Bot, now: Callable[[], float] = time.time) -> Understander:
    """What understands for a bot; `now` is its "today". Raises StartRefused."""
    own = embedded(config, bot, now)
    beside = servers(config, bot)
    if beside is None or not beside.rasa:
        return own
    token = secret_of(beside.rasa_token_file) if beside.rasa_token_file else ""
    return Rasa(RasaAt(beside.rasa, beside.rasa_seconds, token), bot.training, own)


def embedded(config: Config, bot: Bot, now: Callable[[], float] = time.time) -> Embedded:
    """The embedded engine of a bot, trained or taken from the cache."""
    embedder, why = choose(bot.training.language, config.speech.models_dir)
    if embedder is None:
        log.warning("nlu.no_embedder", bot=bot.folder, why=why)
    return Embedded.load(bot.training, config.state_dir / "cache" / "nlu", now, embedder)


def performer(config: Config, bot: Bot) -> Outside:
    """What does the bot's lookups and custom actions. Raises StartRefused."""
    beside = servers(config, bot)
    if beside is None:
        return Outside(bot)
    named = secrets_of(beside.secrets_file) if beside.secrets_file else {}
    return Outside(bot, Servers(beside.actions, beside.actions_seconds, named))


def servers(config: Config, bot: Bot) -> BotServers | None:
    """What the configuration says that this bot has beside it."""
    return servers_of(config, Path(bot.folder).name)


def load_notice(config: Config, name: str) -> tuple[Bot, Understander]:
    """The bot around notifications. Raises StartRefused, BotError."""
    bot = find_notice_bot(config, name)
    return bot, understander(config, bot)


def notifies(config: Config) -> bool:
    """Whether this house calls out, or is called back: else no bot for it is learned."""
    calls_out = any(trunk.target or trunk.registrar for trunk in config.trunks)
    return calls_out or any(line.kind == "notification" for line in config.lines)


def load_calling(config: Config, name: str) -> tuple[Bot, Understander]:
    """A bot that calls. Raises StartRefused, BotError."""
    bot = find_calling_bot(config, name)
    return bot, understander(config, bot)


async def load_notices(config: Config) -> dict[str, tuple[Bot, Understander]]:
    """The bots around notifications by language; none in a house that never notifies."""
    wanted = config.outbound.notices if notifies(config) else {}
    return {
        language: await asyncio.to_thread(load_notice, config, name)
        for language, name in wanted.items()
    }


async def load_for_lines(config: Config) -> dict[str, tuple[Bot, Understander]]:
    """Every bot that a line or campaigns name; learning runs beside the loop."""
    names = config.bots_of_lines()
    loaded = {name: await asyncio.to_thread(load, config, name) for name in names}
    loaded |= {
        name: await asyncio.to_thread(load_calling, config, name)
        for name in config.outbound.bots if name not in names
    }  # fmt: skip
    return {name: (bot, feeling(bot, nlu)) for name, (bot, nlu) in loaded.items()}


def feeling(bot: Bot, understander: Understander) -> Understander:
    """The same, told how the caller feels where there is something for the bot's language."""
    if bot.flow.language.split("-")[0] != LANGUAGE:
        return understander
    return Feelings(understander, Vader())
