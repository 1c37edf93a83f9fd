"""PURE. What a question expects decides how its answer is listened to: one table.

How long a silence ends it, which words are an answer rather than a sign of listening, what the
recogniser is told, how long the caller may think: all of it follows from what is asked. Whoever
waits 0.9 s after "yes" is slow; whoever waits 0.4 s amid an account number cuts it in two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

HARD_STOP = 3.0
"""Seconds of silence after which any answer is over."""


@dataclass(frozen=True)
class Expected:
    """How one kind of answer is listened to. Times are seconds of silence after a word."""

    endpoint: float
    """Ends an answer of which nothing more is known."""
    complete: float
    """Ends one that is known to be complete."""
    by_words: float
    """The same where only the words say so, and no turn detector heard the voice."""
    prefix: float
    """Ends one that is plainly unfinished ("my account number is")."""
    more: float = 0.0
    """Ends one that is an answer and may go on ("gas", "on the fifth"); 0: as `endpoint`."""
    learns: bool = True
    """Whether the pauses that this caller makes change `endpoint`."""
    no_input: float = 0.0
    """Seconds that the caller has at least to begin."""
    assent: bool = False
    """Whether "okay" or "mhm" over the prompt is an answer; else it is a sign of listening."""
    judged: bool = False
    """Whether a turn detector is asked."""
    pause: float = 0.2
    """Ends perhaps: recognition begins, so that its answer is there when the turn is over. Shorter
    where the answer is short: its recogniser would be waited for, and it has few gaps to try."""
    alternatives: int = 1
    """Readings wanted of the recogniser."""
    terms: tuple[str, ...] = ()
    """Words that make a better guess likelier, besides the question's own."""

    def times(self, patience: float) -> Expected:
        """The same with every silence that ends an answer so many times as long."""
        return replace(self, **{name: patience * getattr(self, name) for name in SILENCES})


SILENCES = ("endpoint", "complete", "by_words", "prefix", "more")

LOOKING = ("uh", "um")
"""What callers say while they look for words. A recogniser that is not told so writes "Yes." for a
lone "uh" where it is told to expect yes or no."""

EXPECTED: Mapping[str, Expected] = {
    "yes_no": Expected(
        0.35, 0.32, 0.32, 1.2, learns=False, assent=True, alternatives=3, terms=LOOKING, pause=0.08
    ),
    "menu": Expected(
        0.5, 0.45, 0.45, 1.5, 1.1, assent=True, alternatives=3, terms=LOOKING, pause=0.08
    ),
    "open": Expected(0.85, 0.35, 0.5, 2.0, more=1.15, judged=True, terms=LOOKING),
    "name": Expected(0.85, 0.5, 0.6, 2.0, more=1.1, judged=True, alternatives=3, terms=LOOKING),
    "date": Expected(0.85, 0.5, 0.5, 2.0, 1.1, no_input=7.0, alternatives=3, terms=LOOKING),
    "digits": Expected(1.8, 0.35, 0.35, 2.5, no_input=10.0, alternatives=5),
    "spelling": Expected(1.8, 1.0, 1.0, 2.5, no_input=8.0, alternatives=5),
}  # fmt: skip


def expected(kind: str) -> Expected:
    """The row for this kind of answer; what is not known is open."""
    return EXPECTED.get(kind, EXPECTED["open"])


@dataclass(frozen=True)
class Mask:
    """What digits must be to be an answer."""

    least: int = 0
    most: int = 0
    """0: no limit."""
    luhn: bool = False
    """Whether the last digit checks the others (ISO/IEC 7812-1, annex B)."""
    scale: tuple[int, int] | None = None
    """The least and the greatest number that they may be, both included."""

    def fits(self, digits: str) -> bool:
        """Whether these can be the answer."""
        high = self.most or len(digits)
        right = digits.isdigit() and self.least <= len(digits) <= high
        on_scale = self.scale is None or (right and self.scale[0] <= int(digits) <= self.scale[1])
        return right and on_scale and (not self.luhn or luhn(digits))

    def full(self, digits: str) -> bool:
        """Whether these are the answer, and no digit can follow."""
        if self.scale is not None:
            return self.fits(digits) and (int(digits) == 0 or int(digits) * 10 > self.scale[1])
        return bool(self.most) and len(digits) == self.most and self.fits(digits)


def luhn(digits: str) -> bool:
    """Whether the check digit is right: every second digit from the right counts twice."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return bool(digits) and total % 10 == 0


class Pace:
    """How long this caller pauses amid what is said: a moving average, within bounds."""

    WEIGHT = 0.3
    """Of the newest pause."""
    FACTOR = 1.3
    """Longer than the usual pause is the end."""
    MOST = 1.5
    """An endpoint delay becomes so many times itself at most, and never less: who pauses shortly
    pauses all the same, and who never does teaches nothing."""

    def __init__(self) -> None:
        self.mean: float | None = None
        """Seconds; None: not known yet."""

    def paused(self, seconds: float) -> None:
        """The caller went on after such a pause."""
        seconds = min(seconds, HARD_STOP)
        if self.mean is None:
            self.mean = seconds
        else:
            self.mean += self.WEIGHT * (seconds - self.mean)

    def endpoint(self, row: Expected) -> float:
        """The endpoint delay of this row for this caller."""
        if self.mean is None or not row.learns:
            return row.endpoint
        wanted = max(self.FACTOR * self.mean, row.endpoint)
        return min(wanted, self.MOST * row.endpoint, HARD_STOP)
