"""Callbacks between media processes, content store and ACD.

The ACD knows a callback by its id and a key of its number. Number and packet lie in the content
store under that id, which is the id of the call to come, so that history and pages find them there.
They are written before the ACD is told: what it owes can be kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from acd import messages as acd
from acd.callback import kept_until
from acd.service import AcdService
from centralino.callback_messages import CallbackAsked, DialBack
from centralino.contacts.digests import SHORT, Digests
from centralino.content.errors import ContentError
from centralino.content.packets import KNOWN
from centralino.content.store import PACKET, ContentStore
from contacts.numbers import dialled
from kernel.bus import Bus
from kernel.clock import Clock
from kernel.packet import Packet

log = structlog.get_logger()

NUMBER = "callback number"
"""The kind of content under which a number to call lies."""
MARGIN = 3600.0
"""Seconds for which what a callback needs is kept longer than the callback."""


@dataclass(frozen=True)
class CallerKeys:
    """Names for callers that tell nothing to whoever reads the state tables."""

    digests: Digests
    regions: Mapping[str, str]
    """Client → country of numbers without one."""

    def of(self, caller: str, client: str) -> str:
        """A number is the same however it is written and over whatever trunk it comes; an address
        is as it is. Empty for who is anonymous (:rfc:`3323`): many are."""
        number = dialled(caller, self.regions.get(client, ""))
        if number in ("", "anonymous"):
            return ""
        known = number if number.removeprefix("+").isdecimal() else caller
        return self.digests.of(known, SHORT)


@dataclass
class Callbacks:
    """What control does about callbacks."""

    service: AcdService
    contents: ContentStore
    keys: CallerKeys
    denied: Callable[[str, str], str]
    """Why a number may not be dialled for a client; empty where it may."""
    bus: Bus
    clock: Clock
    kept_seconds: Callable[[str], float]
    """Line → seconds for which content of its calls is kept."""
    leg_of: Callable[[str], str]
    """Agent → the media process in which the leg stands; empty: none does."""

    @property
    def takers(self) -> dict[type, Callable[[Any], Awaitable[None]]]:
        """The messages that it takes."""
        return {CallbackAsked: self.asked}

    async def asked(self, asked: CallbackAsked) -> None:
        """Keep number and packet, then tell the ACD."""
        number = dialled(asked.number, self.keys.regions.get(asked.client, ""))
        if self.denied(number, asked.client):
            refused = acd.CallbackRefused(asked.call, asked.media, "number")
            await self.bus.send(asked.media, refused, call=asked.call)
            return
        packet, now = asked.packet, self.clock.now()
        owed = self._owed(packet.queue, now) + MARGIN
        put = (asked.callback, NUMBER, number.encode())
        await self.contents.put(*put, client=asked.client, expires=now + owed, now=now)
        expires = now + max(owed, self.kept_seconds(packet.line))
        put_packet = (asked.callback, PACKET, packet)
        await self.contents.put(*put_packet, client=asked.client, expires=expires, now=now)
        known = await self.contents.get(asked.call, KNOWN, frozenset({asked.client}))
        if known is not None:
            put_known = (asked.callback, KNOWN, known)
            await self.contents.put(*put_known, client=asked.client, expires=expires, now=now)
        key = self.keys.of(number, asked.client)
        await self.service.submit(acd.CallbackAsked(asked.call, asked.callback, key, asked.media))

    def _owed(self, queue: str, now: float) -> float:
        """Seconds for which a callback that this queue takes now may be made."""
        known = self.service.config.queue(queue)
        return kept_until(known.callback, now) - now if known and known.callback else 0.0

    async def place(self, order: acd.PlaceCallback, id: str) -> bool:
        """Send the order with number and packet; False where they were erased."""
        clients = frozenset({order.client})
        try:
            number = await self.contents.get(order.call, NUMBER, clients)
            packet = await self.contents.get(order.call, PACKET, clients)
        except ContentError as error:
            log.error("control.callback_unreadable", call=order.call, problem=str(error))
            return False
        if not isinstance(number, bytes) or not isinstance(packet, Packet):
            log.warning("control.callback_erased", call=order.call)
            return False
        dial = DialBack(order, number.decode(), packet, self.leg_of(order.agent))
        await self.bus.send(order.media, dial, call=order.call, id=id)
        return True

    async def drop(self, order: acd.PlaceCallback) -> None:
        """What it needs is gone, so nobody can be called."""
        await self.service.submit(acd.CallbackDropped(order.call, "number or packet erased"))
