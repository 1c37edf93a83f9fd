"""Callers whose call broke off: what they left open is kept for a short while, sealed.

The subject is a keyed digest of client and caller, for a span of time: an erased subject stays
erased, and the same caller may break off again tomorrow.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from centralino import messages as house
from centralino.contacts.digests import SHORT, Digests
from centralino.content.errors import ContentError
from centralino.content.store import ContentStore
from kernel.bus import Bus
from kernel.clock import Clock
from voicebot.dialogue.state import Earlier

log = structlog.get_logger()
LEFT_OPEN = "left_open"
_NOTHING = b""


@dataclass
class Redials:
    """What callers left open, by client and caller."""

    contents: ContentStore
    bus: Bus
    clock: Clock
    digests: Digests
    keep_seconds: float
    """How long a caller is met where the last call ended."""

    @property
    def takers(self) -> dict[type, Callable[[Any], Awaitable[None]]]:
        """The messages that it takes."""
        return {house.LeftOpen: self.left_open, house.CallerAsked: self.asked}

    async def left_open(self, left: house.LeftOpen) -> None:
        """Keep it, or that there is nothing any more."""
        now = self.clock.now()
        subject = self._subject(left.client, left.caller, self._span(now))
        value = _NOTHING if left.earlier is None else left.earlier
        await self.contents.put(
            subject, LEFT_OPEN, value, client=left.client, expires=now + self.keep_seconds, now=now
        )

    async def asked(self, asked: house.CallerAsked) -> None:
        """Tell the media process what this caller left open."""
        earlier = await self._earlier(asked)
        await self.bus.send(asked.media, house.CallerKnown(asked.call, asked.media, earlier))

    async def _earlier(self, asked: house.CallerAsked) -> Earlier | None:
        """The newest of this span and of the one before: at most twice as long as it is kept."""
        span = self._span(self.clock.now())
        for number in (span, span - 1):
            subject = self._subject(asked.client, asked.caller, number)
            try:
                kept = await self.contents.get(subject, LEFT_OPEN, frozenset({asked.client}))
            except ContentError as error:
                log.error("control.redial_unreadable", call=asked.call, problem=str(error))
                return None
            if kept is not None:
                return kept if isinstance(kept, Earlier) else None
        return None

    def _span(self, now: float) -> int:
        return int(now // max(1.0, self.keep_seconds))

    def _subject(self, client: str, caller: str, span: int) -> str:
        digest = self.digests.of(f"{client}\n{caller}", SHORT)
        return f"caller-{digest}-{span}"
