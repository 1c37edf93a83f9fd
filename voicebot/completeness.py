"""PURE. Has the caller finished? What the words, their meaning and the voice say together.

COMPLETE ends the turn early, PREFIX makes us wait, UNSURE leaves it to the question's own delay.
MORE_LIKELY is an answer that often goes on: a choice in one word ("gas … please"), a day without
its month, a first name, the beginning of what people say to this bot, and a few words where any
words are an answer.
A turn detector that hears no end keeps an open answer from being complete; alone it ends nothing,
for a well spoken half of a sentence means little yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from voicebot.expected import Expected, Mask
from voicebot.hearing import FILLERS, is_assent
from voicebot.nlu.ports import Understanding

SURE = 0.75
"""Probability of an intent from which an open sentence says enough."""
MARGIN = 0.3
"""So much likelier than the next one it must be, too."""
BRIEF = 5
"""Different words of free text up to which more is likely: of what people write to machines so
short a beginning is the whole half as often as a longer one (docs/benchmarks/turn_taking.md)."""
FASTEST_TWICE = 0.33
"""Seconds that a digit takes at the least, in the mean of a number whose second half is its first:
where it took less, it was said once, and written twice by the recogniser ("764 764")."""
FINISHED = 0.5
"""Probability, by a turn detector, from which the voice sounds finished."""

_HANGING = frozenset(
    "a an the my your his her our their this that's these is are was were am i'm it's and or but "
    "because so if when while that which who with without to for from of on in at about by than "
    "like as not i we they he she it can could would should will do does did has have had want "
    "need number well actually between until calling wondering trying".split()
)
"""Words after which a sentence goes on."""
_NEVER_LAST = frozenset("a an the my your his her our their i and or because to of for".split())
"""Words that end no question either, whatever mark a recogniser puts behind them: "when is my?"."""
_AFTER_TO = frozenset("know ask tell say report see make get change".split())
"""Words after which one that ends in "to …" goes on: "I would like to know"."""
_LONE_BY = ({"bye"}, {"buy"})
"""How recognisers write the "by" of "by … telephone"."""
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_HALF_A_DATE = re.compile(
    rf"(?:on |in )?(?:the )?(?:next|\d+(?:st|nd|rd|th)?|[a-z]+(?:st|nd|rd|th)|{_MONTHS})"
)
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


class Completeness(Enum):
    """Whether more will come."""

    COMPLETE = "complete"
    MORE_LIKELY = "more_likely"
    UNSURE = "unsure"
    PREFIX = "prefix"


@dataclass(frozen=True)
class Answer:
    """What is known of a turn that is perhaps over."""

    expects: str
    text: str
    reading: Understanding
    """As the question's first reading."""
    taken_as: str = ""
    """What the dialogue would take it as: `answer:<slot>`, `affirm`, `deny`, an intent."""
    mask: Mask | None = None
    digits: str = ""
    """The digits in it, where digits are asked for."""
    finished: float | None = None
    """Probability by a turn detector; None: there is none, or it has not answered."""
    lasted: float = 60.0
    """Seconds from its first sound to its last."""


def completeness(answer: Answer) -> Completeness:
    """Will more come?"""
    if trails_off(answer.text):
        return Completeness.PREFIX
    judge = _JUDGES.get(answer.expects, _open)
    return judge(answer)


def delay(row: Expected, usual: float, what: Completeness, heard_voice: bool) -> float:
    """Seconds of silence that end such an answer; `usual`: where nothing is known, for this caller.

    Who pauses longer than others is given more time after what seems complete, too.
    """
    match what:
        case Completeness.COMPLETE:
            slower = max(1.0, usual / row.endpoint)
            return min(usual, slower * (row.complete if heard_voice else row.by_words))
        case Completeness.MORE_LIKELY:
            return max(usual, row.more)
        case Completeness.PREFIX:
            return max(usual, row.prefix)
        case Completeness.UNSURE:
            return usual


def hangs(text: str) -> bool:
    """Whether the words themselves ask for more: "my account number is", "because", "um"."""
    words = _WORD.findall(text.lower())
    if not words:
        return False
    if text.rstrip().endswith("?"):  # "what are you?" was "what are your …"
        return words[-1] in _NEVER_LAST or words == ["what", "are", "you"]
    if words == ["please"]:  # "yes please" and "gas, please" are whole
        return True
    if words[-2:-1] == ["to"] and words[-1] in _AFTER_TO:
        return True
    last = words[-1].replace("\u2019", "'")
    return last in _HANGING | FILLERS or text.rstrip().endswith((",", "...", "…", "-"))


def trails_off(text: str) -> bool:
    """Whether it ends with "uh": "yes, uh" is a yes of which more will come."""
    words = _WORD.findall(text.lower())
    return bool(words) and words[-1] in FILLERS and not is_assent(text)


def _open(answer: Answer) -> Completeness:
    if hangs(answer.text):
        return Completeness.PREFIX
    if answer.finished is not None and answer.finished < FINISHED:
        return Completeness.UNSURE
    if answer.reading.begins:
        return Completeness.MORE_LIKELY
    if answer.taken_as.startswith("answer:"):
        brief = len(set(_WORD.findall(answer.text.lower()))) <= BRIEF
        return Completeness.MORE_LIKELY if brief else Completeness.UNSURE
    return Completeness.COMPLETE if _means_something(answer.reading) else Completeness.UNSURE


def _means_something(said: Understanding) -> bool:
    best = said.intent.confidence
    following = said.alternatives[0].confidence if said.alternatives else 0.0
    return not said.out_of_scope and best >= SURE and best - following >= MARGIN


def _yes_no(answer: Answer) -> Completeness:
    decided = answer.taken_as in ("affirm", "deny") or answer.taken_as.startswith("answer:")
    return Completeness.COMPLETE if decided else _open(answer)


def _menu(answer: Answer) -> Completeness:
    said = set(_WORD.findall(answer.text.lower()))
    if hangs(answer.text) or said in _LONE_BY:
        return Completeness.PREFIX
    if not answer.taken_as.startswith("answer:"):
        return _open(answer)
    return Completeness.MORE_LIKELY if len(said) == 1 else Completeness.COMPLETE


def _date(answer: Answer) -> Completeness:
    """ "On the fifth" may be followed by its month, and "December" by its day."""
    if hangs(answer.text):
        return Completeness.PREFIX
    if _HALF_A_DATE.fullmatch(answer.text.lower().strip(" .,!")):
        return Completeness.MORE_LIKELY
    return Completeness.COMPLETE if answer.taken_as.startswith("answer:") else _open(answer)


def _name(answer: Answer) -> Completeness:
    """ "My name is John" may go on; a first and a last name, or a spelled one, do not."""
    if hangs(answer.text):
        return Completeness.PREFIX
    names = [entity for entity in answer.reading.entities if entity.name == "name"]
    whole = any(len(entity.value.split()) > 1 for entity in names)
    if answer.taken_as.startswith("answer:"):
        return Completeness.COMPLETE if whole else Completeness.MORE_LIKELY
    return _open(answer)


def _digits(answer: Answer) -> Completeness:
    if answer.mask is not None and answer.mask.full(answer.digits) and not _said_once(answer):
        return Completeness.COMPLETE
    if answer.digits:
        return Completeness.UNSURE
    return _open(answer)


def _said_once(answer: Answer) -> bool:
    half = len(answer.digits) // 2
    twice = answer.digits[:half] == answer.digits[half:]
    return twice and answer.lasted < FASTEST_TWICE * len(answer.digits)


def _spelling(answer: Answer) -> Completeness:
    return Completeness.UNSURE


_JUDGES = {
    "yes_no": _yes_no,
    "menu": _menu,
    "date": _date,
    "name": _name,
    "digits": _digits,
    "spelling": _spelling,
}
