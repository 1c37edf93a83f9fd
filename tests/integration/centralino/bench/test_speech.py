"""A smoke of `centralino bench speech`: two conditions, every voice of this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from centralino.bench.run_speech import run_speech
from centralino.config.read import read_config
from tests.acceptance.conftest import CACHE
from tests.speech_models import whisper_models

pytestmark = pytest.mark.engine


async def test_speech_is_measured_over_what_the_telephone_does(tmp_path: Path) -> None:
    (tmp_path / "cache").symlink_to(CACHE)
    config = read_config(
        None, {"state_dir": str(tmp_path), "speech": {"models_dir": str(whisper_models())}}
    )
    report = tmp_path / "speech.json"
    await run_speech(
        config, "whisper", 1, 2, 1, report, tmp_path, "centralino bench speech", ("pcmu",), 2
    )
    figures = json.loads(report.read_text())
    assert len(figures["rows"]) == 2
    clean = figures["rows"][0]
    assert (clean["codec"], clean["loss"], clean["snr_db"]) == ("pcmu", 0.0, None)
    assert clean["wer"] < 0.5 and clean["n"] == len(figures["voices"])
    assert "## By noise" in (tmp_path / "speech_whisper.md").read_text()
