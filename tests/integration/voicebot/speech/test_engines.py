"""The real voices in this process conform, and what is chosen is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.speech_models import whisper_models
from tests.unit.voicebot.speech.conformance import (
    synthesiser_conforms,
)
from voicebot.errors import EngineMissing
from voicebot.models import folder_of
from voicebot.speech.engines import load_synthesiser, recogniser_choice
from voicebot.speech.jobs import EngineThreads
from voicebot.speech.ports import Synthesiser

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def hibari() -> Synthesiser:
    return load_synthesiser("hibari")


@pytest.fixture(scope="module")
def piper() -> Synthesiser:
    return load_synthesiser("piper")


async def test_hibari_conforms(hibari: Synthesiser) -> None:
    await synthesiser_conforms(hibari)


async def test_piper_conforms(piper: Synthesiser) -> None:
    await synthesiser_conforms(piper)


def test_the_choice_is_told() -> None:
    models = whisper_models()
    assert recogniser_choice("whisper", "en", models).why == "whisper is configured"
    assert recogniser_choice("auto", "it", models).engine == "whisper"
    with pytest.raises(EngineMissing, match="no Vosk model for 'it'"):
        recogniser_choice("vosk", "it", models)
    with pytest.raises(EngineMissing):
        load_synthesiser("stentor")


def test_a_folder_without_a_model_names_the_command(tmp_path: Path) -> None:
    from voicebot.speech.vosk import Vosk

    with pytest.raises(EngineMissing, match="centralino models fetch vosk-small-en-us"):
        Vosk(tmp_path, "vosk-small-en-us", "en", "test", EngineThreads(1, "test")).load()
    with pytest.raises(EngineMissing, match="centralino models fetch"):
        folder_of("whisper-base", tmp_path)
