"""What a campaign that was stopped, or died, comes to at the carrier."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from centralino.bench.dialer_deaths import Deaths, in_flight
from centralino.bench.dialer_stops import EMERGENCY, Moment, Stops, ordinary

OURS, THEIRS = "+39061", f"{EMERGENCY}1"


def test_the_last_invite_after_each_command_counts_and_those_after_the_rest_do_not() -> None:
    stops = Stops(
        pauses=[Moment(10.0, 10.02, 12.0), Moment(20.0, 20.02, 22.0)],
        emergencies=[Moment(30.0, 30.02, 33.0)],
    )
    seen = {
        9.99: OURS, 10.04: OURS, 10.09: OURS, 12.05: OURS, 19.0: OURS, 22.01: OURS,
        30.05: OURS, 30.1: THEIRS, 31.0: THEIRS, 31.05: OURS, 32.0: OURS,
    }  # fmt: skip
    figures = stops.figures(list(seen), list(seen.values()))
    assert figures["pause_to_last_invite_ms"] == {"p50": 45, "p95": 90, "n": 2, "max": 90}
    assert figures["emergency_to_others_last_invite_ms"]["max"] == 50
    assert figures["emergency_to_first_invite_ms"]["max"] == 100


@pytest.mark.parametrize("hour", range(24))
def test_it_is_noon_for_everybody_who_is_called(hour: int) -> None:
    assert ZoneInfo(ordinary(hour * 3600.0).zone).key.startswith("Etc/GMT")


def test_in_flight_is_what_began_and_has_not_ended() -> None:
    assert in_flight([1.0, 2.0, 3.0], [2.5], 2.7) == 1
    deaths = Deaths(boundaries=["outbound:4:17", "outbound:2:9"], media_at=[2.7])
    seen = {"at": [3.0, 1.0, 2.0], "ended": [2.5], "invites": {"a": 1, "b": 1, "c": 1}}
    assert deaths.figures(seen, recipients=2) == {
        "control_deaths": 2, "steps": [2, 4], "media_deaths": 1, "called_again": 1,
        "in_flight_at_media_deaths": 1,
    }  # fmt: skip
