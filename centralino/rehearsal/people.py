"""What becomes of a call on the loopback carrier: chosen by number, the same every time. PURE."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What the called does."""

    ANSWERS = "answers"
    """Picks up, hears, and presses a key."""
    SPEAKS = "speaks"
    """Picks up, hears, and says something."""
    SILENT = "silent"
    """Picks up and presses nothing."""
    VOICEMAIL = "voicemail"
    """A mailbox: a greeting, a beep, and it records."""
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CONGESTION = "congestion"
    """503: the carrier has no room."""
    INVALID = "invalid"


@dataclass(frozen=True)
class Mix:
    """Shares of what becomes of calls; what is left over answers and presses a key."""

    busy: float = 0.22
    no_answer: float = 0.23
    silent: float = 0.0
    speaks: float = 0.0
    congestion: float = 0.0
    invalid: float = 0.0
    voicemail: float = 0.0
    ring: float = 0.5
    """Seconds from INVITE to answer or refusal."""
    key_after: float = 3.0
    """Seconds from answer to the key, to words, or to a mailbox's greeting."""
    stays: float = 12.0
    """Seconds from answer after which the called hangs up, if nobody did."""
    says: str = ""
    """The file of what is said by who speaks: mono, 16-bit, 8 kHz; it begins as a key would."""
    hums: bool = False
    """Whether the called is heard: a tone in place of silence."""

    def fate(self, number: str, nth: int) -> Fate:
        """Of the nth call to this number."""
        digest = hashlib.sha256(f"{number}/{nth}".encode()).digest()
        at = int.from_bytes(digest[:4]) / 2**32
        shares = (
            (Fate.BUSY, self.busy), (Fate.NO_ANSWER, self.no_answer), (Fate.SILENT, self.silent),
            (Fate.CONGESTION, self.congestion), (Fate.INVALID, self.invalid),
            (Fate.SPEAKS, self.speaks), (Fate.VOICEMAIL, self.voicemail),
        )  # fmt: skip
        for fate, share in shares:
            if at < share:
                return fate
            at -= share
        return Fate.ANSWERS
