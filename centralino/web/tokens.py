"""Packet tokens: what is kept of one, and a store in memory for tests and for one process."""

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
        self._known: dict[str, tuple[PacketAddress, float]] = {}

    async def issue(self, call: str, client: str, now: float) -> str:
        """A new token of 128 random bits, as 32 hex digits."""
        self._forget_expired(now)
        token = self._chance(16)
        self._known[token_digest(token)] = (PacketAddress(call, client), now + self._life)
        return token

    async def resolve(self, token: str, now: float) -> PacketAddress | None:
        """Which packet it names; None for an unknown or expired one."""
        self._forget_expired(now)
        found = self._known.get(token_digest(token))
        return found[0] if found else None

    async def revoke(self, call: str) -> None:
        """Make every token of a call worthless."""
        for digest in [d for d, (address, _) in self._known.items() if address.call == call]:
            del self._known[digest]

    def _forget_expired(self, now: float) -> None:
        for digest in [digest for digest, (_, until) in self._known.items() if until <= now]:
            del self._known[digest]


def token_digest(token: str) -> str:
    """What is kept and looked up: how long a look-up takes then tells nothing about a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
