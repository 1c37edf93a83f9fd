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


LOOK = 40
"""Days for which a change is looked for."""


def next_change(hours: Hours, now: float) -> tuple[bool, float]:
    """Whether it is open at `now`, and when that changes (UTC seconds); infinity: not in the next
    40 days."""
    opened = is_open(hours, now)
    there = datetime.datetime.fromtimestamp(now, ZoneInfo(hours.time_zone))
    for days in range(LOOK):
        day = there.date() + datetime.timedelta(days=days)
        for edge in sorted(_edges(hours, day)):
            if edge > now and is_open(hours, edge) is not opened:
                return opened, edge
    return opened, float("inf")


def _edges(hours: Hours, day: datetime.date) -> set[float]:
    """Where something may begin or end on a day: its midnight, and its spans."""
    zone = ZoneInfo(hours.time_zone)
    spans = hours.week.get(DAYS[day.weekday()], ())
    clocks = {datetime.time.min, *(clock for span in spans for clock in span)}
    return {datetime.datetime.combine(day, clock, zone).timestamp() for clock in clocks}
