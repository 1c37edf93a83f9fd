"""PURE. How good an understander is, from what it said about sentences whose meaning is known.

A sentence is *accepted* if it is not told to be out of scope. `accuracy` counts an in-scope
sentence that was rejected as wrong, and `oos_recall` is taken at the same threshold, so that
neither can be bought with the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicebot.nlu.training import OUT_OF_SCOPE

BINS = 10
PRECISION = 0.98


@dataclass(frozen=True)
class Judged:
    """One sentence: what it means, and what was understood."""

    text: str
    expected: str
    intent: str
    confidence: float
    rejected: bool
    """Told to be out of scope."""
    in_scope: float
    """Probability that the bot is for it."""
    seconds: float

    @property
    def right(self) -> bool:
        """Whether it was understood: rejected where it should be, else the intent."""
        if self.expected == OUT_OF_SCOPE:
            return self.rejected
        return not self.rejected and self.intent == self.expected


@dataclass(frozen=True)
class Report:
    """The figures of `nlu evaluate`. A share without any sentence to take it from is None."""

    accuracy: float | None
    """Of the in-scope sentences."""
    macro_f1: float
    """Mean over the intents that were expected, out of scope among them."""
    oos_recall: float | None
    """Share of the out-of-scope sentences that were rejected."""
    oos_auroc: float | None
    """Chance that an in-scope sentence looks more in scope than an out-of-scope one."""
    ece: float
    """Expected calibration error of the best intent's confidence, ten bins."""
    latency_ms_p50: float
    latency_ms_p95: float
    coverage_at_98_precision: float
    """The largest share of sentences, surest first, of which 98 % are right."""


def report(judged: Sequence[Judged]) -> Report:
    """The figures. `judged` is not empty."""
    inside = [j for j in judged if j.expected != OUT_OF_SCOPE]
    outside = [j for j in judged if j.expected == OUT_OF_SCOPE]
    times = sorted(j.seconds for j in judged)
    return Report(
        accuracy=_share(inside),
        macro_f1=_macro_f1(judged),
        oos_recall=_share(outside),
        oos_auroc=_auroc([j.in_scope for j in inside], [j.in_scope for j in outside]),
        ece=_calibration_error(judged),
        latency_ms_p50=times[len(times) // 2] * 1000,
        latency_ms_p95=times[int(len(times) * 0.95)] * 1000,
        coverage_at_98_precision=_coverage(judged),
    )


def _share(judged: Sequence[Judged]) -> float | None:
    return sum(j.right for j in judged) / len(judged) if judged else None


def _told(judged: Judged) -> str:
    return OUT_OF_SCOPE if judged.rejected else judged.intent


def _macro_f1(judged: Sequence[Judged]) -> float:
    scores = []
    for intent in {j.expected for j in judged}:
        hits = sum(j.expected == intent == _told(j) for j in judged)
        told = sum(_told(j) == intent for j in judged)
        meant = sum(j.expected == intent for j in judged)
        scores.append(2 * hits / (told + meant))
    return sum(scores) / len(scores)


def _auroc(inside: Sequence[float], outside: Sequence[float]) -> float | None:
    if not inside or not outside:
        return None
    wins = sum((a > b) + 0.5 * (a == b) for a in inside for b in outside)
    return wins / (len(inside) * len(outside))


def _calibration_error(judged: Sequence[Judged]) -> float:
    bins: list[list[Judged]] = [[] for _ in range(BINS)]
    for j in judged:
        bins[min(int(j.confidence * BINS), BINS - 1)].append(j)
    gaps = [
        abs(sum(j.confidence for j in b) - sum(j.intent == j.expected for j in b)) for b in bins
    ]
    return sum(gaps) / len(judged)


def _coverage(judged: Sequence[Judged]) -> float:
    """Over every sentence: one accepted although out of scope is a mistake."""
    taken = sorted((j for j in judged if not j.rejected), key=lambda j: -j.confidence)
    right, best = 0, 0
    for count, j in enumerate(taken, start=1):
        right += j.right
        if right >= PRECISION * count:
            best = count
    return best / len(judged)
