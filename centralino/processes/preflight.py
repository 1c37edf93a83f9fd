"""What can be known to be wrong before anything is started: said at once, in one line."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from centralino.config.callers import CallerLookup
from centralino.config.model import BotServers, Config
from centralino.errors import StartRefused
from centralino.media.gate import plan_of
from telephony.dialling import Purpose, may_dial
from voicebot.dialogue.flow import Bot
from voicebot.dialogue.reader import load_bot
from voicebot.errors import VoicebotError
from voicebot.models import folder_of
from voicebot.speech import engines


def check(config: Config) -> list[str]:
    """What in the bots' folders is not used, a line each.

    Raises StartRefused, BotError or EngineMissing.
    """
    if config.speech.turn_detector != "off":
        folder_of(config.speech.turn_detector, config.speech.models_dir)
    for line in config.lines:
        if line.kind == "bot" and not line.keys_only:
            engines.recogniser_choice(config.recogniser, line.language, config.speech.models_dir)
    check_servers(config)
    for lookup in config.caller_lookups:
        secrets_for(lookup)
    remarks: list[str] = []
    check_languages(config)
    for name in config.bots_of_lines():
        bot = find_bot(config, name)
        check_queues(config, bot, name)
        check_houses(config, bot, name)
        check_outside(config, bot, name)
        remarks += bot.remarks
    for name in config.outbound.bots:
        bot = find_calling_bot(config, name)
        check_queues(config, bot, name)
        check_outside(config, bot, name)
        remarks += bot.remarks
    return remarks


Find = Callable[[Config, str], Bot]


def bots_of(config: Config) -> list[tuple[str, Find]]:
    """Bots of lines and of campaigns, and how each is found."""
    lines: list[tuple[str, Find]] = [(name, find_bot) for name in config.bots_of_lines()]
    return [*lines, *((name, find_calling_bot) for name in config.outbound.bots)]


def readable_bots(config: Config) -> dict[str, Bot]:
    """Their files, without those of bots that cannot be used."""
    bots = {}
    for name, find in bots_of(config):
        with contextlib.suppress(StartRefused, VoicebotError):
            bots[name] = find(config, name)
    return bots


def find_bot(config: Config, name: str) -> Bot:
    """A bot's files, read and checked. Raises StartRefused, BotError."""
    folder = config.bots_folder / name
    if not folder.is_dir():
        parent = config.bots_folder
        known = [p.name for p in parent.iterdir() if p.is_dir()] if parent.is_dir() else []
        there = ", ".join(sorted(known)) or "nothing"
        own = (
            "" if config.bots_dir else "; a folder of your own is bots_dir in the file given by -c"
        )
        raise StartRefused(f"there is no bot {name!r} in {parent} (there is: {there}){own}")
    return load_bot(folder)


def find_calling_bot(config: Config, name: str) -> Bot:
    """A bot that can hold the calls of a campaign. Raises StartRefused, BotError."""
    bot = find_notice_bot(config, name)
    if not bot.flow.opens:
        raise StartRefused(
            f"outbound.bots: {name!r} waits for what a caller wants: a bot that calls says under"
            " `bot:` with which intent it begins (`opens`)"
        )
    return bot


def find_notice_bot(config: Config, name: str) -> Bot:
    """A bot for calls out: the house's own, or the one that comes with the program, so that a house
    with a folder of its own bots need not copy it. Raises StartRefused, BotError."""
    if (config.bots_folder / name).is_dir():
        return find_bot(config, name)
    return find_bot(config.model_copy(update={"bots_dir": None}), name)


def check_queues(config: Config, bot: Bot, name: str) -> None:
    """Every queue that the bot hands over to must be there. Raises StartRefused."""
    known = {queue.id for queue in config.queues}
    for queue in sorted(bot.flow.queues):
        if queue not in known:
            raise StartRefused(
                f"the bot {name!r} hands over to the queue {queue!r}, which the configuration does"
                " not define: add a [[queues]] table with this id"
            )


def check_languages(config: Config) -> None:
    """The bot for a language speaks it. Raises StartRefused, BotError."""
    for line in config.lines:
        for language, name in line.also.items():
            speaks = find_bot(config, name).flow.language
            if speaks != language:
                raise StartRefused(
                    f"line {line.number}: the bot {name!r} for callers who speak {language!r} has"
                    f" `language: {speaks}` in its flow.yml"
                )


def check_servers(config: Config) -> None:
    """What the bots have beside them belongs to bots that are there. Raises StartRefused."""
    for servers in config.bots:
        find_bot(config, servers.name)
        if servers.rasa_token_file is not None:
            secret_of(servers.rasa_token_file)
        if servers.secrets_file is not None:
            secrets_of(servers.secrets_file)


def servers_of(config: Config, name: str) -> BotServers | None:
    """What the configuration says that a bot has beside it."""
    return next((each for each in config.bots if each.name == name), None)


def check_outside(config: Config, bot: Bot, name: str) -> None:
    """What the bot wants done outside can be asked for. Raises StartRefused."""
    beside = servers_of(config, name)
    if bot.flow.custom_actions and (beside is None or not beside.actions):
        named = ", ".join(sorted(bot.flow.custom_actions))
        raise StartRefused(
            f"the bot {name!r} does {named}, and no action server is configured: add a [[bots]]"
            f' table with name = "{name}" and actions = "http://127.0.0.1:5055/webhook"'
        )
    known = secrets_of(beside.secrets_file) if beside and beside.secrets_file else {}
    for lookup in bot.flow.lookups.values():
        for secret in lookup.secrets:
            if secret not in known:
                raise StartRefused(
                    f"the lookup {lookup.name!r} of the bot {name!r} needs the secret"
                    f" {secret!r}: name its file in [[bots]], secrets_file"
                )


def secrets_for(lookup: CallerLookup) -> dict[str, str]:
    """The secrets of a lookup of callers. Raises StartRefused where one is missing."""
    known = secrets_of(lookup.secrets_file) if lookup.secrets_file else {}
    for secret in lookup.as_lookup().secrets:
        if secret not in known:
            raise StartRefused(
                f"caller_lookups: {lookup.name} needs the secret {secret!r}: name its file in"
                " secrets_file"
            )
    return known


def secrets_of(path: Path) -> dict[str, str]:
    """A file of lines `name secret`. Raises StartRefused."""
    pairs = (line.split(maxsplit=1) for line in secret_of(path).splitlines() if line.strip())
    try:
        return {name: secret.strip() for name, secret in pairs}
    except ValueError:
        raise StartRefused(f"{path}: each line is a name, a blank and a secret") from None


def secret_of(path: Path) -> str:
    """The secret that a file holds. Raises StartRefused."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StartRefused(f"{path} cannot be read: {error}") from error


def check_houses(config: Config, bot: Bot, name: str) -> None:
    """Every other house to which the bot sends calls may be dialled. Raises StartRefused."""
    plan = plan_of(config, config.domain)
    lines = (line for line in config.lines if line.kind == "bot")
    for line in (line for line in lines if name in line.bots.values()):
        for house in bot.flow.houses.values():
            verdict = may_dial(house.target, Purpose.REFER, line.client, plan)
            if not verdict.allowed:
                raise StartRefused(
                    f"the bot {name!r} sends calls of line {line.number} to {house.target}, which"
                    f" may not be dialled ({verdict}): add a [[dial_rules]] table with"
                    ' purposes = ["refer"] and a pattern of it in targets'
                )
