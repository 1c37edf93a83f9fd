"""A smoke of `centralino bench rehearsal`: a turn, an interrupted prompt, figures and page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from centralino.bench.run_rehearsal import Size, run_rehearsal
from tests.acceptance.conftest import CACHE

pytestmark = pytest.mark.engine


async def test_turns_are_rehearsed_without_a_telephone(tmp_path: Path) -> None:
    (CACHE / "voices").mkdir(parents=True, exist_ok=True)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "cache").symlink_to(CACHE)
    (tmp_path / "voices").symlink_to(CACHE / "voices")
    report, pages = tmp_path / "rehearsal.json", tmp_path / "pages"
    size = Size(turns=1, prompt_hours=0.0, stops=1)
    await run_rehearsal(tmp_path, size, report, pages, "centralino bench rehearsal")
    figures = json.loads(report.read_text())
    assert [turn["kind"] for turn in figures["turns"]] == ["open"]
    assert figures["turn_latency_ms"]["n"] == 1 and figures["unanswered"] == 0
    assert figures["stops"]["after_speech_ms"]["n"] == 1
    assert "Rehearsed" in (pages / "rehearsal.md").read_text()
