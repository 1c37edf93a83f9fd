"""`bench dialer --stops` measures what it says, on a small campaign over real SIP."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from centralino.bench.dialer import Size
from centralino.bench.dialer_deaths import Deaths
from centralino.bench.dialer_stops import Stops, run_stops
from centralino.rehearsal.people import Mix
from tests.acceptance.conftest import share_cache

pytestmark = [pytest.mark.engine, pytest.mark.alone, pytest.mark.timeout(120)]


async def test_a_campaign_that_is_stopped_is_counted_alike_by_carrier_and_books(
    tmp_path: Path,
) -> None:
    share_cache(tmp_path)
    mix = Mix(busy=0.3, no_answer=0.0, invalid=0.1, ring=0.1, key_after=1.0)
    stops = Stops(times=1, runs=0.3, holds=0.5, people=6)
    figures = await run_stops(tmp_path, Size(recipients=40, cps=20.0), stops, mix)
    assert (figures["lost"], figures["duplicates"]) == (0, 0)
    fates, outcomes = figures["fates"], figures["outcomes"]
    assert figures["invites"] == sum(fates.values()) == 46
    assert outcomes.keys() == {"acknowledged", "busy", "invalid"}, "no call that is up is cut"
    assert sum(outcomes.values()) == figures["recipients"]
    assert figures["seen_cps_max"] >= 1 and figures["first_packet_ms"]["n"] == fates["answers"]
    assert figures["pause_to_last_invite_ms"]["n"] == 1
    assert figures["emergency_to_first_invite_ms"]["p50"] > 0
    seen = json.loads((tmp_path / "carrier.json").read_text())
    assert Deaths().figures(seen, 46)["called_again"] == 0
