"""`bench dialer` measures what it says, on a small campaign over real SIP."""

from __future__ import annotations

from pathlib import Path

import pytest

from centralino.bench.dialer import Size, run_dialer
from centralino.rehearsal.people import Mix
from tests.acceptance.conftest import share_cache

pytestmark = [pytest.mark.engine, pytest.mark.timeout(120)]


async def test_a_small_campaign_is_counted_alike_by_carrier_and_books(tmp_path: Path) -> None:
    share_cache(tmp_path)
    mix = Mix(busy=0.3, no_answer=0.0, invalid=0.1, ring=0.1, key_after=1.0)
    figures = await run_dialer(tmp_path, Size(recipients=20, cps=10.0), mix)
    assert (figures["lost"], figures["duplicates"]) == (0, 0)
    fates, outcomes = figures["fates"], figures["outcomes"]
    assert figures["invites"] == sum(fates.values()) == 20
    assert outcomes["acknowledged"] == fates["answers"]
    assert (outcomes["busy"], outcomes["invalid"]) == (fates["busy"], fates["invalid"])
    assert figures["seen_cps_max"] >= 1 and figures["first_packet_ms"]["n"] == fates["answers"]
