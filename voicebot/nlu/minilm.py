"""all-MiniLM-L6-v2 (int8) on ONNX Runtime, for English.

6 layers, 384 numbers a token. A sentence is the mean of its tokens and, beside it, their maximum:
the mean says what it is about, the maximum keeps single telling words.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import BertWordPieceTokenizer

from voicebot.nlu.learned import Vectors
from voicebot.speech.onnx import session as open_session

TOKENS = 64
"""A longer sentence is cut: nobody says more in one breath."""
BATCH = 32
WIDTH = 384


class MiniLm:
    """An `Embedder`. The model (23 MB) is read with the first sentence."""

    name = "minilm-l6-int8-mean-max-1"
    width = WIDTH

    def __init__(self, model: Path, vocabulary: Path) -> None:
        self._model = model
        self._vocabulary = vocabulary
        self._session: Any = None
        self._tokenizer: BertWordPieceTokenizer | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Sentences × 768. Sentences of like length go together, so that little is padded."""
        vectors = np.zeros((len(texts), 2 * WIDTH), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            vectors[chosen] = self._batch([texts[at] for at in chosen])
        return vectors

    def _batch(self, texts: list[str]) -> Vectors:
        session, tokenizer = self._loaded()
        encoded = tokenizer.encode_batch(texts)
        ids = np.array([one.ids for one in encoded], dtype=np.int64)
        mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
        (tokens,) = session.run(
            None,
            {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)},
        )
        there = mask[:, :, None]
        mean = (tokens * there).sum(axis=1) / there.sum(axis=1)
        most = np.where(there > 0, tokens, -np.inf).max(axis=1)
        return np.hstack([_directions(mean), _directions(most)]).astype(np.float32)

    def _loaded(self) -> tuple[Any, BertWordPieceTokenizer]:
        if self._session is None or self._tokenizer is None:
            tokenizer = BertWordPieceTokenizer(str(self._vocabulary / "vocab.txt"), lowercase=True)
            tokenizer.enable_truncation(TOKENS)
            tokenizer.enable_padding()
            self._tokenizer = tokenizer
            self._session = open_session(self._model / "model.onnx")
        return self._session, self._tokenizer


def _directions(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: Vectors = vectors / np.maximum(lengths, 1e-9)
    return found
