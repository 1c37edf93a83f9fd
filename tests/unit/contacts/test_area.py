"""Polygons and circles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.area import Circle, Polygon, distance_km, inside_any, read_circle, read_polygon
from contacts.errors import BadArea
from contacts.people import Place

SQUARE = read_polygon("10,10 10,20 20,20 20,10 10,10")
# A C that opens to the east: its bay is outside.
BAY = read_polygon("0,0 0,10 3,10 3,3 7,3 7,10 10,10 10,0 0,0")


@pytest.mark.parametrize(
    ("area", "lat", "lon", "inside"),
    [
        (SQUARE, 15, 15, True), (SQUARE, 9.99, 15, False), (SQUARE, 15, 20.01, False),
        (SQUARE, 25, 15, False), (SQUARE, -15, -15, False),
        (BAY, 5, 1, True), (BAY, 5, 8, False), (BAY, 1, 8, True), (BAY, 9, 8, True),
    ],
)  # fmt: skip
def test_inside_by_the_even_odd_rule(area: Polygon, lat: float, lon: float, inside: bool) -> None:
    assert area.contains(Place(lat, lon)) is inside


def test_a_crossing_line_has_a_hole() -> None:
    star = read_polygon("0,0 10,5 0,10 7,0 7,10 0,0")
    assert not star.contains(Place(4.5, 5)) and star.contains(Place(6.5, 1))


@given(st.floats(-89, 89), st.floats(-179, 179))
def test_a_corner_more_on_a_side_changes_nothing(lat: float, lon: float) -> None:
    with_corner = read_polygon("10,10 10,15 10,20 20,20 20,10 10,10")
    assert with_corner.contains(Place(lat, lon)) == SQUARE.contains(Place(lat, lon))


@given(st.floats(0, 9.9), st.floats(0, 9.9))
def test_tiles_share_no_place_and_miss_none(lat: float, lon: float) -> None:
    tiles = [
        read_polygon(f"{a},{b} {a},{b + 5} {a + 5},{b + 5} {a + 5},{b} {a},{b}")
        for a in (0, 5) for b in (0, 5)
    ]  # fmt: skip
    assert sum(tile.contains(Place(lat, lon)) for tile in tiles) == 1


def test_distances() -> None:
    rome, milan = Place(41.9028, 12.4964), Place(45.4642, 9.19)
    assert distance_km(rome, milan) == pytest.approx(477, abs=1)
    assert distance_km(rome, rome) == 0
    assert distance_km(Place(0, 179.9), Place(0, -179.9)) == pytest.approx(22.24, abs=0.1)
    assert Circle(rome, 478).contains(milan) and not Circle(rome, 476).contains(milan)
    assert inside_any([SQUARE, Circle(rome, 500)], milan) and not inside_any([], milan)


def test_reading() -> None:
    assert read_circle("32.9525,-115.5527 0") == Circle(Place(32.9525, -115.5527), 0)
    assert SQUARE.corners[0] == Place(10, 10) and len(SQUARE.corners) == 4


@pytest.mark.parametrize(
    "text",
    ["", "1,1 2,2 1,1", "1,1 1,2 2,2 2,1", "91,1 1,2 2,2 91,1", "a,b 1,2 2,2 a,b",
     "nan,1 1,2 2,2 nan,1", "1 1 1 1", "0,0 " * 10_002],
)  # fmt: skip
def test_what_is_no_polygon_is_refused(text: str) -> None:
    with pytest.raises(BadArea):
        read_polygon(text)


@pytest.mark.parametrize("text", ["", "1,1", "1,1 -2", "1,1 inf", "1,1 2 3", "1;1 2"])
def test_what_is_no_circle_is_refused(text: str) -> None:
    with pytest.raises(BadArea):
        read_circle(text)
