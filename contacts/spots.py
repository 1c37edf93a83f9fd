"""PURE. Where people are, as few dots as a map can draw: many, and nobody's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from contacts.people import Place

MOST = 5_000
"""Dots of one map."""
FINEST = 4
"""Decimals of a degree: 11 m, which tells a house from its neighbour's and not a flat."""


@dataclass(frozen=True)
class Spots:
    """Dots and how many people each stands for."""

    decimals: int
    """Of a degree; fewer where there are many."""
    people: dict[tuple[float, float], int]
    """Latitude and longitude → people there."""


def gather(places: Iterable[Place], most: int = MOST) -> Spots:
    """People on a grid, as fine as there are dots for it."""
    spots = _on_grid(Counter((place.lat, place.lon) for place in places), FINEST)
    while len(spots.people) > most and spots.decimals > 0:
        spots = _on_grid(spots.people, spots.decimals - 1)
    return spots


def _on_grid(people: dict[tuple[float, float], int], decimals: int) -> Spots:
    found = Counter[tuple[float, float]]()
    for (lat, lon), count in people.items():
        found[round(lat, decimals), round(lon, decimals)] += count
    return Spots(decimals, found)
