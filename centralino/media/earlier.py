"""What a caller left open a moment ago, asked of control before the conversation begins."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from centralino import messages as house_messages
from centralino.media.house import LoadedBot
from voicebot.dialogue.state import Earlier

if TYPE_CHECKING:
    from centralino.media.live_call import LiveCall

log = structlog.get_logger()

ASKING = 0.3
"""Seconds that the greeting waits at most for what the caller left open; usually some ms."""


async def earlier_of(call: LiveCall, bot: LoadedBot) -> Earlier | None:
    """What this caller left open a moment ago. Nobody waits long for it."""
    keeps = call.house.config.retention.redial_seconds > 0
    if not keeps or bot.bot.flow.resume is None or not call.known_by_name or call.back:
        return None
    asked = (call.id, call.line.client, call.offered.from_uri, call.house.name)
    call.house.tell(house_messages.CallerAsked(*asked), call.id)
    try:
        async with asyncio.timeout(ASKING):
            return await call.known
    except TimeoutError:
        log.info("media.redial_unknown", call=call.id)
        return None


def leave_open(call: LiveCall, earlier: Earlier | None) -> None:
    """Control keeps what this caller leaves open."""
    left = (call.id, call.line.client, call.offered.from_uri, earlier)
    call.house.tell(house_messages.LeftOpen(*left), call.id)
