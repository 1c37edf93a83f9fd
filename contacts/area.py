"""PURE. Areas on the map: polygons and circles as CAP 1.2 (§3.2.4) writes them, WGS 84.

Distances are on a sphere; sides of a polygon are straight in latitude and longitude, as on the maps
on which people draw them. Neither may cross the 180th meridian: shift it, or divide the area.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from contacts.errors import BadArea
from contacts.people import Place

EARTH_KM = 6371.0088
"""The mean radius (IUGG)."""
CORNERS_LIMIT = 10_000


@dataclass(frozen=True)
class Polygon:
    """A closed line; what an odd number of its sides lies beside is inside."""

    corners: tuple[Place, ...]
    """At least three; the last is joined to the first."""

    def contains(self, place: Place) -> bool:
        """The even-odd rule: count the sides that a ray to the east crosses."""
        inside = False
        for a, b in zip(self.corners, (*self.corners[1:], self.corners[0]), strict=True):
            if (a.lat > place.lat) != (b.lat > place.lat):
                lon = a.lon + (place.lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon)
                inside ^= place.lon < lon
        return inside


@dataclass(frozen=True)
class Circle:
    """Everything within `km` of the centre."""

    centre: Place
    km: float

    def contains(self, place: Place) -> bool:
        """By the great-circle distance."""
        return distance_km(self.centre, place) <= self.km


Area = Polygon | Circle


def distance_km(a: Place, b: Place) -> float:
    """The haversine formula (R. W. Sinnott, 1984)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b.lon - a.lon) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(h)))


def inside_any(areas: Sequence[Area], place: Place) -> bool:
    """Several areas are one: their union (CAP 1.2 §3.2.4)."""
    return any(area.contains(place) for area in areas)


def read_polygon(text: str) -> Polygon:
    """`lat,lon lat,lon …`, the first corner again at the end. Raises BadArea."""
    places = [_read_place(pair) for pair in text.split()[: CORNERS_LIMIT + 1]]
    if len(places) > CORNERS_LIMIT:
        raise BadArea(f"a polygon has more than {CORNERS_LIMIT} corners")
    if len(places) < 4 or places[0] != places[-1]:
        raise BadArea("a polygon needs four `lat,lon` pairs or more, the last like the first")
    return Polygon(tuple(places[:-1]))


def read_circle(text: str) -> Circle:
    """`lat,lon radius`, the radius in km. Raises BadArea."""
    parts = text.split()
    if len(parts) != 2:
        raise BadArea("a circle is `lat,lon radius`, the radius in km")
    km = _number(parts[1])
    if km < 0:
        raise BadArea("a circle's radius is negative")
    return Circle(_read_place(parts[0]), km)


def _read_place(pair: str) -> Place:
    lat, _, lon = pair.partition(",")
    place = Place(_number(lat), _number(lon))
    if abs(place.lat) > 90 or abs(place.lon) > 180:
        raise BadArea(f"{pair!r} is no place: latitude ±90, longitude ±180")
    return place


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadArea(f"{text!r} is no number")
    return value
