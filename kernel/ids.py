"""Names of things. Ours, never a peer's: a SIP Call-ID is only journalled beside them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import NewType

CallId = NewType("CallId", str)
"""One conversation with one outside party, from arrival to the last hang-up."""
LegId = NewType("LegId", str)
"""One SIP session: the caller's, an agent's."""
OfferId = NewType("OfferId", str)

Chance = Callable[[int], str]
"""Gives n random bytes as hex; an argument wherever ids are made, so a test can count instead."""


def random_hex(n: int) -> str:
    """n random bytes as hex, from the system's source."""
    return secrets.token_hex(n)


def new_id(prefix: str, chance: Chance = random_hex) -> str:
    """A new name of the kind that `prefix` tells, e.g. `call-3f9a…` (64 random bits)."""
    return f"{prefix}-{chance(8)}"


def counting(start: int = 1) -> Chance:
    """A source for tests: 1, 2, 3, … so that names can be predicted."""
    state = {"next": start}

    def chance(n: int) -> str:
        value = state["next"]
        state["next"] = value + 1
        return f"{value:0{2 * n}x}"

    return chance
