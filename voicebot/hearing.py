"""PURE. Rules of hearing: what is noise, a sign of listening or our own echo; which keys end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from voicebot.dialogue.acts import Keys
from voicebot.expected import Expected
from voicebot.nlu.entities import yes_or_no
from voicebot.speech.ports import Recognised

FILLERS = frozenset("uh um uhm er erm eh ah hm hmm mm ehm ahm".split())
"""What people say while they look for words; alone they mean that words will come."""
GHOSTS = FILLERS | {"the", "a", "huh", "you"}
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
LONGEST_FILLER = 2
"""Words that a recogniser makes of one."""
LONGEST_BACKCHANNEL = 3
"""Words; "I see, okay" is one still."""
ECHOED_WORDS = 3
"""So many words of our own, in our order, are our own echo."""
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
SURE_WORD, SURE_SPEECH = 0.32, 0.055
"""Words over a prompt end it from this confidence up, or below this probability of no speech.
Measured (docs/benchmarks/turn_taking.md): what Whisper writes of other people's talk 10 dB down is
below .28 and above .07; 450 ms of a caller's first words are above .35, or not above .05."""
_FILLED = re.compile(rf",?\s*(?<![\w-])(?:{'|'.join(sorted(FILLERS))})(?![\w'-]),?", re.IGNORECASE)
_ASSENT = re.compile(r"\b(?:uh[- ]?huh|m+[- ]?hm+)\b")
"""A sound that means yes, though each half of it alone means nothing."""


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


def is_assent(text: str) -> bool:
    """Whether "mm-hmm" or the like is in it."""
    return bool(_ASSENT.search(text.lower()))


def is_noise(heard: Recognised, terms: Sequence[str] = ()) -> bool:
    """Whether nothing was said; `terms` are the words that the recogniser was told to expect."""
    ghost = GHOSTS.issuperset(_words(heard.text)) and not is_assent(heard.text)
    return ghost or heard.no_speech > NO_SPEECH or _recites(heard, terms)


def is_filler(heard: Recognised) -> bool:
    """Whether somebody is looking for words: "uh", "um, er"."""
    return bool(heard.text) and FILLERS.issuperset(_words(heard.text)) and is_noise(heard)


def may_be_filler(heard: Recognised) -> bool:
    """Whether a word or two may have been "uh": it is among the other guesses.

    Measured: of 6 lone fillers that were taken for a yes 4 had it there, of 99 answers none.
    """
    short = len(_words(heard.text)) <= LONGEST_FILLER
    others = (Recognised(other.text, other.confidence) for other in heard.alternatives)
    return is_filler(heard) or (short and any(map(is_filler, others)))


def without_fillers(text: str, language: str) -> str:
    """ "My name is, uh, John" as it was meant. Only in English: elsewhere "um" is a word."""
    if language.split("-")[0] != "en" or is_assent(text):
        return text
    return _FILLED.sub("", text).strip(" ,")


def _recites(heard: Recognised, terms: Sequence[str]) -> bool:
    told = {word for term in terms for word in _words(term)}
    said = _words(heard.text)
    own = sum(word in told for word in said)
    return heard.no_speech > RECITAL and own >= RECITED * len(said)


def _doubtful(heard: Recognised) -> bool:
    """Whether these are rather other people's words, or none."""
    return heard.confidence < SURE_WORD and heard.no_speech > SURE_SPEECH


def over_prompt(heard: Recognised, row: Expected, prompt: str, terms: Sequence[str] = ()) -> Sound:
    """What is this, said over `prompt`, whose question expects `row`?"""
    if is_noise(heard, terms):
        return Sound.NOISE
    words = _words(heard.text)
    if len(words) >= ECHOED_WORDS and f" {' '.join(words)} " in f" {' '.join(_words(prompt))} ":
        return Sound.ECHO
    listening = len(words) <= LONGEST_BACKCHANNEL and _BACKCHANNELS.issuperset(words)
    if listening and not row.assent:
        return Sound.BACKCHANNEL
    asked_for = row.assent and yes_or_no(heard.text) is not None
    return Sound.NOISE if _doubtful(heard) and not asked_for else Sound.WORD


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
