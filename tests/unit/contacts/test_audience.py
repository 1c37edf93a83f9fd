"""Who is chosen, and why others are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contacts.area import read_circle, read_polygon
from contacts.audience import (
    DO_NOT_CALL,
    NO_CONSENT,
    NO_PLACE,
    SHARED,
    Audience,
    Filter,
    choose,
    read_where,
)
from contacts.errors import BadFilter
from contacts.numbers import Number
from contacts.people import Consent, Person, Place

ROME = Number("+390646771234")
MOBILE = Number("+393351234567")
ADA = Person("ada", "town", (MOBILE, ROME), name="Ada", language="it", groups=("north", "school"),
             place=Place(45.1, 11.1), fields=(("floor", "3"),))  # fmt: skip
BEN = Person("ben", "town", (Number("+12124561111"),), language="de-at", groups=("south",),
             place=Place(50, 8), consents=(Consent("sales", "2026-01-31", "form"),))  # fmt: skip
CY = Person("cy", "town", (Number("+393357654321"),))
EVERYBODY = (ADA, BEN, CY)


def chosen(filter: Filter) -> list[str]:
    return [one.person for one in choose(EVERYBODY, filter, default_language="en").people]


@pytest.mark.parametrize(
    ("filter", "who"),
    [
        (Filter(), ["ada", "ben", "cy"]),
        (Filter(groups=("north", "south")), ["ada", "ben"]),
        (Filter(not_groups=("south",)), ["ada", "cy"]),
        (Filter(languages=("de",)), ["ben"]),
        (Filter(languages=("d", "it")), ["ada"]),
        (Filter(where=read_where(["floor=3"])), ["ada"]),
        (Filter(where=read_where(["name = ADA", "floor=4"])), []),
        (Filter(areas=(read_circle("45,11 20"),)), ["ada"]),
        (Filter(areas=(read_circle("45,11 20"),), unplaced_too=True), ["ada", "cy"]),
        (Filter(areas=(read_circle("45,11 20"), read_polygon("49,7 49,9 51,9 51,7 49,7"))),
         ["ada", "ben"]),
        (Filter(groups=("south",), areas=(read_circle("45,11 20"),)), []),
    ],
)  # fmt: skip
def test_filters(filter: Filter, who: list[str]) -> None:
    assert chosen(filter) == who


def test_a_condition_is_field_and_value() -> None:
    with pytest.raises(BadFilter):
        read_where(["floor"])
    with pytest.raises(BadFilter):
        read_where(["=3"])


def test_what_is_frozen_of_a_person() -> None:
    audience = choose(EVERYBODY, Filter(), default_language="en")
    ada, ben, cy = audience.people
    assert (ada.numbers, ada.language) == ((MOBILE.e164, ROME.e164), "it")
    assert ada.slots["floor"] == "3" and "Europe/Rome" in ada.zones
    assert ben.zones == ("America/New_York",) and ben.consents == {"sales"}
    assert cy.language == "en" and audience.languages == {"it": 1, "de-at": 1, "en": 1}


def test_the_persons_own_zone_comes_before_the_numbers() -> None:
    unknown = replace(CY, numbers=(Number("+800123456789"),))
    away = replace(BEN, zone="Asia/Tokyo")
    people = (unknown, away)
    found = choose(people, Filter(), default_language="en").people
    assert [one.zones for one in found] == [(), ("Asia/Tokyo",)]
    found = choose(people, Filter(), default_language="en", default_zone="Europe/Rome").people
    assert [one.zones for one in found] == [("Europe/Rome",), ("Asia/Tokyo",)]


def left_out(audience: Audience) -> dict[str, int]:
    return dict(audience.left_out)


def test_who_is_not_called_is_told_with_the_reason() -> None:
    silent = replace(CY, do_not_call=True)
    audience = choose((ADA, silent), Filter(), default_language="en", blocked=MOBILE.e164.__eq__)
    assert [one.numbers for one in audience.people] == [(ROME.e164,)]
    assert left_out(audience) == {DO_NOT_CALL: 1}
    assert choose((CY,), Filter(), default_language="en", blocked=lambda _: True).size == 0


def test_an_emergency_calls_everybody() -> None:
    people = (ADA, replace(CY, do_not_call=True))
    audience = choose(
        people, Filter(), default_language="en", blocked=lambda _: True, ignore_do_not_call=True
    )
    assert audience.size == 2


def test_a_shared_number_is_called_once() -> None:
    child = replace(ADA, id="child", numbers=(ROME,))
    other = replace(ADA, id="other", numbers=(ROME, Number("+393357654321")))
    audience = choose((ADA, child, other), Filter(), default_language="en")
    assert [one.person for one in audience.people] == ["ada", "other"]
    assert audience.people[1].numbers == ("+393357654321",)
    assert left_out(audience) == {SHARED: 1}


def test_consent_and_missing_places_are_told() -> None:
    audience = choose(EVERYBODY, Filter(), default_language="en", consent_for="sales")
    assert [one.person for one in audience.people] == ["ben"]
    assert left_out(audience) == {NO_CONSENT: 2}
    near = Filter(areas=(read_circle("45,11 20"),))
    assert left_out(choose(EVERYBODY, near, default_language="en")) == {NO_PLACE: 1}
    nobody = replace(near, groups=("x",))
    assert left_out(choose(EVERYBODY, nobody, default_language="en")) == {}
