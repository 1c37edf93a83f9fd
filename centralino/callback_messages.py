"""What media processes and control tell one another of callers who are called back.

Number and packet are content: they travel here and lie in the content store, never in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass

from acd.messages import PlaceCallback
from kernel.codec import message
from kernel.packet import Packet


@message("callback.asked")
@dataclass(frozen=True)
class CallbackAsked:
    """A waiting caller wants to be called back. Number and packet are content."""

    call: str
    callback: str
    """The id of the call to come; the packet carries it."""
    client: str
    number: str
    """As typed or said, or the URI as presented."""
    media: str
    packet: Packet


@message("callback.dial")
@dataclass(frozen=True)
class DialBack:
    """Control → media: bring an agent and a caller together, with what the ACD does not know."""

    order: PlaceCallback
    number: str
    packet: Packet
    leg_media: str = ""
    """The process in which the agent's leg stands; empty: none does."""
