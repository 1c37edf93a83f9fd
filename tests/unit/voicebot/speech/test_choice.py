"""Which recogniser, and why."""

from __future__ import annotations

import pytest

from voicebot.errors import EngineMissing
from voicebot.speech.choice import Choice, choose

WHISPER = "whisper-base"


@pytest.mark.parametrize(
    ("language", "installed", "choice"),
    [
        (
            "en",
            {"vosk-small-en-us", WHISPER},
            Choice("vosk", "vosk-small-en-us", "vosk-small-en-us is installed"),
        ),
        ("en-GB", {WHISPER}, Choice("whisper", WHISPER, "vosk-small-en-us is not installed")),
        ("ko", {"vosk-ko"}, Choice("vosk", "vosk-ko", "vosk-ko is installed")),
        (
            "it",
            {"vosk-small-en-us", WHISPER},
            Choice("whisper", WHISPER, "no Vosk model for 'it' is catalogued"),
        ),
    ],
)
def test_choice(language: str, installed: set[str], choice: Choice) -> None:
    assert choose(language, installed) == choice


def test_nothing_installed_names_the_command() -> None:
    with pytest.raises(EngineMissing, match="centralino models fetch whisper-base"):
        choose("en", {"vosk-ko"})
