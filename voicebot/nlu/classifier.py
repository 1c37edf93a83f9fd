"""PURE but for scikit-learn's TF-IDF. Sentence → probability of each intent, and of being in scope.

Three classifiers that err differently, joined by the geometric mean (`joining`): *words* (TF-IDF
and logistic regression) know the bot's own vocabulary and forgive what was misheard; *sense* (a
small network over a sentence embedding) knows wordings that nobody wrote down; *neighbours* (the
nearest sentences that were learned) know exceptions, and are asked where that helps. Without an
embedder, words alone. Sentences that the bot is not for are one more intent, judged by a detector
(`doubt`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voicebot.nlu import doubt
from voicebot.nlu.embedding import Embedder
from voicebot.nlu.fitting import Terms
from voicebot.nlu.joining import join, softmax
from voicebot.nlu.learned import Learned, Numbers, Sense, Vectors
from voicebot.nlu.neighbours import near_shares
from voicebot.nlu.normalise import features, plain
from voicebot.nlu.training import OUT_OF_SCOPE


@dataclass(frozen=True)
class Judgement:
    """What a classifier says about some sentences."""

    shares: Numbers
    """Sentences × intents; each row sums to one."""
    in_scope: Numbers
    """Probability, 0–1, of each being a sentence that this bot is for; where that was not learned,
    that of the likeliest in-scope intent."""


class Classifier:
    """Applies what was learned. `embedder` must be the one that it was learned with."""

    def __init__(self, learned: Learned, embedder: Embedder | None = None) -> None:
        if learned.sense is not None and (
            embedder is None or embedder.name != learned.sense.embedder
        ):
            raise ValueError(f"learned with the embedder {learned.sense.embedder!r}")
        self.learned = learned
        self.intents = learned.intents
        self._embedder = embedder
        self._terms = Terms.of(learned.words)
        self._outside = (
            learned.intents.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in learned.intents else None
        )

    @property
    def least(self) -> float:
        """Probability of being in scope below which a sentence is told to be out of scope."""
        return self.learned.doubt.least if self.learned.doubt is not None else 0.0

    def judge(self, sentences: Sequence[str]) -> Judgement:
        """What each sentence means, whatever a recogniser or a person wrote."""
        learned = self.learned
        texts = [features(sentence, learned.language) for sentence in sentences]
        vectors = None
        if self._embedder is not None and learned.sense is not None:
            vectors = self._embedder.embed([plain(s, learned.language) for s in sentences])
        shares = join(opinions(learned, self._terms, texts, vectors), learned.sharpness)
        said = np.array([bool(text) for text in texts])  # where nothing was said, nothing is meant
        return Judgement(shares, np.where(said, self._in_scope(shares, vectors), 0.0))

    def _in_scope(self, shares: Numbers, vectors: Vectors | None) -> Numbers:
        learned = self.learned
        if learned.doubt is None or self._outside is None:
            inside = shares if self._outside is None else np.delete(shares, self._outside, axis=1)
            likeliest: Numbers = inside.max(axis=1)
            return likeliest
        near = nearness(learned.sense, vectors) if learned.sense and vectors is not None else None
        return doubt.in_scope(learned.doubt, doubt.signs(shares, self._outside, near))


def opinions(
    learned: Learned, terms: Terms, texts: Sequence[str], vectors: Vectors | None
) -> list[Numbers]:
    """What each part says: sentences × intents."""
    words = word_shares(learned, terms, texts)
    if learned.sense is None or vectors is None:
        return [words]
    told = [words, sense_shares(learned.sense, vectors)]
    if learned.sense.neighbours is not None:
        told.append(near_shares(learned.sense.neighbours, vectors, len(learned.intents)))
    return told


def word_shares(learned: Learned, terms: Terms, texts: Sequence[str]) -> Numbers:
    """Sentences × intents, by words alone."""
    scores = np.asarray(terms.columns(texts) @ learned.words.weights.T) + learned.words.bias
    return softmax(scores)


def sense_shares(sense: Sense, vectors: Vectors) -> Numbers:
    """Sentences × intents, by meaning alone."""
    first, *others = sense.layers
    scores: Numbers = vectors @ first.weights + first.bias
    for layer in others:
        scores = np.maximum(scores, 0.0) @ layer.weights + layer.bias
    return softmax(scores)


def nearness(sense: Sense, vectors: Vectors) -> Numbers:
    """Cosine of each sentence to the nearest intent's centre."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines: Numbers = (vectors / np.maximum(lengths, 1e-9)) @ sense.centres.T
    nearest: Numbers = cosines.max(axis=1)
    return nearest
