"""What became of each queue's waits: how soon callers give up, how wide a range must be. PURE.

Both are learned from stays that are over and lie in a row, so that a restart and a replay go on
with them.

Callers ahead who will give up are not served. Their rate is those who left by themselves ÷ the
seconds that all have waited: the estimate for an exponential patience of which most is never seen.
`PRIOR` seconds in which nobody left are added, so that little evidence says that all stay.

A range says that it holds eight of ten. Each of its ends lies so many standard deviations beside
the middle as has shown: one that was missed moves out, one that was not moves in by a ninth of
that. So each is missed once in ten in the long run, whatever the law of the waits is and however it
changes (Gibbs and Candès, 2021, "Adaptive conformal inference under distribution shift").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from acd.estimate import Accuracy, Range, Z
from acd.visits import Exit, Visit
from kernel.codec import message

MISSES = 0.1
"""The share of waits that each end of a range may miss."""
STEP = 0.15
"""Standard deviations by which an outcome moves an end, times how much it was expected."""
NARROWEST, WIDEST = -0.5, 4.0
"""Within these an end stays: however it went, a range says something, and not nothing."""
PRIOR = 600.0
"""Seconds."""
MEMORY = 0.005
"""By so much each stay fades with the next one: about the last two hundred count."""
GAVE_UP = frozenset({Exit.ABANDONED, Exit.LEFT})


@message("acd.waits_record")
@dataclass(frozen=True)
class WaitsRecord:
    """What a queue's stays have taught."""

    queue: str
    client: str
    gave_up: float = 0.0
    """Callers who left by themselves; older ones fade."""
    waited: float = 0.0
    """Seconds that all have waited, fading alike."""
    low: float = Z
    """Standard deviations from the middle of a range down to its lower end."""
    high: float = Z
    """And up to its upper end."""

    @property
    def key(self) -> str:
        """The row's name."""
        return self.queue

    @property
    def rate(self) -> float:
        """How many of those who wait leave by themselves, each second and each of them."""
        return self.gave_up / (self.waited + PRIOR)


def after(known: WaitsRecord, stay: Visit) -> WaitsRecord:
    """What is known after one more stay."""
    fades = 1 - MEMORY
    known = replace(
        known,
        gave_up=fades * known.gave_up + (stay.exit in GAVE_UP),
        waited=fades * known.waited + max(0.0, stay.waited()),
    )
    if (outcome := stay.outcome) is None:
        return known
    low, high, came = outcome
    if not high:
        return known  # an agent seemed free: however its ends move, such a range stays nothing
    return replace(known, low=_moved(known.low, came < low), high=_moved(known.high, came > high))


def _moved(end: float, missed: bool) -> float:
    return min(max(end + STEP * (missed - MISSES), NARROWEST), WIDEST)


@dataclass
class Hindsight:
    """A centre's queues, each with what its stays have taught."""

    write: Callable[[WaitsRecord], None]
    """To the ledger."""
    accuracy: dict[str, Accuracy] = field(default_factory=dict)
    """How good each queue's estimates were, since this life began."""
    _known: dict[str, WaitsRecord] = field(default_factory=dict)

    def load(self, record: WaitsRecord) -> None:
        """Take in a row."""
        self._known[record.queue] = record

    def of(self, queue: str, client: str = "") -> WaitsRecord:
        """What is known of a queue; of a new one that nobody gives up."""
        return self._known.get(queue) or WaitsRecord(queue, client)

    def over(self, stay: Visit) -> None:
        """A stay has ended."""
        if stay.exit is Exit.ANSWERED and not stay.waited():
            return  # it has not waited
        if (outcome := stay.outcome) is not None:
            low, high, came = outcome
            self.accuracy.setdefault(stay.queue, Accuracy()).learned(Range(low, high), came)
        known = after(self.of(stay.queue, stay.client), stay)
        self.load(known)
        self.write(known)
