"""What can go wrong in the ACD. An illegal move raises `kernel.errors.IllegalTransition`."""

from __future__ import annotations


class AcdError(Exception):
    """Something in the ACD went wrong."""


class AcdConfigError(AcdError):
    """A centre's configuration cannot be used; the message names the key."""


class AcdNotOpen(AcdError):
    """The service was used before `open()`."""
