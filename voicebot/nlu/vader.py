"""VADER: feelings by a list of English words and rules for negation and emphasis.

Hutto & Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis" (ICWSM 2014). It
was made for short informal text, which is what a recogniser writes of a call. English alone.
"""

from __future__ import annotations

from functools import cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from voicebot.nlu.ports import Feeling

LANGUAGE = "en"
ON_THE_TELEPHONE = ("no", "yes", "yeah", "ok", "okay", "help", "please", "like", "hello", "want")
"""Words that say how one feels in a review, and nothing in a call: answers and good manners."""


class Vader:
    """A `Sentiment`. The word list is read at the first sentence (about 50 ms)."""

    def feeling(self, text: str) -> Feeling:
        """VADER's compound score; sure by the share of the words that carry feeling."""
        scores = _analyser().polarity_scores(text)
        share = float(scores["neg"] + scores["pos"])
        return Feeling(float(scores["compound"]), min(1.0, 2 * share))


@cache
def _analyser() -> SentimentIntensityAnalyzer:
    analyser = SentimentIntensityAnalyzer()
    for word in ON_THE_TELEPHONE:
        analyser.lexicon.pop(word, None)
    return analyser
