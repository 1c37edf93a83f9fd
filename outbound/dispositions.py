"""What follows from what an agent says that a contact came to. PURE. Data of each campaign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from outbound.errors import OutboundConfigError
from outbound.records import Bucket, RecipientRecord, RecipientState


class Follows(StrEnum):
    """What becomes of the person."""

    DONE = "done"
    """Nothing more: a sale, a no."""
    AGAIN = "again"
    """Called again at the time agreed."""
    WRONG_NUMBER = "wrong_number"
    """Somebody else: no campaign of the client tries this number again; the person's next one is
    tried."""
    DO_NOT_CALL = "do_not_call"
    """Onto the client's do-not-call list."""


DISPOSITIONS: Mapping[str, str] = {
    "sale": Follows.DONE,
    "call again": Follows.AGAIN,
    "not interested": Follows.DONE,
    "wrong number": Follows.WRONG_NUMBER,
    "do not call": Follows.DO_NOT_CALL,
}
"""Of a campaign that has none of its own."""
AGAIN_AFTER = 24 * 3600.0
"""Seconds until the next call where no time was agreed."""


def check(table: Mapping[str, str]) -> None:
    """Raises OutboundConfigError."""
    known = [str(one) for one in Follows]
    for name, follows in table.items():
        if follows not in known:
            raise OutboundConfigError(
                f"disposition {name!r}: {follows!r} is none of {', '.join(known)}"
            )


def disposed(
    recipient: RecipientRecord, follows: Follows, why: str, paths: int, again_at: float, now: float
) -> RecipientRecord:
    """The person after the disposition; `paths` numbers are known, and `again_at` (UTC seconds; 0:
    none) was agreed."""
    if follows is Follows.AGAIN:
        return replace(
            recipient, state=RecipientState.PENDING, why=why,
            next_at=max(now, again_at) if again_at else now + AGAIN_AFTER,
            spent=0,  # the person asked for it
        )  # fmt: skip
    if follows is Follows.WRONG_NUMBER:
        return _wrong_number(recipient, why, paths, now)
    done = follows is Follows.DONE
    state = RecipientState.ACKNOWLEDGED if done else RecipientState.SUPPRESSED
    return replace(recipient, state=state, why=why, next_at=0.0)


def _wrong_number(recipient: RecipientRecord, why: str, paths: int, now: float) -> RecipientRecord:
    dead = tuple(sorted({*recipient.dead_paths, recipient.path}))
    left = [path for path in range(paths) if path not in dead]
    if not left:
        return replace(
            recipient, state=RecipientState.EXHAUSTED, bucket=Bucket.INVALID, dead_paths=dead,
            why=why, next_at=0.0,
        )  # fmt: skip
    return replace(
        recipient, state=RecipientState.PENDING, bucket=Bucket.NOT_REACHED, dead_paths=dead,
        path=left[0], why=why, next_at=now, reached_at=0.0,
    )  # fmt: skip
