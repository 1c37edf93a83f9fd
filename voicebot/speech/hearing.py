"""What engines say, as `Recognised`: gates, windows, grammars. PURE."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voicebot.speech.ports import Hypothesis, Recognised

NO_SPEECH = ((0.3, 0.25), (0.6, 0.5))
"""Pairs (no_speech, confidence): above the first and below the second, nothing was said.

Measured (docs/benchmarks/speech.md): noises of seven kinds are at .36–.93 and under .22, spoken
answers at any no_speech up to .73 but over .3 wherever that is above .3. One limit alone would
let noise pass (a domain prompt halves no_speech) or lose digits (.68 at a confidence of .7).
"""

ENGLISH = 0.2
"""Share from which it is English. Whisper spreads what it does not know over all its languages, and
what it learned most of gets more than the rest: a comparison of two shares took Italian for English
in one sentence of six. Of what is English it is surer: .85 and more for natural voices, .2 for all
but one sentence in twenty of robotic ones, and at most .14 for Italian
(docs/benchmarks/languages.md)."""


@dataclass(frozen=True)
class Guess:
    """One reading of a window."""

    text: str
    score: float
    """Mean log probability of a token."""

    @property
    def confidence(self) -> float:
        """The same as a probability."""
        return math.exp(min(0.0, self.score))


@dataclass(frozen=True)
class Heard:
    """What one window holds, best guess first."""

    guesses: tuple[Guess, ...]
    no_speech: float

    @property
    def speech(self) -> bool:
        """Was anything said?"""
        if not self.guesses or not self.guesses[0].text:
            return False
        sure = self.guesses[0].confidence
        return not any(self.no_speech > limit and sure < least for limit, least in NO_SPEECH)


def join(heard: list[Heard], seconds: float, engine: str) -> Recognised:
    """One answer from the windows of an utterance. Windows without speech are left out.

    Alternatives exist only for a single window: combining windows' guesses would invent sentences.
    """
    no_speech = min(window.no_speech for window in heard)
    spoken = [window for window in heard if window.speech]
    if not spoken:
        return Recognised("", 0.0, no_speech, seconds=seconds, engine=engine)
    others = spoken[0].guesses[1:] if len(spoken) == 1 else ()
    return Recognised(
        " ".join(window.guesses[0].text for window in spoken),
        sum(window.guesses[0].confidence for window in spoken) / len(spoken),
        no_speech,
        tuple(Hypothesis(guess.text, guess.confidence) for guess in others),
        seconds,
        engine,
    )


def likeliest(shares: Mapping[str, float], languages: Sequence[str]) -> str:
    """Which of these languages it is, by Whisper's shares of all that it knows; of tags such as
    `en-GB` the first part counts. The first where nothing speaks for any."""
    codes = {language: language.lower().split("-")[0] for language in languages}
    english = next((language for language, code in codes.items() if code == "en"), None)
    if english is not None and shares.get("en", 0.0) >= ENGLISH:
        return english
    others = [language for language in languages if language != english]
    return max(others, key=lambda language: shares.get(codes[language], 0.0))


def grammar_of(only: tuple[str, ...], knows: Callable[[str], bool]) -> str:
    """The grammar of these phrases as Vosk wants it, or empty where none can be made.

    A phrase counts if the model knows each of its words; with none left a grammar would let
    nothing through, so there is none.
    """
    phrases = [p.lower() for p in only if p.split() and all(knows(w) for w in p.lower().split())]
    if not phrases:
        return ""
    if knows("[unk]"):
        phrases.append("[unk]")
    return json.dumps(phrases, ensure_ascii=False)


def text_of(result: dict[str, Any]) -> str:
    """The best text of one of Vosk's results."""
    alternatives = result.get("alternatives")
    best = alternatives[0] if alternatives else result
    return str(best.get("text", "")).replace("[unk]", "").strip()


def recognised(results: list[dict[str, Any]], seconds: float, engine: str) -> Recognised:
    """One answer from the results of an utterance (Vosk may end one at a pause of its own)."""
    spoken = [result for result in results if text_of(result)]
    words = [word["conf"] for result in spoken for word in result.get("result", ())]
    others = spoken[0].get("alternatives", ())[1:] if len(spoken) == 1 else ()
    sure = sum(words) / len(words) if words else (0.5 if spoken else 0.0)
    return Recognised(
        " ".join(text_of(result) for result in spoken),
        sure,
        alternatives=tuple(Hypothesis(other["text"].strip(), sure) for other in others),
        seconds=seconds,
        engine=engine,
    )
