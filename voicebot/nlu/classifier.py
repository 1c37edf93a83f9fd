"""Intents by TF-IDF and logistic regression. The only file that imports scikit-learn.

Words and pairs of words say what is meant; pieces of words (2–5 letters) forgive what a recogniser
misheard ("bil", "electrisity"). Sentences that the bot is not for are one more intent.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from voicebot.nlu.cache import Learned, Numbers
from voicebot.nlu.normalise import features

STRENGTH = 20.0
"""C of the logistic regression: the inverse of its regularisation."""
PIECES = 1.5
"""Weight of the pieces of words beside the words."""
SHARPNESS = 1.4
"""The scores are multiplied by this. A model that has seen few sentences an intent is surer than
it says; with this the confidence is the share of right answers (docs/benchmarks/nlu.md)."""


def _vectorisers() -> tuple[TfidfVectorizer, ...]:
    shared = {"lowercase": False, "sublinear_tf": True, "dtype": np.float64}
    return (
        TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)[^\s]+", **shared),
        TfidfVectorizer(ngram_range=(2, 5), analyzer="char_wb", **shared),
    )


def learn(sentences: Sequence[str], intents: Sequence[str]) -> Learned:
    """A classifier for these sentences. Deterministic; some seconds for a thousand sentences."""
    texts = [features(sentence) for sentence in sentences]
    vectorisers = _vectorisers()
    for vectoriser in vectorisers:
        vectoriser.fit(texts)
    model = LogisticRegression(C=STRENGTH, max_iter=1000, class_weight=_class_weights(intents))
    model.fit(_columns(vectorisers, texts), list(intents))
    weights, bias = model.coef_ * SHARPNESS, model.intercept_ * SHARPNESS
    if len(model.classes_) == 2:  # scikit-learn then keeps the second intent's row only
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return Learned(
        intents=tuple(str(name) for name in model.classes_),
        vocabularies=tuple(tuple(v.get_feature_names_out()) for v in vectorisers),
        idf=tuple(np.asarray(v.idf_, dtype=np.float64) for v in vectorisers),
        weights=np.asarray(weights, dtype=np.float64),
        bias=np.asarray(bias, dtype=np.float64),
    )


def _class_weights(intents: Sequence[str]) -> dict[str, float]:
    """Between fair to sentences and fair to intents: there are many out-of-scope sentences."""
    counts = Counter(intents)
    mean = len(intents) / len(counts)
    return {intent: math.sqrt(mean / count) for intent, count in counts.items()}


def _columns(vectorisers: Sequence[TfidfVectorizer], texts: Sequence[str]) -> csr_matrix:
    whole, pieces = (vectoriser.transform(texts) for vectoriser in vectorisers)
    return hstack([whole, pieces * PIECES]).tocsr()


class Classifier:
    """Sentence → probability of each intent."""

    def __init__(self, learned: Learned) -> None:
        self.intents = learned.intents
        self._weights = learned.weights.T
        self._bias = learned.bias
        self._vectorisers = _vectorisers()
        for vectoriser, terms, idf in zip(
            self._vectorisers, learned.vocabularies, learned.idf, strict=True
        ):
            vectoriser.vocabulary = {term: at for at, term in enumerate(terms)}
            vectoriser.idf_ = idf

    def probabilities(self, sentences: Sequence[str]) -> Numbers:
        """sentences × intents; each row sums to one."""
        texts = [features(sentence) for sentence in sentences]
        scores = np.asarray(_columns(self._vectorisers, texts) @ self._weights) + self._bias
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: Numbers = odds / odds.sum(axis=1, keepdims=True)
        return shares
