"""PURE. What a classifier has learned, as numbers and words: `classifier` applies it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Words:
    """Logistic regression over two TF-IDF vocabularies: words, and pieces of words."""

    vocabularies: tuple[tuple[str, ...], ...]
    """The terms of each vectoriser, in the order of their columns."""
    idf: tuple[Numbers, ...]
    """The weight of each term."""
    weights: Numbers
    """intents × all columns."""
    bias: Numbers


@dataclass(frozen=True)
class Layer:
    """One layer of a network: what goes in × what comes out, and a bias."""

    weights: Numbers
    bias: Numbers


@dataclass(frozen=True)
class Neighbours:
    """The sentences themselves, as directions: see `neighbours`."""

    middle: Vectors
    """Mean of all, which is taken off each: directions from there differ more."""
    directions: Vectors
    """Sentences × numbers."""
    meant: npt.NDArray[np.intp]
    """Column of each one's intent."""


@dataclass(frozen=True)
class Sense:
    """A network over a sentence's embedding; between its layers what is negative becomes zero."""

    embedder: str
    """`Embedder.name`: vectors of another embedder mean nothing here."""
    layers: tuple[Layer, ...]
    centres: Numbers
    """In-scope intents × embedding: the mean direction of each intent's sentences."""
    neighbours: Neighbours | None
    """None where there are many sentences, or they did not help with those that were held out."""


@dataclass(frozen=True)
class Doubt:
    """Logistic regression that tells sentences this bot is for from others: see `doubt`."""

    mean: Numbers
    scale: Numbers
    weights: Numbers
    bias: float
    least: float
    """Probability of being in scope below which a sentence is told to be out of scope."""


@dataclass(frozen=True)
class Learned:
    """Everything that a classifier needs."""

    language: str
    intents: tuple[str, ...]
    words: Words
    sense: Sense | None
    """None where no embedder was there."""
    sharpness: float
    """The joined scores are multiplied by this, so that confidences are shares of right answers."""
    doubt: Doubt | None
    """None where there were too few out-of-scope sentences to learn from."""
