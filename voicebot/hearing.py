"""PURE. Rules of hearing: what is noise, a sign of listening or our own echo; which keys end."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from enum import Enum

from voicebot.dialogue.acts import Keys
from voicebot.expected import Expected
from voicebot.speech.ports import Recognised

GHOSTS = frozenset({"the", "a", "huh", "uh", "um", "hm", "hmm", "mm", "you"})
"""Words that recognisers write where there is only noise; alone they mean nothing."""
NO_SPEECH = 0.9
"""Probability of no speech above which words are not believed."""

RECITAL = 0.15
"""Probability of no speech above which words are not believed that are all in the prompt which the
recogniser was given. Measured: Whisper makes "a burst pipe or a downed line" of breathing at
.22–.28; people who say such words are below .05."""

RECITED = 0.8
"""Share of the words that are then in the prompt; some are bent ("burst pipes")."""
_BACKCHANNELS = frozenset(
    "mhm mm mmm hm hmm uh huh oh ah aha ok okay yeah yes yep yup right i see sure alright all got "
    "it good fine great well".split()
)
LONGEST_BACKCHANNEL = 3
"""Words; "I see, okay" is one still."""
ECHOED_WORDS = 3
"""So many words of our own, in our order, are our own echo."""
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


MOST_KEYS = 40
"""Of one answer; what comes beyond them is dropped."""


class Sound(Enum):
    """What speech over a prompt is."""

    WORD = "word"
    """The caller wants to speak."""
    BACKCHANNEL = "backchannel"
    """The caller listens."""
    NOISE = "noise"
    ECHO = "echo"


DIGITS = frozenset("0123456789*#")


def is_noise(heard: Recognised, terms: Sequence[str] = ()) -> bool:
    """Whether nothing was said; `terms` are the words that the recogniser was told to expect."""
    words = heard.text.lower().strip(string.punctuation + string.whitespace)
    return not words or words in GHOSTS or heard.no_speech > NO_SPEECH or _recites(heard, terms)


def _recites(heard: Recognised, terms: Sequence[str]) -> bool:
    told = {word for term in terms for word in _words(term)}
    said = _words(heard.text)
    own = sum(word in told for word in said)
    return heard.no_speech > RECITAL and own >= RECITED * len(said)


def over_prompt(heard: Recognised, row: Expected, prompt: str, terms: Sequence[str] = ()) -> Sound:
    """What is this, said over `prompt`, whose question expects `row`?"""
    if is_noise(heard, terms):
        return Sound.NOISE
    words = _words(heard.text)
    if len(words) >= ECHOED_WORDS and f" {' '.join(words)} " in f" {' '.join(_words(prompt))} ":
        return Sound.ECHO
    listening = len(words) <= LONGEST_BACKCHANNEL and _BACKCHANNELS.issuperset(words)
    return Sound.BACKCHANNEL if listening and not row.assent else Sound.WORD


def _words(text: str) -> list[str]:
    return [word.replace("\u2019", "'") for word in _WORD.findall(text.lower())]


class KeyInput:
    """Keys pressed one by one, until they are an answer."""

    def __init__(self) -> None:
        self._pressed = ""
        self._end = ""
        """The end key that the last answer did without."""

    @property
    def begun(self) -> bool:
        """Whether keys have come and are no answer yet."""
        return bool(self._pressed)

    def press(self, digit: str, keys: Keys) -> str | None:
        """One key more; the answer, without the key that ended it, if it is one now."""
        single = keys.most == 1 or (digit == "*" and not self._pressed)
        if digit == keys.end and not single:
            self._end = ""
            return self.take()
        self._end = "" if single else keys.end
        self._pressed += digit * (len(self._pressed) < MOST_KEYS)
        full = single or (keys.most and len(self._pressed) >= keys.most)
        return self.take() if full else None

    def ends_late(self, digit: str) -> bool:
        """Whether this key only ends an answer that was complete before it: asked before `press`.

        Callers who are told "then press pound" press it, however many digits were enough.
        """
        late = bool(self._end) and not self._pressed and digit == self._end
        if not self._pressed:
            self._end = ""
        return late

    def take(self) -> str:
        """What has come, as the answer."""
        pressed, self._pressed = self._pressed, ""
        return pressed
