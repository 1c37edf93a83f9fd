"""Webhooks: what is told to other programs, when it is tried again, and how it is signed. PURE.

A delivery is written in the transaction of what it tells, and taken out once the other side has
said 2xx: so it survives any crash, and may come twice, under the same id.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

FIRST_AFTER = 5.0
"""Seconds until the second try; each further wait is twice as long."""
LONGEST = 3600.0
GIVES_UP = 3 * 86_400.0
"""Seconds for which it is tried."""
GONE = 410
"""The other side wants no more of it."""
CAMPAIGN_OVER, CALL_RESULT = "campaign.over", "call.result"
ALARM_RAISED, ALARM_CLEARED = "alarm.raised", "alarm.cleared"


@dataclass(frozen=True)
class Retry:
    """Try again at this time."""

    at: float


@dataclass(frozen=True)
class Done:
    """Nothing more is to be done; `lost` tells why it was never taken."""

    lost: str = ""


def after(status: int, tries: int, created: float, now: float, chance: float) -> Retry | Done:
    """What follows from an answer (0: there was none) to try number `tries`.

    `chance` (0–1) spreads those that failed together.
    """
    if 200 <= status < 300:
        return Done()
    if status == GONE:
        return Done("the other side wants no more of it (410)")
    if now - created >= GIVES_UP:
        return Done("it was tried for three days")
    wait = min(LONGEST, FIRST_AFTER * 2.0 ** min(tries - 1, 20))
    return Retry(now + wait * (0.75 + 0.5 * chance))


def signature(secret: bytes, at: int, body: bytes) -> str:
    """HMAC-SHA-256 over time and body: so nobody else can send it, nor send it again much later."""
    told = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256)
    return f"sha256={told.hexdigest()}"
