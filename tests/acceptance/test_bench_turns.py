"""A smoke of `centralino bench turns`: a caller, a few turns, the figures and the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from centralino.bench.run_turns import Size, run_turns
from tests.acceptance.conftest import CACHE

pytestmark = [pytest.mark.engine, pytest.mark.alone, pytest.mark.timeout(120)]


async def test_turns_are_measured_from_recordings(tmp_path: Path) -> None:
    (CACHE / "voices").mkdir(parents=True, exist_ok=True)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "cache").symlink_to(CACHE)
    (tmp_path / "voices").symlink_to(CACHE / "voices")
    report, pages = tmp_path / "turns.json", tmp_path / "pages"
    size = Size(turns=1, calls=1, prompt_hours=0.0, stops=0)
    assert await run_turns(tmp_path, size, report, pages, "centralino bench turns")
    figures = json.loads(report.read_text())
    assert figures["turn_latency_ms"]["n"] + figures["unanswered"] >= 1
    assert set(figures["split_ms"]) == {"endpoint", "asr", "nlu", "tts", "queue"}
    assert [turn["kind"] for turn in figures["turns"]] == ["open"]
    assert figures["turns"][0]["heard"]
    assert "| the mix |" in (pages / "turns.md").read_text()
    assert (pages / "turns.svg").stat().st_size < 60_000
