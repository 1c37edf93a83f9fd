"""Tokens and digests: 256 random bits, of which only the hash is stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable

TOKEN_BYTES = 32
NewToken = Callable[[int], str]


def new_token(chance: NewToken = secrets.token_urlsafe) -> str:
    """A token for a cookie or a link."""
    return chance(TOKEN_BYTES)


def hash_of(token: str) -> str:
    """What is stored of a token, and of a name that was tried. A token is long and random, so a
    fast hash does."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_of(token: str) -> str:
    """The session's CSRF token: only who holds the cookie's token can make it."""
    return hmac.new(token.encode("utf-8", "surrogatepass"), b"csrf", hashlib.sha256).hexdigest()


def csrf_matches(token: str, given: str) -> bool:
    """Whether a request that changes something came from a page of this session."""
    return hmac.compare_digest(csrf_of(token).encode(), given.encode("utf-8", "surrogatepass"))


def digest_secrets(user: str, realm: str, password: str) -> tuple[str, str]:
    """H(A1) by MD5 and by SHA-256 (RFC 7616 §3.4.2)."""
    a1 = f"{user}:{realm}:{password}".encode()
    md5 = hashlib.md5(a1, usedforsecurity=False).hexdigest()
    return md5, hashlib.sha256(a1).hexdigest()
