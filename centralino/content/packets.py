"""The packet as whoever takes the call gets it: what the conversation learned, and what the
client's own records know of the caller's number.

The two come from different sides and at any time, so each has its own content; reading joins them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from centralino.content.store import PACKET
from centralino.db.calls import Clients
from kernel.codec import message
from kernel.packet import KnownCaller, Packet

KNOWN = "known"
"""The kind of content under which the records' word on a caller lies."""

Read = Callable[[str, str, Clients], Awaitable[object | None]]
"""`ContentStore.get`."""


@message("content.known")
@dataclass(frozen=True)
class Known:
    """What the client's records know of a call's caller."""

    callers: tuple[KnownCaller, ...] = ()


async def read_packet(read: Read, call: str, clients: Clients) -> Packet | None:
    """The packet of a call; None where there is none that these clients may see.

    Raises ContentError.
    """
    packet = await read(call, PACKET, clients)
    if not isinstance(packet, Packet):
        return None
    known = await read(call, KNOWN, clients)
    return replace(packet, known=known.callers) if isinstance(known, Known) else packet
