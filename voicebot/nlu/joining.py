"""PURE. Some classifiers' probabilities made one, and one that means what it says.

The geometric mean of distributions is high only where all are: an intent that one of them rules
out is ruled out. All count alike: on typed sentences meaning is the better judge, and words
forgive what a recogniser misheard. The confidence is then *calibrated* by one number (temperature
scaling, Guo et al. 2017), found on sentences that were held out: of those told with .8, eight in
ten are right.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from voicebot.nlu.learned import Numbers

TINY = 1e-9
_SHARPNESS = np.geomspace(0.5, 4.0, 43)


def log(shares: Numbers) -> Numbers:
    """Logarithms of probabilities, none of them infinite."""
    found: Numbers = np.log(np.maximum(shares, TINY))
    return found


def softmax(scores: Numbers) -> Numbers:
    """Scores as probabilities, row by row."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Numbers = odds / odds.sum(axis=1, keepdims=True)
    return shares


def join(opinions: Sequence[Numbers], sharpness: float) -> Numbers:
    """Sentences × intents: the geometric mean of all, sharpened; rows sum to one."""
    mean: Numbers = np.mean([log(shares) for shares in opinions], axis=0)
    return softmax(sharpness * mean)


def calibrate(opinions: Sequence[Numbers], meant: npt.NDArray[np.intp]) -> tuple[float, float]:
    """Least mean log loss on held-out sentences, and the sharpness that gives it.

    `meant`: column of each sentence's true intent.
    """
    losses = [_loss(join(opinions, float(sharpness)), meant) for sharpness in _SHARPNESS]
    return min(losses), float(_SHARPNESS[int(np.argmin(losses))])


def _loss(shares: Numbers, meant: npt.NDArray[np.intp]) -> float:
    return float(-log(shares[np.arange(len(meant)), meant]).mean())
