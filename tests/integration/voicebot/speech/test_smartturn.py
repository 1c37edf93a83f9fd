"""The turn detector's features, and the network where its weights are installed."""

from __future__ import annotations

import numpy as np
import pytest

from tests.speech_models import MODELS
from voicebot.errors import EngineMissing
from voicebot.models import folder_of, installed
from voicebot.speech.engines import load_synthesiser, load_turn_detector
from voicebot.speech.smartturn import BANDS, RATE, SECONDS, log_mel

pytestmark = pytest.mark.engine


def test_a_tone_lies_in_its_band_and_level_does_not_matter() -> None:
    time = np.arange(RATE * SECONDS) / RATE
    tone = np.sin(2 * np.pi * 1000 * time).astype(np.float32)
    bands = log_mel(tone)
    assert bands.shape == (BANDS, 100 * SECONDS)
    peak = int(bands.mean(axis=1).argmax())
    assert 25 <= peak <= 28  # 1 kHz is mel 15 of 45.2 on Slaney's scale
    assert np.allclose(log_mel(0.01 * tone), bands, atol=1e-2)
    assert bands.max() - bands.min() <= 2.0 + 1e-6


def test_it_is_off_unless_wanted_and_missing_weights_name_the_command() -> None:
    assert load_turn_detector("off", MODELS) is None
    if "smart-turn" not in installed(MODELS):
        with pytest.raises(EngineMissing, match="pip install --no-deps pipecat-ai"):
            folder_of("smart-turn", MODELS)


async def test_a_whole_sentence_sounds_more_finished_than_half_of_it() -> None:
    if "smart-turn" not in installed(MODELS):
        pytest.skip("no Smart Turn: pip install --no-deps pipecat-ai")
    detector = load_turn_detector("smart-turn", MODELS)
    assert detector is not None
    voice = load_synthesiser("hibari")
    whole = b"".join([c.pcm async for c in voice.speak("Can I pay my bill in three parts?", 8000)])
    half = whole[: len(whole) // 4 * 2]
    assert await detector.finished(whole, 8000) > await detector.finished(half, 8000)
