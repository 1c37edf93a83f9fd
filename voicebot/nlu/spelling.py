"""PURE. Letters said one by one: "S M I T H", "sierra mike", "B as in boy", "double t", "bee".

Only where letters are expected: elsewhere "see you" is no C and U.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_AS_IN = re.compile(r"\b(\w+) (?:as in|like in|for|like) (\w+)")
_NATO = {
    word[0]: word
    for word in (
        "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november "
        "oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu"
    ).split()
}
"""ICAO Annex 10, volume II, 5.2.1.3: the radiotelephony alphabet."""
_OTHERWISE = {"alfa": "a", "juliett": "j", "whisky": "w", "x-ray": "x", "nato": ""}
_NAMES = {
    "ay": "a", "eh": "a", "bee": "b", "be": "b", "see": "c", "sea": "c", "cee": "c", "dee": "d",
    "ef": "f", "eff": "f", "gee": "g", "aitch": "h", "age": "h", "eye": "i", "jay": "j", "kay": "k",
    "okay": "k", "el": "l", "ell": "l", "em": "m", "en": "n", "oh": "o", "pee": "p", "pea": "p",
    "cue": "q", "queue": "q", "are": "r", "ar": "r", "ess": "s", "es": "s", "tee": "t", "tea": "t",
    "you": "u", "vee": "v", "ex": "x", "why": "y", "zee": "z", "zed": "z",
}  # fmt: skip
_DIGITS = {
    word: str(value)
    for value, word in enumerate("zero one two three four five six seven eight nine".split())
}
_LETTERS = {word: letter for letter, word in _NATO.items()} | _OTHERWISE | _NAMES | _DIGITS
_TIMES = {"double": 2, "triple": 3}
_AROUND = frozenset(
    "it is it's that's that my name spelled spelt spells capital letter and so".split()
)


def spelled(text: str) -> str:
    """What was spelled, in capitals; empty where the sentence is not (only) letters."""
    plain = text.replace("\u2019", "'").replace("-", " ")
    plain = re.sub(r"\bx ray\b", "xray", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\bdouble (?:you|u)\b", "w", plain, flags=re.IGNORECASE)
    plain = _AS_IN.sub(_first_of, plain)
    return _put_together(_TOKEN.findall(plain))


def _first_of(match: re.Match[str]) -> str:
    """ "B as in boy" is B, also where the letter was misheard: "P as in boy" is B."""
    letter, word = match[1], match[2]
    return word[0] if _letters(letter) is not None else match[0]


def _put_together(tokens: list[str]) -> str:
    found: list[str] = []
    times = 1
    for token in tokens:
        low = token.lower()
        if low in _TIMES:
            times = _TIMES[low]
            continue
        letters = _letters(token)
        if letters is None:
            if low in _AROUND:
                continue
            return ""
        found.append(letters * times)
        times = 1
    return "".join(found).upper()


def _letters(token: str) -> str | None:
    """The letters or digits that a word stands for; None: it is a word."""
    low = token.lower()
    if len(low) == 1 or low.isdigit() or (token.isupper() and len(token) > 1):
        return low
    return _LETTERS.get(low)
