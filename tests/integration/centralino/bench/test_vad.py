"""A smoke of `centralino bench vad`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from centralino.bench.run_vad import run_vad

pytestmark = pytest.mark.engine


async def test_the_detectors_are_compared(tmp_path: Path) -> None:
    report = tmp_path / "vad.json"
    await run_vad(1, 2.0, 1, report, tmp_path, "centralino bench vad")
    figures = json.loads(report.read_text())
    assert {row["detector"] for row in figures["rows"]} >= {"webrtc, 2", "silero, 0.5"}
    assert all(0.3 < each["silero"] <= 1 for each in figures["area"].values())
    assert "| silero, 0.5 | street 5 dB |" in (tmp_path / "vad.md").read_text()
