"""A third person at a contact: hears all, and is heard by none, one or all. PURE."""

from __future__ import annotations

from enum import StrEnum

from telephony.contact import Hears, Party


class Mode(StrEnum):
    """Who hears the supervisor."""

    LISTEN = "listen"
    """Nobody."""
    WHISPER = "whisper"
    """The agents, not the caller."""
    BARGE = "barge"
    """All."""


def supervised(hears: Hears, mode: Mode) -> Hears:
    """Who hears whom with a supervisor there. Nobody on hold is drawn in: it is the talk that is
    supervised, and who waits goes on waiting."""
    talking = tuple(hears)
    told = {
        Mode.LISTEN: (),
        Mode.WHISPER: tuple(party for party in talking if party is not Party.CALLER),
        Mode.BARGE: talking,
    }[mode]
    both = {
        party: (*heard, Party.SUPERVISOR) if party in told else heard
        for party, heard in hears.items()
    }
    return {**both, Party.SUPERVISOR: talking}
