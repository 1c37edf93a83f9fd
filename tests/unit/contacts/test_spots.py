"""Where people are, for a map."""

from __future__ import annotations

from contacts.people import Place
from contacts.spots import gather


def test_neighbours_are_one_dot_and_counted() -> None:
    spots = gather([Place(45.00001, 9.0), Place(45.00002, 9.0), Place(45.001, 9.0)])
    assert spots.decimals == 4
    assert spots.people == {(45.0, 9.0): 2, (45.001, 9.0): 1}


def test_too_many_dots_are_drawn_more_coarsely_and_nobody_is_lost() -> None:
    spots = gather([Place(45 + n / 1000, 9.0) for n in range(100)], most=20)
    assert spots.decimals == 2 and len(spots.people) == 11
    assert sum(spots.people.values()) == 100


def test_nobody_has_a_place() -> None:
    assert gather([]).people == {}
