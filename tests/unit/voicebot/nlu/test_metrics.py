"""The figures of `nlu evaluate`, counted by hand."""

from __future__ import annotations

import pytest

from voicebot.nlu.metrics import Judged, report
from voicebot.nlu.training import OUT_OF_SCOPE


def judged(
    expected: str, intent: str, confidence: float = 0.9, rejected: bool = False, inside: float = 0.9
) -> Judged:
    return Judged("…", expected, intent, confidence, rejected, inside, seconds=0.004)


def test_all_right() -> None:
    figures = report([judged("a", "a", 1.0), judged(OUT_OF_SCOPE, OUT_OF_SCOPE, 1.0, True, 0.1)])
    assert figures.accuracy == figures.oos_recall == figures.oos_auroc == figures.macro_f1 == 1.0
    assert figures.ece == 0.0
    assert figures.latency_ms_p50 == pytest.approx(4.0)
    assert figures.coverage_at_98_precision == 0.5


def test_a_rejected_in_scope_sentence_is_wrong() -> None:
    figures = report([judged("a", "a", rejected=True), judged("a", "a")])
    assert figures.accuracy == 0.5
    assert figures.oos_recall is None
    assert figures.oos_auroc is None


def test_macro_f1_weighs_every_intent_alike() -> None:
    rows = [judged("a", "a"), judged("a", "a"), judged("a", "a"), judged("b", "a")]
    assert report(rows).macro_f1 == pytest.approx((6 / 7 + 0) / 2)


def test_auroc_counts_pairs_in_the_right_order() -> None:
    rows = [
        judged("a", "a", inside=0.8),
        judged("a", "a", inside=0.3),
        judged(OUT_OF_SCOPE, "a", inside=0.5),
        judged(OUT_OF_SCOPE, "a", inside=0.3),
    ]
    assert report(rows).oos_auroc == pytest.approx((1 + 1 + 0 + 0.5) / 4)


def test_calibration_error() -> None:
    rows = [judged("a", "a", 0.75), judged("a", "b", 0.75), judged("a", "a", 1.0)]
    assert report(rows).ece == pytest.approx((0.5 + 0.0) / 3)


def test_coverage_stops_before_the_mistakes() -> None:
    rows = [judged("a", "a", 0.99), judged("a", "a", 0.9), judged("a", "b", 0.5)]
    assert report(rows).coverage_at_98_precision == pytest.approx(2 / 3)
