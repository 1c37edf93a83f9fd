"""Sealing bytes: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce before the ciphertext.

A key belongs to one call or person and seals some thousands of pieces at most, far below the 2^32
up to which random nonces are safe (SP 800-38D §8.3). What the bytes are goes into `aad`, so that a
sealed piece cannot be passed off as another.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from centralino.content.errors import SealBroken

KEY_BYTES = 32
NONCE_BYTES = 12
OVERHEAD = NONCE_BYTES + 16
"""Bytes that sealing adds: the nonce before, the tag behind."""

RandomBytes = Callable[[int], bytes]


def new_key(chance: RandomBytes = os.urandom) -> bytes:
    """A new key."""
    return chance(KEY_BYTES)


def seal(key: bytes, clear: bytes, aad: bytes, chance: RandomBytes = os.urandom) -> bytes:
    """The bytes, sealed as what `aad` says they are."""
    nonce = chance(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, clear, aad)


def open_(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """The bytes that `seal` sealed. Raises SealBroken."""
    if len(sealed) < OVERHEAD:
        raise SealBroken(f"{len(sealed)} bytes are too few to be sealed")
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], aad)
    except InvalidTag:
        raise SealBroken("sealed with another key or name, or changed since") from None
