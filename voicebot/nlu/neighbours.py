"""PURE. What a sentence means by those that lie nearest to it.

A network draws a border around an intent; the nearest sentences also know its corners: wordings
that stand alone in their intent. Each of the nearest votes for its intent, the nearer the more.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voicebot.nlu.learned import Neighbours, Numbers, Vectors

NEAREST = 20
SHARPNESS = 20.0
"""By how much a nearer sentence counts more: e times as much for .05 of cosine."""
DOUBT = 1e-3
"""The vote of every intent that none of the nearest has, beside 1 of the nearest sentence: joined
with other opinions, it rules nothing out."""


def remember(vectors: Vectors, meant: npt.NDArray[np.intp], width: int) -> Neighbours:
    """The sentences to compare with. `width`: see `Embedder.width`."""
    middle = vectors[:, :width].mean(axis=0)
    return Neighbours(middle, _directions(vectors, middle), meant)


def near_shares(known: Neighbours, vectors: Vectors, intents: int) -> Numbers:
    """Sentences × intents: the votes of the nearest; rows sum to one."""
    shares = [_votes(known, direction, intents) for direction in _directions(vectors, known.middle)]
    return np.array(shares).reshape(len(vectors), intents)


def _votes(known: Neighbours, direction: Vectors, intents: int) -> Numbers:
    # Not by `@`: that wakes threads of BLAS, and on a busy machine waiting for them takes 30 ms.
    cosines = np.einsum("sn,n->s", known.directions, direction)
    nearest = np.argpartition(-cosines, min(NEAREST, len(cosines)) - 1)[:NEAREST]
    votes = np.exp(SHARPNESS * (cosines[nearest] - cosines.max()))
    found = DOUBT + np.bincount(known.meant[nearest], votes, intents)
    shares: Numbers = found / found.sum()
    return shares


def _directions(vectors: Vectors, middle: Vectors) -> Vectors:
    away = vectors[:, : len(middle)] - middle
    found: Vectors = away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
    return found
