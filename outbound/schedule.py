"""PURE. When somebody may be called: hours at the called place, and the next time they begin.

A number may lie in several time zones (a country's mobile numbers, a free number): then it is open
only while it is open in all of them, so that nobody is woken by a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from outbound.errors import OutboundConfigError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD = 15
"""Days in which the next opening is looked for: longer than any row of holidays."""


Window = tuple[time, time]


@dataclass(frozen=True)
class Hours:
    """From when to when, by weekday; a day without an entry is closed."""

    by_day: Mapping[int, tuple[Window, ...]]
    """Monday is 0. A window's end belongs no more to it."""
    closed: frozenset[date] = field(default_factory=frozenset)
    """Holidays, as dates at the called place."""

    def windows(self, day: date) -> tuple[Window, ...]:
        """The hours of this day at the called place."""
        return () if day in self.closed else self.by_day.get(day.weekday(), ())


def read_hours(table: Mapping[str, str], closed: Iterable[str] = ()) -> Hours:
    """`{"mon-fri": "08:00-13:00, 14:00-21:00", "sat": "10:00-18:00"}`.

    Raises OutboundConfigError.
    """
    by_day: dict[int, tuple[Window, ...]] = {}
    for days, hours in table.items():
        windows = tuple(_window(part) for part in hours.split(","))
        by_day.update(dict.fromkeys(_days(days), windows))
    try:
        return Hours(by_day, frozenset(date.fromisoformat(day) for day in closed))
    except ValueError as error:
        raise OutboundConfigError(f"closed: {error}: write dates as 2026-12-25") from None


def _days(text: str) -> range:
    first, _, last = text.strip().lower().partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise OutboundConfigError(f"hours: {text!r} names no days: write mon, or mon-fri")
    return range(DAYS.index(first), DAYS.index(last or first) + 1)


def _window(text: str) -> Window:
    first, _, last = text.partition("-")
    try:
        begin, end = time.fromisoformat(first.strip()), time.fromisoformat(last.strip())
    except ValueError:
        raise OutboundConfigError(f"hours: {text!r}: write 08:00-21:00") from None
    if begin >= end:
        raise OutboundConfigError(f"hours: {text!r} ends before it begins")
    return begin, end


def known_zones(names: Iterable[str]) -> tuple[ZoneInfo, ...] | None:
    """The time zones, or None where one is unknown or there is none at all."""
    found = []
    for name in names:
        try:
            found.append(ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError):
            return None
    return tuple(found) or None


def is_open(hours: Hours, zones: Iterable[ZoneInfo], at: float) -> bool:
    """Whether `at` (UTC seconds) lies within the hours in every one of the zones."""
    return all(_open_in(hours, zone, datetime.fromtimestamp(at, UTC)) for zone in zones)


def _open_in(hours: Hours, zone: ZoneInfo, at: datetime) -> bool:
    there = at.astimezone(zone)
    return any(begin <= there.time() < end for begin, end in hours.windows(there.date()))


def next_opening(hours: Hours, zones: tuple[ZoneInfo, ...], after: float) -> float | None:
    """The first moment not before `after` (UTC seconds) that is open in all zones; None: none in
    the days to come. It is `after` itself, or an opening in one of the zones."""
    if is_open(hours, zones, after):
        return after
    openings = (opening for zone in zones for opening in _openings(hours, zone, after))
    return min((at for at in openings if is_open(hours, zones, at)), default=None)


def _openings(hours: Hours, zone: ZoneInfo, after: float) -> Iterable[float]:
    today = datetime.fromtimestamp(after, UTC).astimezone(zone).date()
    for days in range(LOOK_AHEAD):
        day = today + timedelta(days=days)
        for begin, _ in hours.windows(day):
            at = datetime.combine(day, begin, zone).timestamp()
            if at >= after:
                yield at
