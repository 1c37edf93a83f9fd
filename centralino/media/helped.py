"""Somebody who was called asks for help: the leg goes on as a caller's, straight to a person.

The notification's bot has a flow of one step that hands over ahead of the ordinary queue; key 0 on
its menu takes it. So queue, packet, music, offers and the agent's bridge are the same as for those
who call.
"""

from __future__ import annotations

import asyncio

import structlog

from centralino.config.model import Line
from centralino.media.gate import contact_uri
from centralino.media.house import House
from centralino.media.live_call import LiveCall
from centralino.media.out_call import OutCall
from kernel.ids import CallId
from telephony.types import LegOffered
from voicebot.turns import State

log = structlog.get_logger()

HELP_KEY = "0"
WAIT_SECONDS = 5.0


def helped(call: CallId, out: OutCall, language: str, house: House) -> LiveCall | None:
    """The called's leg as a caller's call; None where no bot is there to hand it over."""
    notices = house.config.outbound.notices
    bot = notices.get(language) or next(iter(notices.values()), "")
    if bot not in house.bots:
        log.error("notice.no_help", bot=bot, attempt=out.order.attempt)
        return None
    caller = contact_uri(out.order.target, house.edge)
    offered = LegOffered(
        leg=out.leg, from_uri=caller, from_name="", to_uri=out.order.caller_id,
        request_uri=out.order.caller_id, headers={}, sip_call_id="",
    )  # fmt: skip
    line = Line(
        number=out.order.caller_id or "notification", client=out.order.client, bot=bot,
        language=language, keys_only=True, recorded=False, announce_machine=False,
    )  # fmt: skip
    return LiveCall(call, offered, line, house, house.clock.now())


async def ask_for_help(live: LiveCall) -> None:
    """Take the one step of the flow, as soon as the conversation has begun."""
    async with asyncio.timeout(WAIT_SECONDS):
        while live.session is None or live.session.state is State.NEW:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    live.digit(HELP_KEY)
