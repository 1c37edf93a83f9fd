"""Numbers as people write them."""

from __future__ import annotations

import pytest

from contacts.errors import BadNumber
from contacts.numbers import is_region, read_number, zones


@pytest.mark.parametrize(
    ("text", "region", "e164", "kind"),
    [
        ("020 7946 0018", "GB", "+442079460018", "fixed"),
        ("0039 335 123 4567", "IT", "+393351234567", "mobile"),
        ("06 4677 1234", "it", "+390646771234", "fixed"),  # Italy keeps the zero
        ("(030) 901820", "DE", "+4930901820", "fixed"),
        ("+1 (202) 456-1111", "", "+12024561111", "fixed or mobile"),
        ("tel:+44-20-7946-0018", "", "+442079460018", "fixed"),
        ("＋４４ ２０ ７９４６ ００１８", "", "+442079460018", "fixed"),
    ],
)
def test_a_number_becomes_e164(text: str, region: str, e164: str, kind: str) -> None:
    number = read_number(text, region, "home")
    assert (number.e164, number.kind, number.label) == (e164, kind, "home")


@pytest.mark.parametrize(
    ("text", "region", "problem"),
    [
        ("020 7946 0018", "", "no country code"),
        ("hello", "GB", "no telephone number"),
        ("12", "IT", "too short"),
        ("+44 20 7946 0018 99", "", "too long"),
        ("+999 123456", "", "country code"),
        ("020 7946 0018 ext. 12", "GB", "extension"),
        ("0909 8790879", "GB", "premium rate"),
        ("+39 " + "1" * 60, "", "longer"),
        ("", "GB", "no telephone number"),
        ("+1 202 55", "", "too short"),
    ],
)
def test_what_cannot_be_called_is_refused_without_repeating_it(
    text: str, region: str, problem: str
) -> None:
    with pytest.raises(BadNumber, match=problem) as caught:
        read_number(text, region)
    assert not text or text not in str(caught.value)


def test_time_zones_of_numbers() -> None:
    assert zones("+390646771234") == ("Europe/Rome",)
    assert zones("+12124561111") == ("America/New_York",)
    assert len(zones("+79161234567")) >= 1
    assert zones("+800123456789") == () and zones("nonsense") == ()


def test_regions() -> None:
    assert is_region("it") and is_region("US")
    assert not is_region("XX") and not is_region("")
