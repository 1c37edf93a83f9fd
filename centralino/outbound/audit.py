"""The audit's chain: each row's mac covers the row and the mac before it.

Whoever has the house's key can tell whether a row was changed, taken out or put in, except at the
very end; so the newest mac is what to hand to somebody else now and then. Entries hold ids alone,
so erasing a person breaks nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

START = ""
"""What stands before the first mac."""


@dataclass(frozen=True)
class AuditRow:
    """One row of a campaign's chain."""

    seq: int
    at: float
    entry: dict[str, Any]
    mac: str


def mac_of(key: bytes, before: str, campaign: str, seq: int, at: float, entry: object) -> str:
    """HMAC-SHA-256 over the mac before and the row, in hex."""
    text = json.dumps([before, campaign, seq, at, entry], sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def first_break(key: bytes, campaign: str, rows: Iterable[AuditRow]) -> int | None:
    """The number of the first row that does not fit the chain; None where all do."""
    before, expected = START, 1
    for row in rows:
        mac = mac_of(key, before, campaign, row.seq, row.at, row.entry)
        if row.seq != expected or not hmac.compare_digest(mac, row.mac):
            return expected
        before, expected = row.mac, expected + 1
    return None
