"""Who may be called when, for what."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound import compliance
from outbound.compliance import ALLOWED, Asked, Denial, may_call, read_classes
from outbound.errors import OutboundConfigError
from outbound.schedule import is_open, next_opening, read_hours

DATA = tomllib.loads(Path(compliance.__file__).with_name("legal_classes.toml").read_text())
PLAIN, US = read_classes(DATA), read_classes(DATA, "us")
ROME, TOKYO = "Europe/Rome", "Asia/Tokyo"
DAY = 86_400.0


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


NOON = at("2026-01-14T12:00", ROME)  # a Wednesday
NIGHT = at("2026-01-14T23:00", ROME)


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_every_class_but_one_keeps_hours_lists_and_unknown_zones(name: str) -> None:
    law = PLAIN[name]
    emergency = name == "emergency"
    consented = Asked((ROME,), consented=True)
    assert may_call(law, consented, NOON) == ALLOWED
    assert may_call(law, consented, NIGHT).allowed is emergency
    assert may_call(law, replace(consented, zones=()), NOON).allowed is emergency
    assert may_call(law, replace(consented, zones=("Mars/Base",)), NOON).allowed is emergency
    assert may_call(law, replace(consented, blocked=True), NOON).allowed is emergency
    assert law.min_ring >= 15 and law.attempts >= 3


@pytest.mark.parametrize(
    ("name", "asked", "now", "denial", "again"),
    [
        ("sales", Asked((ROME,)), NOON, Denial.NO_CONSENT, None),
        ("lead", Asked((ROME,)), NOON, Denial.NO_CONSENT, None),
        ("survey", Asked((ROME,), blocked=True), NOON, Denial.DO_NOT_CALL, None),
        ("survey", Asked(()), NOON, Denial.UNKNOWN_ZONE, None),
        ("survey", Asked((ROME,)), NIGHT, Denial.HOURS, at("2026-01-15T09:00", ROME)),
        ("survey", Asked((ROME,)), at("2026-01-17T18:00", ROME), Denial.HOURS,
         at("2026-01-19T09:00", ROME)),  # Saturday evening: Monday
        ("survey", Asked((ROME,), called=(NOON - 5 * DAY, NOON - 40 * DAY, NOON - DAY, NOON - 3)),
         NOON, Denial.FREQUENCY, NOON + 25 * DAY),
        # Rome's noon is Tokyo's evening: open in both at Rome's opening of the next day.
        ("survey", Asked((ROME, TOKYO)), NOON, Denial.HOURS, at("2026-01-15T09:00", ROME)),
    ],
)  # fmt: skip
def test_denials_say_when_it_may_be_tried_again(
    name: str, asked: Asked, now: float, denial: Denial, again: float | None
) -> None:
    ruling = may_call(PLAIN[name], asked, now)
    assert (ruling.denial, ruling.again_at) == (denial, again)
    if again is not None:
        later = may_call(PLAIN[name], asked, again)
        assert later.allowed or later.denial is Denial.HOURS  # never the same reason again


def test_a_country_changes_what_differs_alone() -> None:
    assert US["informational"].frequency and not PLAIN["informational"].frequency
    assert US["informational"].hours == PLAIN["informational"].hours
    called = tuple(NOON - hours * 3600 for hours in range(1, 8))
    us = may_call(US["collections"], Asked(("America/New_York",), called=called), NOON + 3 * 3600)
    assert us.denial is Denial.FREQUENCY


def test_a_break_at_noon() -> None:
    law = read_classes(DATA, "FR")["sales"]
    asked = Asked(("Europe/Paris",), consented=True)
    ruling = may_call(law, asked, at("2026-01-14T13:20", "Europe/Paris"))
    assert (ruling.denial, ruling.again_at) == (
        Denial.HOURS,
        at("2026-01-14T14:00", "Europe/Paris"),
    )


def test_hours_follow_the_clock_of_the_place_through_summer_time() -> None:
    law = PLAIN["sales"]
    before, after = at("2026-03-28T10:30", ROME), at("2026-03-30T09:30", ROME)
    asked = Asked((ROME,), consented=True)
    assert may_call(law, asked, before).allowed and may_call(law, asked, after).allowed
    assert not may_call(law, asked, at("2026-03-30T08:59", ROME)).allowed


def test_holidays_and_a_place_that_never_opens() -> None:
    hours = read_hours({"wed": "09:00-17:00"}, ["2026-01-14"])
    zones = (ZoneInfo(ROME),)
    assert not is_open(hours, zones, NOON)
    assert next_opening(hours, zones, NOON) == at("2026-01-21T09:00", ROME)
    assert next_opening(read_hours({}), zones, NOON) is None
    apart = (ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Honolulu"))  # 24 h apart: always so
    assert next_opening(read_hours({"mon": "09:00-10:00"}), apart, NOON) is None


@given(st.floats(1.7e9, 1.9e9), st.sampled_from([ROME, TOKYO, "America/New_York"]))
def test_the_next_opening_is_open_and_nothing_before_it_is(now: float, zone: str) -> None:
    law, zones = PLAIN["survey"], (ZoneInfo(zone),)
    assert law.hours is not None
    opening = next_opening(law.hours, zones, now)
    assert opening is not None and opening >= now and is_open(law.hours, zones, opening)
    steps = range(0, int(opening - now), 1800)
    assert not any(is_open(law.hours, zones, now + step) for step in steps if opening > now)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"survey": 3}, "no table"),
        ({"survey": {"colour": "red"}}, "no key 'colour'"),
        ({"survey": {"attempts": "many"}}, "cannot be 'many'"),
        ({"survey": {"frequency": [3]}}, "list of"),
        ({"survey": {"hours": {"someday": "09:00-10:00"}}}, "names no days"),
        ({"survey": {"hours": {"mon": "9 to 5"}}}, "write 08:00-21:00"),
        ({"survey": {"hours": {"mon": "21:00-08:00"}}}, "ends before"),
        ({"survey": {"hours": {"mon": "08:00-09:00"}, "closed": ["Christmas"]}}, "write dates"),
        ({"survey": {"unknown_zone": True}}, "only emergencies"),
    ],
)
def test_wrong_data_is_refused(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(OutboundConfigError, match=problem):
        read_classes({**DATA, **change})


def test_there_is_always_an_emergency() -> None:
    with pytest.raises(OutboundConfigError, match="emergency"):
        read_classes({})
