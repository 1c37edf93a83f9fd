"""What the house needs of a SIP driver."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from kernel.ids import LegId
from telephony.types import Capabilities, Cause, LegEvent, Originate

FRAME_SECONDS = 0.020
"""Sound moves in frames of 20 ms."""


class MediaStream(Protocol):
    """The sound of one leg: 16-bit little-endian mono PCM at `rate`, 20 ms frames.

    Neither verb blocks or waits. Whoever owns the leg calls both once every 20 ms; the jitter
    buffer and concealment belong to the stack.
    """

    rate: int
    """Hz: 8000 for G.711."""

    @property
    def frame_bytes(self) -> int:
        """Bytes of one 20 ms frame: 320 at 8000 Hz."""

    def read(self) -> bytes | None:
        """The next received frame, or None when none has arrived."""

    def write(self, frame: bytes) -> None:
        """Queue one frame for sending. Silently dropped once the leg has ended."""

    def flush(self) -> int:
        """Drop what is queued and not yet sent; the number of bytes dropped."""

    def queued(self) -> int:
        """Bytes queued and not yet sent: what was written and the far end has not been sent."""


class CallControl(Protocol):
    """A SIP stack. Every verb names its leg; on a leg already gone each is harmless.

    Open with `async with`; events come in order from `events()`, to one reader.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this driver can do."""

    async def __aenter__(self) -> CallControl: ...

    async def __aexit__(self, *exc: object) -> None: ...

    def events(self) -> AsyncIterator[LegEvent]:
        """What happens, as it happens."""

    def media(self, leg: LegId) -> MediaStream:
        """The sound of an answered leg. Raises NoSuchLeg."""

    async def answer(self, leg: LegId, headers: Mapping[str, str] | None = None) -> None:
        """200 OK."""

    async def refuse(self, leg: LegId, cause: Cause) -> None:
        """A final response other than 200."""

    async def originate(self, order: Originate) -> None:
        """Send the INVITE. What becomes of it comes as events; a failure to send as LegEnded."""

    async def hang_up(self, leg: LegId) -> None:
        """BYE, or CANCEL while it rings."""

    async def hold(self, leg: LegId, on: bool) -> None:
        """re-INVITE with a=sendonly, or back to a=sendrecv."""

    async def send_digits(self, leg: LegId, digits: str) -> None:
        """Press keys at the far end."""

    async def refer(self, leg: LegId, target: str) -> None:
        """Blind transfer (RFC 3515). A token travels inside Refer-To as a URI header."""
