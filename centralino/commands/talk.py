"""`centralino talk`: the conversation by text, with nothing but the bot and its understanding."""

from __future__ import annotations

import asyncio
import json
import sys

from rich.console import Console

from centralino import bots
from centralino.config.model import Config
from kernel.codec import to_body
from voicebot.talk import Reply, TalkSession

HELP = (
    "Type what the caller says. #1234 presses keys, an empty line says nothing for 10 s, "
    "Ctrl-D hangs up."
)


async def talk_in_terminal(config: Config, bot: str) -> None:
    """Read lines until the conversation or the input ends. Raises StartRefused, BotError."""
    console = Console(highlight=False)
    loaded, understander = await asyncio.to_thread(bots.load, config, bot)
    feeling = bots.feeling(loaded, understander)
    session = TalkSession(loaded, feeling, performer=bots.performer(config, loaded))
    if sys.stdin.isatty():
        console.print(f"[dim]{HELP}[/]")
    _show(console, await session.start())
    while session.outcome is None and session.packet is None:
        line = await asyncio.to_thread(_read)
        if line is None:
            await session.hang_up()
            break
        _show(console, await _step(session, line))
    _conclude(console, session)


def _read() -> str | None:
    try:
        return input("you   " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return None


async def _step(session: TalkSession, line: str) -> list[Reply]:
    if not line:
        return await session.wait(10.0)
    if line.startswith("#") and len(line) > 1:
        return await session.press(line[1:])
    return await session.say(line)


def _show(console: Console, replies: list[Reply]) -> None:
    for reply in replies:
        console.print(f"[cyan]bot[/]   {reply.text}", markup=True, soft_wrap=True)


def _conclude(console: Console, session: TalkSession) -> None:
    if session.packet is not None:
        console.print(f"[yellow]handed over to {session.packet.queue} with[/]")
        console.print_json(json.dumps(to_body(session.packet)))
    else:
        console.print(f"[yellow]ended: {session.outcome}[/]")
