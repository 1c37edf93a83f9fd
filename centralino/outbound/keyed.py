"""Names of campaigns that are being drafted: under one idempotency key always the same.

The answer to a key is written after what was asked was done. A crash between the two lets the asker
ask again, and a draft of the same name is the same draft, with the people that were still missing.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from contextvars import ContextVar

from kernel.ids import new_id

_key: ContextVar[str] = ContextVar("idempotency_key", default="")


@contextlib.contextmanager
def asked_under(key: str) -> Iterator[None]:
    """What is drafted within is drafted for this key, which is the asker's own."""
    token = _key.set(key)
    try:
        yield
    finally:
        _key.reset(token)


def campaign_name() -> str:
    """The id of the campaign that is drafted now."""
    key = _key.get()
    return f"cam-{hashlib.sha256(key.encode()).hexdigest()[:20]}" if key else new_id("cam")
