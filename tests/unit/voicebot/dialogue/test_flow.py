"""What a flow's values can tell without anybody's help."""

from __future__ import annotations

import pytest

from voicebot.dialogue.fillers import Filler, Moment
from voicebot.dialogue.flow import Choice, KeyAction, Keypad, Menu, Slot, SlotKind, Universal
from voicebot.dialogue.responses import Condition, Response, Variation, fill
from voicebot.nlu.ports import Entity

HOURS = Response(
    "hours",
    (
        Variation("Eight to six."),
        Variation("From eight."),
        Variation("On {day}: closed.", (Condition("day", "sunday"),)),
    ),
)
ACCOUNT = Slot(
    "account_number",
    SlotKind.DIGITS,
    entities=(Filler("account_number"),),
    min_digits=8,
    max_digits=8,
    groups=(2, 2, 2, 2),
    show_last=4,
)


def test_a_variation_whose_condition_holds_comes_first() -> None:
    assert HOURS.text({"day": "sunday"}) == "On sunday: closed."
    assert HOURS.text({"day": "monday"}) == "Eight to six."


def test_equals_are_said_in_turn() -> None:
    assert [HOURS.text({}, nth) for nth in range(3)] == [
        "Eight to six.", "From eight.", "Eight to six.",
    ]  # fmt: skip


def test_only_conditional_wordings_still_say_something() -> None:
    only = Response("x", (Variation("Closed.", (Condition("day", "sunday"),)),))
    assert only.text({}) == "Closed."


def test_what_is_not_known_leaves_no_gap() -> None:
    assert fill("{name} , account {account}, is here.", {"account": "1"}) == ", account 1, is here."


@pytest.mark.parametrize(
    ("value", "accepted"),
    [("12345678", True), ("1234567", False), ("123456789", False), ("", False)],
)
def test_digits_have_a_length(value: str, accepted: bool) -> None:
    assert ACCOUNT.accepts(value) is accepted
    assert ACCOUNT.by_key(value) == (value if accepted else None)


@pytest.mark.parametrize(
    ("groups", "value", "spoken"),
    [
        ((2, 2, 2, 2), "12345678", "1 2, 3 4, 5 6, 7 8"),
        ((), "123456", "1 2 3, 4 5 6"),
        ((), "1234", "1 2 3 4"),
        ((), "12345", "1 2 3, 4 5"),
        ((), "12", "1 2"),
        ((4, 4), "123", "1 2 3"),
    ],
)
def test_digits_are_read_in_groups(groups: tuple[int, ...], value: str, spoken: str) -> None:
    assert Slot("x", SlotKind.DIGITS, groups=groups).spoken(value) == spoken


def test_dates_are_read_as_days() -> None:
    slot = Slot("d", SlotKind.DATE)
    assert slot.spoken("2026-11-28") == "Saturday, 28 November"
    assert slot.spoken("soon") == "soon"


def test_logs_see_the_end_only() -> None:
    assert ACCOUNT.shown("12345678") == "••••5678"
    assert Slot("x").shown("12345678") == "12345678"
    assert Slot("x", show_last=0).shown("12") == "••"


def test_keys_choose() -> None:
    choice = Slot("k", SlotKind.CHOICE, choices=(Choice("gas", "2"), Choice("water", "3")))
    assert choice.by_key("3") == "water"
    assert choice.by_key("9") is None
    assert choice.accepts("gas") and not choice.accepts("coal")
    assert Slot("y", SlotKind.YES_NO).by_key("2") == "no"


def test_a_sum_is_read_back_as_one_says_it() -> None:
    money = Slot("m", SlotKind.MONEY)
    assert money.spoken("12.50 USD") == "12.50 dollars"
    assert money.spoken("20.00 EUR") == "20 euros"
    assert money.spoken("0.50") == "0.50"


def test_a_slot_takes_its_own_entity_always_and_the_built_in_one_when_asked() -> None:
    digits = Entity("digits", "123", "123", 0, 3)
    own = Entity("account_number", "12345678", "…", 0, 1)
    assert ACCOUNT.value_in([digits], Moment.WANTED) is None
    assert ACCOUNT.value_in([digits], Moment.ASKED) is digits
    assert ACCOUNT.value_in([digits, own], Moment.ASKED) is own


def test_a_menu_is_read_aloud() -> None:
    menu = Menu(
        "main",
        None,
        (
            KeyAction("1", "bills", menu="bills"),
            KeyAction("9", universal=Universal.REPEAT),
            KeyAction("*", "the menu before", universal=Universal.BACK),
        ),
    )
    assert Keypad("main", {"main": menu}).listing(menu) == (
        "For bills, press 1. For the menu before, press star."
    )
    assert menu.action("9") == KeyAction("9", universal=Universal.REPEAT)
    assert menu.action("5") is None
