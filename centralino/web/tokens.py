"""Packet tokens kept in memory: they live minutes, a restart ends them."""

from __future__ import annotations

import hashlib

from centralino.web.ports import PacketAddress
from kernel.ids import Chance, random_hex

LIFE = 600.0
"""Seconds: a transfer is answered, and its packet fetched, within minutes."""


class MemoryPacketTokens:
    """A `PacketTokens` that lives as long as its object. Only digests of tokens are kept."""

    def __init__(self, chance: Chance = random_hex, life: float = LIFE) -> None:
        self._chance = chance
        self._life = life
        self._known: dict[bytes, tuple[PacketAddress, float]] = {}

    async def issue(self, call: str, client: str, now: float) -> str:
        """A new token of 128 random bits, as 32 hex digits."""
        self._forget_expired(now)
        token = self._chance(16)
        self._known[_digest(token)] = (PacketAddress(call, client), now + self._life)
        return token

    async def resolve(self, token: str, now: float) -> PacketAddress | None:
        """Which packet it names; None for an unknown or expired one."""
        self._forget_expired(now)
        found = self._known.get(_digest(token))
        return found[0] if found else None

    def _forget_expired(self, now: float) -> None:
        for digest in [digest for digest, (_, until) in self._known.items() if until <= now]:
            del self._known[digest]


def _digest(token: str) -> bytes:
    # Looked up by digest, so that how long a look-up takes tells nothing about a token.
    return hashlib.sha256(token.encode()).digest()
