"""When a queue is open, in its own time zone. PURE."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Span = tuple[datetime.time, datetime.time]
"""From and until; midnight as the end is the end of the day."""


@dataclass(frozen=True)
class Hours:
    """Opening hours by weekday, and days on which nobody is there."""

    time_zone: str
    """IANA name."""
    week: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    """Day (`mon` …) → spans; a day without any is closed."""
    closed: frozenset[datetime.date] = frozenset()
    """Holidays."""


def is_open(hours: Hours, now: float) -> bool:
    """Whether it is open at `now` (UTC seconds)."""
    there = datetime.datetime.fromtimestamp(now, ZoneInfo(hours.time_zone))
    if there.date() in hours.closed:
        return False
    clock = there.time()
    return any(
        start <= clock and (clock < end or end == datetime.time.min)
        for start, end in hours.week.get(DAYS[there.weekday()], ())
    )
