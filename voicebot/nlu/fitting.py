"""What scikit-learn does for us; the only file that imports it. Deterministic."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from voicebot.nlu.learned import Layer, Numbers, Words

STRENGTH = 20.0
"""C of the logistic regression over words: the inverse of its regularisation."""
SENSE_STRENGTH = 30.0
"""The same over embeddings."""
PIECES = 1.5
"""Weight of the pieces of words beside the words."""
MANY = 5000
"""From so many sentences on, a term that stands in only one of them is left out, and embeddings get
a network with a hidden layer: with fewer a linear one does as well, in a twentieth of the time."""
UNITS = 256
ROUNDS = 30
"""How often the network sees each sentence. It has then by far not converged, which keeps it from
learning by heart."""


def one_thread() -> AbstractContextManager[Any]:
    """While this is open, linear algebra takes one core: calls go on while a bot learns, and on a
    busy machine threads that wait for one another take ten times as long."""
    return threadpool_limits(1)  # type: ignore[no-any-return]


class Terms:
    """Sentences to TF-IDF columns: words and pairs of words, then pieces of words (2–5 letters),
    which forgive what a recogniser misheard ("bil", "electrisity")."""

    def __init__(self, least: int = 1) -> None:
        shared = {
            "lowercase": False, "sublinear_tf": True, "dtype": np.float64, "min_df": least
        }  # fmt: skip
        self._vectorisers = (
            TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)[^\s]+", **shared),
            TfidfVectorizer(ngram_range=(2, 5), analyzer="char_wb", **shared),
        )

    @classmethod
    def of(cls, words: Words) -> Terms:
        """As they were when `words` was learned."""
        terms = cls()
        for vectoriser, said, idf in zip(
            terms._vectorisers, words.vocabularies, words.idf, strict=True
        ):
            vectoriser.vocabulary = {term: at for at, term in enumerate(said)}
            vectoriser.idf_ = idf
        return terms

    def fit(self, texts: Sequence[str]) -> None:
        """Learn the vocabularies."""
        for vectoriser in self._vectorisers:
            vectoriser.fit(texts)

    def columns(self, texts: Sequence[str]) -> csr_matrix:
        """Texts × terms."""
        whole, pieces = (vectoriser.transform(texts) for vectoriser in self._vectorisers)
        return hstack([whole, pieces * PIECES]).tocsr()

    def vocabularies(self) -> tuple[tuple[str, ...], ...]:
        """The terms of each vectoriser."""
        return tuple(tuple(map(str, v.get_feature_names_out())) for v in self._vectorisers)

    def idf(self) -> tuple[Numbers, ...]:
        """The weight of each term."""
        return tuple(np.asarray(v.idf_, dtype=np.float64) for v in self._vectorisers)


def fit_words(texts: Sequence[str], intents: Sequence[str]) -> Words:
    """TF-IDF and logistic regression; its rows are in the order of `sorted(set(intents))`."""
    terms = Terms(2 if len(texts) >= MANY else 1)
    terms.fit(texts)
    layer = _logistic(terms.columns(texts), intents, STRENGTH)
    return Words(terms.vocabularies(), terms.idf(), layer.weights.T, layer.bias)


def fit_sense(vectors: npt.NDArray[np.float32], intents: Sequence[str]) -> tuple[Layer, ...]:
    """The layers of a network over embeddings; its columns are in the same order."""
    if len(intents) < MANY:
        return (_logistic(vectors, intents, SENSE_STRENGTH),)
    model = MLPClassifier((UNITS,), alpha=1e-3, batch_size=128, max_iter=ROUNDS, random_state=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(vectors, list(intents))
    layers = [_layer(*pair) for pair in zip(model.coefs_, model.intercepts_, strict=True)]
    return (*layers[:-1], _both(layers[-1]))


def _logistic(columns: Any, intents: Sequence[str], strength: float) -> Layer:
    model = LogisticRegression(
        C=strength, max_iter=1000, tol=1e-3, class_weight=_class_weights(intents)
    )
    model.fit(columns, list(intents))
    return _both(_layer(model.coef_.T, model.intercept_))


def _layer(weights: Any, bias: Any) -> Layer:
    return Layer(np.asarray(weights, dtype=np.float64), np.asarray(bias, dtype=np.float64))


def _both(layer: Layer) -> Layer:
    """Of two intents scikit-learn keeps the second's column only; here the first has one, too."""
    if layer.weights.shape[1] > 1:
        return layer
    weights = np.hstack([np.zeros_like(layer.weights), layer.weights])
    return Layer(weights, np.concatenate([[0.0], layer.bias]))


def _class_weights(intents: Sequence[str]) -> dict[str, float]:
    """Between fair to sentences and fair to intents: there may be many out-of-scope sentences."""
    counts = Counter(intents)
    mean = len(intents) / len(counts)
    return {intent: math.sqrt(mean / count) for intent, count in counts.items()}


def fit_odds(found: Numbers, yes: npt.NDArray[np.bool_]) -> tuple[Numbers, Numbers, Numbers, float]:
    """Logistic regression of yes and no over standardised columns: mean, scale, weights, bias."""
    mean, scale = found.mean(axis=0), found.std(axis=0) + 1e-9
    model = LogisticRegression(C=1.0).fit((found - mean) / scale, yes)
    return mean, scale, np.asarray(model.coef_[0], np.float64), float(model.intercept_[0])
