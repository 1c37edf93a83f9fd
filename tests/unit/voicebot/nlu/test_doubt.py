"""Telling what a bot is not for."""

from __future__ import annotations

import numpy as np
import pytest

from voicebot.nlu.doubt import best_line, in_scope, signs
from voicebot.nlu.learned import Doubt


def test_the_signs_of_a_sentence() -> None:
    shares = np.array([[0.6, 0.1, 0.3]])
    found = signs(shares, outside=2, nearness=np.array([0.7]))
    assert found == pytest.approx(
        np.array([[np.log(0.6), np.log(0.6) - np.log(0.1), np.log(0.3), 0.7]])
    )


def test_one_intent_has_no_second() -> None:
    assert signs(np.array([[0.6, 0.4]]), outside=1, nearness=None).shape == (1, 3)


def test_the_probability_rises_with_the_signs() -> None:
    doubt = Doubt(np.zeros(1), np.ones(1), np.array([2.0]), 0.0, least=0.5)
    shares = in_scope(doubt, np.array([[-1000.0], [0.0], [1000.0]]))
    assert shares == pytest.approx([0.0, 0.5, 1.0])


def test_a_clean_gap_is_found() -> None:
    inside, outside = np.array([0.9, 0.8, 0.7]), np.array([0.2, 0.1])
    line = best_line(inside, np.array([True, True, True]), outside)
    assert 0.2 < line <= 0.7


def test_the_most_sentences_are_told_right() -> None:
    inside, right = np.array([0.3, *[0.9] * 9]), np.ones(10, dtype=bool)
    assert best_line(inside, right, np.array([0.1, 0.1])) <= 0.3  # nobody is lost
    assert best_line(inside, right, np.array([0.4, 0.4])) > 0.4  # one is lost for two


def test_what_would_be_told_wrongly_may_be_rejected_for_nothing() -> None:
    inside, outside = np.array([0.9, 0.3]), np.array([0.4])
    assert best_line(inside, np.array([True, False]), outside) > 0.4
