"""PURE. "No, seven two": a few digits that put right what was read back."""

from __future__ import annotations

from collections.abc import Callable

LEAST = 2
"""Digits; a single one could stand anywhere."""


def patched(
    held: str, said: str, groups: tuple[int, ...], possible: Callable[[str], bool]
) -> str | None:
    """`held` with the stretch that is likest to `said` replaced by it; None: there is none.

    What was read back as a group is corrected as one, so a group comes before another stretch that
    is as like. A stretch that shares no digit with what was said is not what was meant.
    """
    length = len(said)
    if not LEAST <= length < len(held):
        return None
    starts = _starts(groups, len(held))
    found = []
    for start in range(len(held) - length + 1):
        before = held[start : start + length]
        wrong = sum(a != b for a, b in zip(before, said, strict=True))
        value = held[:start] + said + held[start + length :]
        if 0 < wrong < length and possible(value):
            found.append((wrong, start not in starts, start, value))
    return min(found)[-1] if found else None


def _starts(groups: tuple[int, ...], length: int) -> frozenset[int]:
    sizes = groups if sum(groups) == length else (3,) * (length // 3)
    return frozenset(sum(sizes[:count]) for count in range(len(sizes)))
