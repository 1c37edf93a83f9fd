"""PURE. Is this sentence for this bot at all?

Out of scope is a result of its own, not a low score: a detector weighs, for each sentence,

- how sure the likeliest in-scope intent is, and by how much it leads the second;
- how much the sentence resembles those that are known to be out of scope;
- how near it lies to the nearest intent's centre, in meaning.

It is a logistic regression over these, learned on held-out sentences. Where it puts the line is
chosen on sentences of which it saw neither words nor meaning: `best_line`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voicebot.nlu.joining import log
from voicebot.nlu.learned import Doubt, Numbers


def signs(shares: Numbers, outside: int, nearness: Numbers | None) -> Numbers:
    """Sentences × signs. `outside`: the column of out of scope; `nearness`: cosine to the nearest
    intent's centre."""
    inside = np.delete(shares, outside, axis=1)
    ordered = np.sort(inside, axis=1)
    best = log(ordered[:, -1])
    second = log(ordered[:, -2]) if inside.shape[1] > 1 else np.zeros(len(best))
    found = [best, best - second, log(shares[:, outside])]
    if nearness is not None:
        found.append(nearness)
    return np.stack(found, axis=1)


def in_scope(doubt: Doubt, found: Numbers) -> Numbers:
    """Probability, 0–1, that each sentence is one that this bot is for."""
    score = (found - doubt.mean) / doubt.scale @ doubt.weights + doubt.bias
    shares: Numbers = 1.0 / (1.0 + np.exp(-np.clip(score, -50.0, 50.0)))
    return shares


def best_line(inside: Numbers, right: npt.NDArray[np.bool_], outside: Numbers) -> float:
    """The probability below which a sentence is best told to be out of scope.

    `inside`, `right`: probability of each in-scope sentence, and whether its likeliest in-scope
    intent is the true one; `outside`: probability of each out-of-scope sentence. The most sentences
    are told right, in the proportion in which they are given; among equals the middle line.
    """
    lines = np.unique(np.concatenate([[0.0], inside, outside]))
    told_right = [
        np.count_nonzero(right & (inside >= line)) + np.count_nonzero(outside < line)
        for line in lines
    ]
    best = lines[np.array(told_right) == max(told_right)]
    return float(best[len(best) // 2])
