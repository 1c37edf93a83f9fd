"""PURE. How a slot's value is read back."""

from __future__ import annotations

import datetime


def grouped(digits: str, groups: tuple[int, ...]) -> list[str]:
    """Digits in groups of these sizes; in threes where they do not fit."""
    sizes = groups if sum(groups) == len(digits) else (3,) * (len(digits) // 3)
    parts, at = [], 0
    for size in sizes:
        parts.append(digits[at : at + size])
        at += size
    rest = digits[at:]
    if len(rest) == 1 and parts:
        parts[-1] += rest
    elif rest:
        parts.append(rest)
    return parts


_CURRENCIES = {"USD": "dollars", "EUR": "euros", "GBP": "pounds", "CHF": "francs"}


def spoken_sum(value: str) -> str:
    """`12.50 USD` as "12.50 dollars"."""
    amount, _, code = value.partition(" ")
    return f"{amount.removesuffix('.00')} {_CURRENCIES.get(code, code)}".strip()


def spoken_date(value: str) -> str:
    """An ISO date as "Friday, 9 October"."""
    try:
        day = datetime.date.fromisoformat(value[:10])
    except ValueError:
        return value
    return f"{day:%A}, {day.day} {day:%B}"
