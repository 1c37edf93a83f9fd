"""A small campaign on a running house, over real SIP and RTP. No time is asserted."""

from __future__ import annotations

from pathlib import Path

import pytest

from centralino.bench.dialer import Size, run_dialer
from centralino.rehearsal.people import Mix

pytestmark = [pytest.mark.engine, pytest.mark.timeout(120)]


async def test_everybody_is_called_once_and_pressing_the_key_is_the_success(
    tmp_path: Path,
) -> None:
    mix = Mix(busy=0.3, no_answer=0.0, invalid=0.1, key_after=1.0)
    figures = await run_dialer(tmp_path, Size(recipients=20, cps=10.0), mix)
    assert (figures["lost"], figures["duplicates"], figures["invites"]) == (0, 0, 20)
    assert figures["outcomes"] == {
        "acknowledged": figures["fates"]["answers"],
        "busy": figures["fates"]["busy"],
        "invalid": figures["fates"]["invalid"],
    }
    assert figures["seen_cps_max"] <= 11
    assert figures["rtp_packets"]["received"] > 0
