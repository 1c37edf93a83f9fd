"""Which recogniser hears a language? PURE. The answer says why: it is printed, never silent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from voicebot.errors import EngineMissing

VOSK_MODELS: dict[str, str] = {"en": "vosk-small-en-us", "ko": "vosk-ko"}
"""The catalogue's Vosk model for a language."""
WHISPER_MODEL = "whisper-base"


@dataclass(frozen=True)
class Choice:
    """An engine, its model as named in the catalogue, and the reason."""

    engine: str
    model: str
    why: str


def vosk_model(language: str) -> str | None:
    """The Vosk model of a language, whether installed or not; None where there is none."""
    return VOSK_MODELS.get(language.lower().split("-")[0])


def choose(language: str, installed: Collection[str]) -> Choice:
    """Vosk where it has a model of the language (it hears while one speaks), else Whisper.

    `language` is a tag such as `en` or `en-GB`; `installed` are names of the catalogue. Raises
    EngineMissing with the command that mends it.
    """
    vosk = vosk_model(language)
    if vosk is not None and vosk in installed:
        return Choice("vosk", vosk, f"{vosk} is installed")
    why = f"{vosk} is not installed" if vosk else f"no Vosk model for {language!r} is catalogued"
    if WHISPER_MODEL in installed:
        return Choice("whisper", WHISPER_MODEL, why)
    raise EngineMissing(
        f"no recogniser for {language!r} is installed: centralino models fetch {WHISPER_MODEL}"
    )
