"""Sums of money as they are said: "twelve dollars and fifty cents", "€ 1.200,50", "zwanzig Euro".

A value is `12.50 USD` (ISO 4217); a sum without a currency ("fifty cents") has none. Numbers are
read in the languages that `numbers` knows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from voicebot.nlu.numbers import spoken_to_figures

_WORDS = {
    "USD": "dollars? bucks? dollari? dólar(?:es)? \\$",
    "EUR": "euros? €",
    "GBP": "pounds? quid sterlin[ae] livres? libras? pfund £",
    "CHF": "francs? franken franchi franco",
}
_MINOR = "cents?|pence|penn(?:y|ies)|p|centimes?|centesim[io]|céntimos?|centavos?|rappen|100º"
"""`100º`: what the numbers of Italian make of "centesimi"."""
_NUMBER = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_UNIT = "|".join(f"(?P<{code}>{'|'.join(words.split())})" for code, words in _WORDS.items())
_BEFORE = re.compile(rf"(?:(?P<USD>\$)|(?P<EUR>€)|(?P<GBP>£)) ?(?P<sum>{_NUMBER})(?!\w)")
_BEHIND = re.compile(
    rf"(?<![\w.,])(?P<sum>{_NUMBER}) ?(?:{_UNIT})(?!\w)"
    rf"(?: (?:(?:and|e|et|und|y|con) )?(?P<minor>\d{{1,2}})"
    rf"(?: (?:{_MINOR})\b|(?= ?(?:$|[.,;?!]))))?"
)
_CENTS = re.compile(rf"(?<![\w.,])(?P<minor>\d{{1,2}}) (?:{_MINOR})\b")


@dataclass(frozen=True)
class Sum:
    """A sum that was said."""

    value: str
    text: str
    """As it reads with figures for numbers."""


def find_sums(text: str, language: str = "en") -> list[Sum]:
    """Every sum in `text`, in order."""
    figures = spoken_to_figures(text.lower().replace("\u2019", "'"), language)
    found: list[tuple[int, int, Sum]] = []
    for pattern in (_BEFORE, _BEHIND, _CENTS):
        for match in pattern.finditer(figures):
            if not any(match.start() < end and start < match.end() for start, end, _ in found):
                found.append((*match.span(), Sum(_value(match), match.group().strip())))
    return [each for _, _, each in sorted(found, key=lambda one: one[0])]


def _value(match: re.Match[str]) -> str:
    groups = match.groupdict()
    whole, decimals = _read(groups.get("sum") or "0")
    minor = groups.get("minor")
    if minor:
        decimals = minor.zfill(2)
    code = next((code for code in _WORDS if groups.get(code)), "")
    return f"{whole}.{decimals} {code}".strip()


def _read(number: str) -> tuple[str, str]:
    """Whole units and hundredths; what stands before three digits only groups them."""
    tail = re.search(r"[.,](\d{1,2})$", number)
    whole = number[: tail.start()] if tail else number
    return re.sub(r"\D", "", whole).lstrip("0") or "0", (tail[1] if tail else "").ljust(2, "0")
