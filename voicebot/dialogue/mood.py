"""PURE. How the caller seems to feel, and what that is worth in a queue.

A running mean over the sentences of a call, the newest counting most, each by how surely it says
anything. A sentence without feeling lets the mood decay. It never decides what is done, only how
soon: at most `MOST` seconds of head start, so that shouting gets nobody past an emergency.
"""

from __future__ import annotations

from dataclasses import dataclass

from voicebot.nlu.ports import Feeling

MOST = 60.0
"""Seconds of head start that the worst mood is worth."""
MILD = -0.3
"""Down to here it is only a way of speaking: "I have a complaint"."""
DECAY = 0.7
"""What is left of a mood after a sentence that says nothing of one."""
NEWEST = 0.6
"""The share of a sentence that is all feeling; less feeling, less share."""


@dataclass(frozen=True)
class Mood:
    """A caller's mood so far."""

    value: float = 0.0
    """−1 to 1."""
    confidence: float = 0.0
    """0–1."""

    def after(self, feeling: Feeling | None) -> Mood:
        """The mood after one more sentence."""
        if feeling is None or feeling.confidence <= 0.0:
            return Mood(self.value * DECAY, self.confidence * DECAY)
        share = max(NEWEST * feeling.confidence, feeling.confidence * (1 - self.confidence))
        value = self.value * (1 - share) + feeling.value * share
        confidence = max(self.confidence * (1 - share), feeling.confidence)
        return Mood(max(-1.0, min(1.0, value)), min(1.0, confidence))

    @property
    def head_start(self) -> float:
        """Seconds, 0 to `MOST`: only displeasure counts, and only as far as it is sure."""
        return MOST * max(0.0, (MILD - self.value) / (1 + MILD)) * self.confidence
