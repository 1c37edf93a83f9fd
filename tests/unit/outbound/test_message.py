"""Messages: languages, slots, fit."""

from __future__ import annotations

import pytest

from outbound.errors import BadMessage
from outbound.message import (
    Message,
    Text,
    check_message,
    fit,
    render,
    render_retraction,
)

WATER = Message(
    {
        "en": Text("Do not drink tap water in {street}.", "Boil it, {name|neighbour}.", "Call us."),
        "de": Text("Trinken Sie kein Leitungswasser.", retraction="Entwarnung."),
        "it-it": Text("Non bevete l'acqua."),
    },
    "en",
)


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("en", "en"), ("en-gb", "en"), ("de-at", "de"), ("it", "it-it"), ("it-ch", "it-it"),
     ("fr", "en"), ("", "en")],
)  # fmt: skip
def test_the_best_language_there_is(wanted: str, language: str) -> None:
    assert WATER.language_for(wanted) == language


def test_slots_are_filled_or_replaced() -> None:
    spoken = render(WATER, "en", {"street": "Mill Lane", "name": ""})
    assert spoken.headline == "Do not drink tap water in Mill Lane."
    assert (spoken.body, spoken.voicemail) == ("Boil it, neighbour.", "Call us.")
    assert render(WATER, "en", {"name": "Ada"}).headline == "Do not drink tap water in ."
    german = render(WATER, "de", {})
    assert german.voicemail == german.headline and 1 < german.seconds < 4


def test_a_retraction_of_its_own_or_the_ready_one() -> None:
    assert render_retraction(WATER, "de", {}, "x") == "Entwarnung."
    assert render_retraction(WATER, "en", {}, "That was wrong.") == "That was wrong."


def test_the_fit_tells_holes_and_languages() -> None:
    found = fit(WATER, [("en", {"street": "Mill Lane"}), ("en", {}), ("fr", {}), ("de-at", {})])
    assert found.people == 4 and not found.good
    assert dict(found.missing) == {"street": 2}
    assert dict(found.languages) == {"en": 3, "de": 1} and dict(found.fallen_back) == {"fr": 1}
    assert fit(WATER, [("de", {})]).good


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        ({"de": Text("x")}, "default language"),
        ({"en": Text(" ")}, "no headline"),
        ({"en": Text("x" * 161)}, "161 characters"),
        ({"en": Text("x", "y" * 2001)}, "longer than"),
        ({"en": Text("x {name")}, "brace"),
        ({"en": Text("x } y")}, "brace"),
        ({"en": Text("x {first name}")}, "is no slot"),
        ({"en": Text("x {}")}, "is no slot"),
    ],
)
def test_what_cannot_be_said_is_refused(texts: dict[str, Text], problem: str) -> None:
    with pytest.raises(BadMessage, match=problem):
        check_message(Message(texts, "en"))


def test_what_can_be_said_is_let_through() -> None:
    check_message(WATER)
