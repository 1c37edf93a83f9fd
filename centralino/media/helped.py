"""Somebody who was called asks for help: the leg goes on as a caller's, straight to a person.

The notification's bot has a flow of one step that hands over ahead of the ordinary queue; key 0 on
its menu takes it. So queue, packet, music, offers and the agent's bridge are the same as for those
who call.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog

from centralino.config.model import Line
from centralino.media.house import House
from centralino.media.live_call import LiveCall
from kernel.ids import CallId, LegId
from telephony.types import LegOffered
from voicebot.turns import State

log = structlog.get_logger()

HELP_KEY = "0"
WAIT_SECONDS = 5.0


@dataclass(frozen=True)
class Asking:
    """Who asks for help, on which leg."""

    leg: LegId
    caller: str
    """SIP URI."""
    dialled: str
    """Our number."""
    client: str
    language: str


def helped(call: CallId, asking: Asking, house: House) -> LiveCall | None:
    """The leg as a caller's call; None where no bot is there to hand it over."""
    notices = house.config.outbound.notices
    bot = notices.get(asking.language) or next(iter(notices.values()), "")
    if bot not in house.bots:
        log.error("notice.no_help", bot=bot, leg=asking.leg)
        return None
    offered = LegOffered(
        leg=asking.leg, from_uri=asking.caller, from_name="", to_uri=asking.dialled,
        request_uri=asking.dialled, headers={}, sip_call_id="",
    )  # fmt: skip
    line = Line(
        number=asking.dialled or "notification", client=asking.client, bot=bot,
        language=asking.language, keys_only=True, recorded=False, announce_machine=False,
    )  # fmt: skip
    return LiveCall(call, offered, line, house, house.clock.now())


async def ask_for_help(live: LiveCall) -> None:
    """Take the one step of the flow, as soon as the conversation has begun."""
    async with asyncio.timeout(WAIT_SECONDS):
        while live.session is None or live.session.state is State.NEW:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    live.digit(HELP_KEY)
