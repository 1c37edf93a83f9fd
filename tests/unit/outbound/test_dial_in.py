"""A launch by telephone: nothing is made before the last yes, and a star goes back."""

from __future__ import annotations

import pytest

from outbound.dial_in import (
    Approve,
    Command,
    Count,
    Counted,
    DialIn,
    HangUp,
    Key,
    Launch,
    Launched,
    NotProven,
    Opened,
    Prove,
    Proven,
    Refused,
    Say,
    Silence,
    State,
    Template,
    Waiting,
)

MENU = (
    Template("water", "Boil water", "Do not drink it.", "Not before it was boiled."),
    Template("fire", "Leave", "Go out."),
)
FIRST = Waiting("cam-1", "Leave", 8, "2101")


@pytest.fixture
def call() -> DialIn:
    made = DialIn()
    made.receive(Opened())
    return made


def keys(call: DialIn, typed: str) -> list[Command]:
    return [command for digit in typed for command in call.receive(Key(digit))]


def said(commands: list[Command]) -> str:
    return " ".join(one.text for one in commands if isinstance(one, Say))


def proven(call: DialIn, waiting: Waiting | None = None) -> list[Command]:
    assert keys(call, "2101#1012#")[-1] == Prove("2101", "1012")
    return call.receive(Proven(MENU, waiting))


def test_three_keys_from_the_menu_to_the_calls(call: DialIn) -> None:
    assert "For Boil water, press 1. For Leave, press 2." in said(proven(call))
    assert keys(call, "1") == [Count("water")]
    asked = call.receive(Counted(12, 3))
    assert "Do not drink it. This calls 12 people. It takes about 3 minutes." in said(asked)
    assert keys(call, "1") == [] and keys(call, "#") == [Launch("water")]
    over = call.receive(Launched(waits=False))
    assert "Calling has begun" in said(over) and over[-1] == HangUp()


def test_all_of_it_can_be_heard_before_the_yes(call: DialIn) -> None:
    proven(call)
    keys(call, "1")
    assert "press 2" in said(call.receive(Counted(12, 3)))
    heard = keys(call, "12")
    assert "Do not drink it. Not before it was boiled. To call them now" in said(heard)
    assert keys(call, "#") == [Say(said(heard))], "the 1 before it counts no more"
    assert keys(call, "1#") == [Launch("water")]


@pytest.mark.parametrize("typed", ["#", "2#", "3#", "11#", "0", "*"])
def test_nothing_else_is_a_yes(call: DialIn, typed: str) -> None:
    proven(call)
    keys(call, "1")
    call.receive(Counted(12, None))
    commands = keys(call, typed)
    assert not any(isinstance(one, Launch | Approve) for one in commands)
    assert (call.state is State.MENU) is (typed == "*")


def test_the_second_person_hears_who_asked_and_approves(call: DialIn) -> None:
    assert "Leave, to 8 people, asked for by 2 1 0 1" in said(proven(call, FIRST))
    keys(call, "0")
    assert keys(call, "1#") == [Approve("cam-1")]
    assert "Calling has begun" in said(call.receive(Launched(waits=False)))


def test_a_first_person_is_told_that_it_waits(call: DialIn) -> None:
    proven(call)
    keys(call, "2")
    call.receive(Counted(8, 1, warnings=1))
    keys(call, "1#")
    assert "second person" in said(call.receive(Launched(waits=True)))


def test_three_wrong_pins_end_it(call: DialIn) -> None:
    for _ in range(2):
        keys(call, "2101#0000#")
        assert "not right" in said(call.receive(NotProven()))
    keys(call, "2101#0000#")
    assert call.receive(NotProven())[-1] == HangUp() and call.state is State.OVER


def test_nobody_and_refusals_lead_back_to_the_menu(call: DialIn) -> None:
    proven(call)
    keys(call, "1")
    assert "Nobody would be called" in said(call.receive(Counted(0, None)))
    keys(call, "1")
    assert "cannot be done: no trunk" in said(call.receive(Refused("no trunk")))
    assert call.state is State.MENU and keys(call, "*")[-1] == HangUp()


def test_silence_ends_it_and_what_comes_late_changes_nothing(call: DialIn) -> None:
    assert call.receive(Silence())[-1] == HangUp()
    for late in (Silence(), Key("1"), Proven(MENU), Counted(1, 1), Launched(waits=False)):
        assert call.receive(late) == []


def test_a_star_begins_the_number_again_and_nine_says_the_menu_again(call: DialIn) -> None:
    keys(call, "21#10*")
    assert call.state is State.NUMBER
    menu = said(proven(call))
    assert said(keys(call, "9")) == menu
    assert keys(call, "0") == [Say(menu)], "nothing waits"
