"""What can go wrong with content."""

from __future__ import annotations

from centralino.errors import CentralinoError


class ContentError(CentralinoError):
    """Something is wrong with stored content."""


class SealBroken(ContentError):
    """Sealed bytes were not made with this key and name, or were changed."""


class Erased(ContentError):
    """The subject was erased; nothing more is kept about it."""


class KeyConflict(ContentError):
    """The call has another sound key already."""


class NoSound(ContentError):
    """There is no recording of this call."""


class BadName(ContentError):
    """A call's id cannot name a file."""


class BadRecording(ContentError):
    """A recorded message cannot be played."""
