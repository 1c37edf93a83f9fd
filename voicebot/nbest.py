"""PURE. Which of a recogniser's guesses the question can mean.

The likeliest sentence is not always the one that fits: of five digits said by real people 30 were
right as they came, 31 when the length chose among five guesses. What was denied is never chosen.

Where none fits, a number may be read once more as nothing but digits (docs/benchmarks/
turn_taking.md): recognisers repeat what they have written, or write nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from voicebot.dialogue.acts import Ask
from voicebot.hearing import is_filler
from voicebot.nlu.dates import names_a_date
from voicebot.nlu.entities import yes_or_no
from voicebot.nlu.names import find_name
from voicebot.nlu.numbers import DIGITS, digit_runs
from voicebot.nlu.spelling import spelled
from voicebot.speech.ports import Recognised

LASTED = 0.8
"""Seconds of speech of which it is strange that nothing could be read."""
SHORT = 3
"""Words; a longer sentence that does not answer is something else, and is left alone."""
LONGEST_DATE = 5
"""The same where a date is asked for: "on the fifth of December"."""


def chosen(heard: Recognised, ask: Ask, language: str) -> Recognised:
    """`heard` with the first guess that answers the question as its text, if any does.

    Who asks for a person instead of telling a number has asked for a person: only what could have
    been an answer, misheard, is looked for among the other guesses. "Uh" is none.
    """
    fits = FITS.get(ask.readings[0])
    if is_filler(heard):
        return heard
    if fits is None or fits(heard.text, ask, language) or not _tries(heard.text, ask, language):
        return heard
    for other in heard.alternatives:
        if fits(other.text, ask, language):
            return replace(heard, text=other.text, confidence=other.confidence)
    return heard


def digits_only(heard: Recognised, ask: Ask, language: str, lasted: float) -> tuple[str, ...]:
    """The words as which it is to be read once more, if any: it may be a number though none was
    `chosen`, for it holds too many digits, or no word in so many seconds. Fewer digits are the
    beginning of a number: read so, they become others."""
    if ask.readings[0] != "digits" or ask.mask is None or not ask.mask.most:
        return ()
    digits = sum(len(run.digits) for run in digit_runs(heard.text, language, guess=True))
    strange = digits > ask.mask.most or (not heard.text and lasted >= LASTED)
    return DIGITS.get(language.split("-")[0], ()) if strange else ()


def answers(heard: Recognised, ask: Ask, language: str) -> bool:
    """Whether its text can be the answer."""
    fits = FITS.get(ask.readings[0])
    return fits is not None and fits(heard.text, ask, language)


def _tries(text: str, ask: Ask, language: str) -> bool:
    """Whether this could have been meant as an answer."""
    if ask.readings[0] == "digits":
        return bool(digit_runs(text, language, guess=True))
    longest = LONGEST_DATE if ask.readings[0] == "date" else SHORT
    return ask.readings[0] == "spelling" or 0 < len(text.split()) <= longest


def _digits(text: str, ask: Ask, language: str) -> bool:
    digits = "".join(run.digits for run in digit_runs(text, language, guess=True))
    return digits not in ask.denied and (ask.mask is None or ask.mask.fits(digits))


def _yes_no(text: str, ask: Ask, language: str) -> bool:
    return yes_or_no(text) is not None


def _menu(text: str, ask: Ask, language: str) -> bool:
    low = text.lower()
    return not ask.terms or any(term.lower() in low for term in ask.terms)


def _name(text: str, ask: Ask, language: str) -> bool:
    name = find_name(text, asked=True)
    return name is not None and name.value not in ask.denied


def _date(text: str, ask: Ask, language: str) -> bool:
    return names_a_date(text, language)


def _spelled(text: str, ask: Ask, language: str) -> bool:
    letters = spelled(text)
    return bool(letters) and letters not in {value.upper() for value in ask.denied}


FITS: dict[str, Callable[[str, Ask, str], bool]] = {
    "digits": _digits,
    "yes_no": _yes_no,
    "menu": _menu,
    "name": _name,
    "date": _date,
    "spelling": _spelled,
}
"""What the question expects → whether a sentence can be the answer."""
