"""Two opinions made one, and how far it is to be trusted."""

from __future__ import annotations

import numpy as np
import pytest

from voicebot.nlu.joining import calibrate, join, softmax

SURE = np.array([[0.9, 0.05, 0.05]])


def test_what_one_rules_out_is_ruled_out() -> None:
    other = np.array([[1e-9, 0.5, 0.5 - 1e-9]])
    joined = join([SURE, other], sharpness=1.0)
    assert joined.argmax() != 0
    assert joined.sum() == pytest.approx(1.0)


def test_agreement_is_kept_and_sharpened() -> None:
    assert join([SURE, SURE], 1.0) == pytest.approx(SURE)
    assert join([SURE, SURE], 2.0)[0, 0] > 0.95


def test_words_alone() -> None:
    assert join([SURE], 1.0) == pytest.approx(SURE)


def test_a_share_of_nothing_takes_no_infinity() -> None:
    joined = join([np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])], 1.0)
    assert np.isfinite(joined).all()


def test_calibration_makes_confidence_the_share_of_right_answers() -> None:
    rng = np.random.default_rng(1)
    truth = softmax(rng.normal(size=(4000, 3)) * 2)
    meant = np.array([rng.choice(3, p=row) for row in truth])
    timid = softmax(np.log(truth) / 2)  # what it should have said, half as sharp
    _, sharpness = calibrate([timid], meant)
    assert sharpness == pytest.approx(2.0, rel=0.1)
