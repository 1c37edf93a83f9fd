"""Passwords and PINs by argon2id (RFC 9106); the only file that imports argon2.

A hash takes 64 MiB and some 50 ms: it is done in a thread, and few at a time, so that a flood of
sign-ins takes neither the event loop nor the memory.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from centralino.users.errors import WeakPassword

AT_ONCE = 2
PASSWORD_LENGTH = range(10, 257)
PIN_LENGTH = range(4, 11)
SIP_PASSWORD_LENGTH = range(8, 129)
_NOBODY = "there is nobody of this name"


@dataclass
class Passwords:
    """Makes and checks hashes. The costs are RFC 9106's second recommendation (§4)."""

    time_cost: int = 3
    memory_cost: int = 65_536
    """KiB."""
    parallelism: int = 4
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _dummy: str = field(default="", repr=False)

    def check_password(self, password: str) -> None:
        """Raises WeakPassword."""
        if len(password) not in PASSWORD_LENGTH:
            raise WeakPassword(
                f"a password has {PASSWORD_LENGTH.start} to {PASSWORD_LENGTH.stop - 1} characters"
            )

    def check_pin(self, pin: str) -> None:
        """Raises WeakPassword."""
        if not (pin.isascii() and pin.isdigit() and len(pin) in PIN_LENGTH):
            raise WeakPassword(f"a PIN has {PIN_LENGTH.start} to {PIN_LENGTH.stop - 1} digits")

    def check_sip(self, password: str) -> None:
        """Of a phone. Raises WeakPassword."""
        if len(password) not in SIP_PASSWORD_LENGTH:
            length = SIP_PASSWORD_LENGTH
            raise WeakPassword(f"a SIP password has {length.start} to {length.stop - 1} characters")

    async def hash(self, secret: str) -> str:
        """What to store."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher().hash, _encode(secret))

    async def verify(self, stored: str | None, secret: str) -> bool:
        """Whether it is the secret. Takes as long where there is none stored."""
        if not self._dummy:
            self._dummy = await self.hash(_NOBODY)
        async with self._turn:
            return await asyncio.to_thread(self._verify, stored, secret)

    def outdated(self, stored: str) -> bool:
        """Whether it was hashed at other costs than are usual now."""
        return self._hasher().check_needs_rehash(stored)

    def _verify(self, stored: str | None, secret: str) -> bool:
        try:
            matches = self._hasher().verify(stored or self._dummy, _encode(secret))
        except (VerificationError, InvalidHashError):
            return False
        return matches and stored is not None

    def _hasher(self) -> PasswordHasher:
        return PasswordHasher(self.time_cost, self.memory_cost, self.parallelism)


def _encode(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogatepass")
