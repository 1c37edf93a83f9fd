"""A caller by hand, against the loopback carrier in its own process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from centralino.bench.dialer import carrier
from centralino.bench.knock import HOST, knock
from centralino.processes.layout import free_port
from centralino.rehearsal.people import Mix


@pytest.mark.parametrize(
    ("mix", "said", "held"),
    [(Mix(busy=0.0, no_answer=0.0, ring=0.01), "let in", 1),
     (Mix(busy=0.0, no_answer=0.0, congestion=1.0, ring=0.01),
      "503 Service Unavailable, Retry-After: 1", 0)],
)  # fmt: skip
async def test_how_a_call_is_answered_is_told(
    mix: Mix, said: str, held: int, tmp_path: Path
) -> None:
    port, seen = free_port(HOST), tmp_path / "seen.json"
    async with carrier(port, seen, mix):
        assert await knock(f"{HOST}:{port}", "2000") == said
    counted = json.loads(seen.read_text())
    assert len(counted["held"]) == held  # and it has hung up
