"""PURE. How sure are we of what was said and meant, and what follows from it? One decision.

What the recogniser, its other guesses and the classifier each say of themselves becomes one
probability that the intent is right; thresholds of the flow make of it: do it, put it as a
question, ask which of two, or ask again. What cannot be undone is always put as a question.

The weights are fitted to 279 held-out sentences spoken through G.711 in noise, and rounded
(docs/benchmarks/turn_taking.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from voicebot.dialogue.flow import Thresholds
from voicebot.nlu.ports import Understanding
from voicebot.speech.ports import Recognised

CLEAR = 0.55
"""Confidence of a recogniser from which its words are as good as typed."""
WEIGHT = 2.0
"""By how much of a logit each halving of the recogniser's confidence below that counts."""
SPEECH_WEIGHT = 2.0
"""By how much of a logit a no-speech probability of 1 counts."""
CLOSE = 0.2
"""Two intents not farther apart than this are asked about together."""


class Verdict(StrEnum):
    """What is done about a sentence."""

    ACCEPT = "accept"
    CONFIRM = "confirm"
    OFFER_TWO = "offer_two"
    REJECT = "reject"


@dataclass(frozen=True)
class Evidence:
    """What is known of one sentence. All 0–1."""

    intent: float
    """Probability of the likeliest intent, by the classifier."""
    second: float = 0.0
    """The same of the next one that could be asked about."""
    recogniser: float = 1.0
    """Confidence of the words; 1 where they were typed."""
    no_speech: float = 0.0
    """Probability that nothing was said."""
    out_of_scope: bool = False
    irreversible: bool = False
    """Whether what would be done cannot be undone."""


@dataclass(frozen=True)
class Decision:
    """What to do, how sure we are, and why."""

    verdict: Verdict
    score: float
    """Probability that the likeliest intent is right, 0–1."""
    reason: str


def decide(evidence: Evidence, thresholds: Thresholds) -> Decision:
    """Accept, confirm, offer two, or reject."""
    score = probability(evidence)
    verdict, why = _verdict(evidence, score, thresholds)
    return Decision(verdict, score, f"{verdict} at {score:.2f}: {why}")


def _verdict(evidence: Evidence, score: float, thresholds: Thresholds) -> tuple[Verdict, str]:
    if evidence.out_of_scope:
        return Verdict.REJECT, "out of scope"
    if score < thresholds.ask:
        return Verdict.REJECT, _blame(evidence)
    if evidence.second >= thresholds.ask and evidence.intent - evidence.second <= CLOSE:
        return Verdict.OFFER_TWO, f"the next is {evidence.second:.2f}"
    if score < thresholds.accept:
        return Verdict.CONFIRM, _blame(evidence)
    if evidence.irreversible:
        return Verdict.CONFIRM, "it cannot be undone"
    return Verdict.ACCEPT, "sure enough"


def _blame(evidence: Evidence) -> str:
    """What the doubt comes from."""
    return "unclear sound" if _doubt(evidence) > 0.2 else "unclear meaning"


def probability(evidence: Evidence) -> float:
    """That the likeliest intent is right: the classifier's, less what the sound takes away."""
    intent = min(max(evidence.intent, 1e-6), 1 - 1e-6)
    logit = math.log(intent / (1 - intent)) - _doubt(evidence)
    # Never above the classifier's own, which the clamp would lift where it is 0.
    return evidence.intent if _doubt(evidence) == 0 else min(evidence.intent, _sigmoid(logit))


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def _doubt(evidence: Evidence) -> float:
    """Logits that the sound takes away."""
    heard = min(max(evidence.recogniser, 0.01), CLEAR)
    return WEIGHT * math.log2(CLEAR / heard) + SPEECH_WEIGHT * evidence.no_speech


def evidence_of(
    said: Understanding, second: float, heard: Recognised | None, irreversible: bool
) -> Evidence:
    """The evidence of one sentence; `heard` None: it was typed."""
    return Evidence(
        said.intent.confidence,
        second,
        heard.confidence if heard is not None else 1.0,
        heard.no_speech if heard is not None else 0.0,
        said.out_of_scope,
        irreversible,
    )
