"""PURE. Whether a new inbound call is let in, and if not, what its caller is told."""

from __future__ import annotations

from dataclasses import dataclass

from telephony.edge.config import MediaTarget


@dataclass(frozen=True)
class Admitted:
    """Let in: this line, on this media process."""

    line: str
    media: MediaTarget


@dataclass(frozen=True)
class Refused:
    """Turned away with this response."""

    code: int
    phrase: str
    reason: str
    """A word to count by."""
    retry_after: int | None = None


@dataclass(frozen=True)
class House:
    """What the decision depends on, as it is at this moment."""

    lines: frozenset[str]
    default_line: str | None
    draining: bool
    active: int
    max_calls: int
    retry_after: int
    crowded: bool = False
    """Some media process is up and has no room for a conversation."""


UNTRUSTED = Refused(403, "Forbidden", "untrusted")
WRONG_PASSWORD = Refused(403, "Forbidden", "wrong_password")
UNKNOWN_LINE = Refused(404, "Not Found", "unknown_line")
NOT_REGISTERED = Refused(480, "Temporarily Unavailable", "not_registered")
UNKNOWN_TARGET = Refused(404, "Not Found", "unknown_target")
NO_TRUNK = Refused(404, "Not Found", "no_trunk")
TRUNK_GONE = Refused(503, "Service Unavailable", "trunk_gone")
"""The one asked for is not there: our fault, and no word on the number."""


def busy(reason: str, retry_after: int) -> Refused:
    """503 with Retry-After (RFC 3261 §21.5.4): come again, or go elsewhere."""
    return Refused(503, "Service Unavailable", reason, retry_after)


def line_for(dialled: str | None, house: House) -> str | None:
    """The line that a dialled user means; None where nobody answers it."""
    return dialled if dialled in house.lines else house.default_line


def decide(dialled: str | None, house: House, media: MediaTarget | None) -> Admitted | Refused:
    """The verdict on a call from a source that is trusted. `media` has room, or is None."""
    line = line_for(dialled, house)
    if line is None:
        return UNKNOWN_LINE
    if house.draining:
        return busy("draining", house.retry_after)
    if house.active >= house.max_calls:
        return busy("full", house.retry_after)
    if media is None:
        return busy("no_room" if house.crowded else "no_media", house.retry_after)
    return Admitted(line, media)
