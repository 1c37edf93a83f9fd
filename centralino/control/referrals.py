"""Calls that go to another house: their packets' tokens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from centralino import messages as house
from centralino.content.store import PACKET, ContentStore
from centralino.web.ports import PacketTokens
from kernel.bus import Bus
from kernel.clock import Clock
from kernel.ids import CallId

log = structlog.get_logger()


@dataclass
class Referrals:
    """Between media processes, content store and tokens."""

    tokens: PacketTokens
    contents: ContentStore
    bus: Bus
    clock: Clock

    @property
    def takers(self) -> dict[type, Callable[[Any], Awaitable[None]]]:
        """What each message does."""
        return {house.TokenAsked: self._asked, house.TokenOver: self._over}

    async def _asked(self, asked: house.TokenAsked) -> None:
        """The packet came before, in the call's order: it is kept, unless it was erased."""
        token = ""
        if await self.contents.get(asked.call, PACKET, frozenset({asked.client})) is not None:
            token = await self.tokens.issue(asked.call, asked.client, self.clock.now())
        else:
            log.warning("control.no_packet", call=asked.call)
        made = house.TokenMade(asked.call, asked.media, token)
        await self.bus.send(asked.media, made, call=CallId(asked.call))

    async def _over(self, over: house.TokenOver) -> None:
        await self.tokens.revoke(over.call)
