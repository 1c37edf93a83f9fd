"""What the nearest sentences say."""

from __future__ import annotations

import numpy as np
import pytest

from voicebot.nlu.neighbours import NEAREST, near_shares, remember

BILLS, CARDS = [[3.0, 1.0, 9.0], [3.0, 1.2, 0.0], [3.0, 0.8, 5.0]], [[1.0, 3.0, 0.0]]
VECTORS = np.array(BILLS + CARDS, dtype=np.float32)
MEANT = np.array([0, 0, 0, 1])


def test_the_nearest_have_the_say_whatever_their_number() -> None:
    known = remember(VECTORS, MEANT, 2)
    shares = near_shares(known, np.array([[1.1, 3.0, 9.0], [3.0, 1.0, 0.0]], np.float32), 3)
    assert shares.argmax(axis=1).tolist() == [1, 0]
    assert shares.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert (shares > 0).all(), "nothing is ruled out"


def test_only_so_many_are_asked() -> None:
    many = np.array([[1.0, 0.2 + at / 1000] for at in range(5 * NEAREST)], np.float32)
    known = remember(np.vstack([many, [[0.2, 1.0]]]), np.array([0] * len(many) + [1]), 2)
    shares = near_shares(known, np.array([[0.2, 1.0]], np.float32), 2)
    assert shares[0, 1] > 0.9


def test_no_sentence_takes_no_say() -> None:
    assert near_shares(remember(VECTORS, MEANT, 3), VECTORS[:0], 2).shape == (0, 2)
