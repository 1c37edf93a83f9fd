"""Servers that help a browser and the house find each other: STUN tells an address, TURN lends
one. PURE."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

LOGIN_SECONDS = 24 * 3600.0
"""How long a login at a TURN server with a shared secret is good: longer than a shift."""


@dataclass(frozen=True)
class IceServer:
    """One, as both ends are told it (RTCIceServer)."""

    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = None

    def told(self) -> dict[str, Any]:
        """As a browser takes it."""
        login = {"username": self.username, "credential": self.credential}
        return {"urls": list(self.urls), **({} if self.username is None else login)}


@dataclass(frozen=True)
class IceServers:
    """All of one house. Without `user`, `secret` is shared with the TURN server, and everybody gets
    a login of their own for a day (draft-uberti-behave-turn-rest-00; coturn: use-auth-secret)."""

    stun: tuple[str, ...] = ()
    turn: tuple[str, ...] = ()
    user: str = ""
    secret: str = ""

    def for_(self, who: str, now: float) -> tuple[IceServer, ...]:
        """What `who` is told, at `now` (UTC seconds)."""
        stun = (IceServer(self.stun),) if self.stun else ()
        return (*stun, IceServer(self.turn, *self._login(who, now))) if self.turn else stun

    def _login(self, who: str, now: float) -> tuple[str, str]:
        if self.user:
            return self.user, self.secret
        user = f"{int(now + LOGIN_SECONDS)}:{who}"
        proof = hmac.new(self.secret.encode(), user.encode(), hashlib.sha1).digest()
        return user, base64.b64encode(proof).decode()
