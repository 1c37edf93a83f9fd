"""The agent's desk by keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from acd.keypad import KeypadDesk
from acd.keypad_messages import (
    ActAs,
    AskChoices,
    AskPerson,
    CheckPin,
    ChoicesTold,
    DialPerson,
    DigitPressed,
    Dispose,
    HangUpAgent,
    KeypadClosed,
    KeypadOpened,
    PersonTold,
    PinChecked,
    PromptDone,
    RepeatLast,
    SayToAgent,
    SkipPerson,
)
from acd.keypad_states import KEYPAD, At, KeypadConfig
from acd.messages import AgentLoggedIn, AgentLoggedOut, AgentNotReady, AgentReady, WrapUpEnded
from acd.snapshot import AgentView, agent_view
from kernel.errors import IllegalTransition
from tests.unit.acd.house import House

LOGIN = AgentLoggedIn("a", "utility", "sip:a@127.0.0.1", ("bills",))


@dataclass
class Desk:
    """A desk, a PIN book with one agent (7001, 1234), and a house behind it."""

    house: House = field(default_factory=House)
    now: float = 0.0
    said: list[str] = field(default_factory=list)
    acts: list[Any] = field(default_factory=list)
    other: list[Any] = field(default_factory=list)
    last: str = ""
    choices: tuple[str, ...] = ("solved", "follow-up")
    people: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.core = KeypadDesk(KeypadConfig(), self.view)

    def view(self, agent: str) -> AgentView | None:
        row = self.house.core.floor.agents.get(agent)
        return agent_view(row) if row else None

    def feed(self, event: object) -> Desk:
        self.core.receive(event, self.now)
        return self.carry()

    def carry(self) -> Desk:
        for command in self.core.commands():
            if isinstance(command, SayToAgent):
                self.said.append(command.text)
                self.last = command.say
            elif isinstance(command, AskChoices):
                self.feed(ChoicesTold(command.leg, command.call, self.choices))
            elif isinstance(command, AskPerson):
                self.asked.append(command.after)
                person = self.people.pop(0) if self.people else ""
                self.feed(PersonTold(command.leg, person, f"{person}." if person else ""))
            elif isinstance(command, ActAs):
                self.acts.append(command.event)
                self.house.say(command.event)
            elif isinstance(command, CheckPin):
                ok = (command.number, command.pin) == ("7001", "1234")
                self.feed(PinChecked(command.leg, ok, LOGIN if ok else None))
            else:
                self.other.append(command)
        return self

    def keys(self, digits: str, leg: str = "L") -> Desk:
        for digit in digits:
            self.feed(DigitPressed(leg, digit))
        return self

    def walk(self, seconds: float) -> Desk:
        end = self.now + seconds
        while (due := self.core.next_timer()) is not None and due <= end:
            self.now = due
            self.core.handle_timer(due)
            self.carry()
        self.now = end
        return self

    def open(self, known: str = "", leg: str = "L") -> Desk:
        return self.feed(KeypadOpened(leg, known))

    @property
    def at(self) -> At:
        return self.core.sessions["L"].at


@pytest.fixture
def desk() -> Desk:
    """An agent in the menu."""
    return Desk().open().keys("7001#1234#")


def test_every_state_is_reached() -> None:
    assert {state for row in KEYPAD.table.values() for state in row.values()} == set(At)


def test_number_and_pin_log_an_agent_in(desk: Desk) -> None:
    assert desk.acts == [LOGIN]
    assert desk.said[0].startswith("Agent log-in. Key your agent number")
    assert desk.said[-1].startswith("You are logged in, and not ready yet. Press 1")
    assert desk.house.see("a").want == "not_ready"


def test_a_known_phone_needs_only_the_pin() -> None:
    desk = Desk().open("7001")
    assert "PIN" in desk.said[-1]
    assert desk.keys("1234#").at is At.MENU


def test_another_agent_may_log_in_from_a_known_phone() -> None:
    assert Desk().open("8000").keys("*7001#1234#").at is At.MENU


def test_an_entry_ends_by_itself_and_a_star_clears_it() -> None:
    desk = Desk().open().keys("99*7001").walk(4).keys("1234").walk(4)
    assert desk.at is At.MENU


def test_an_empty_entry_asks_again() -> None:
    desk = Desk().open().keys("#")
    assert desk.said[-1] == desk.said[-2]


def test_ready_says_goodbye_and_hangs_up(desk: Desk) -> None:
    desk.keys("1").feed(PromptDone("L", desk.last))
    assert desk.acts[-1] == AgentReady("a")
    assert desk.other == [HangUpAgent("L")]
    assert not desk.core.sessions and desk.core.next_timer() is None


def test_goodbye_ends_the_leg_even_if_nobody_says_it_was_said(desk: Desk) -> None:
    desk.keys("9").walk(15)
    assert desk.acts[-1] == AgentLoggedOut("a")
    assert desk.other == [HangUpAgent("L")]


def test_not_ready_asks_for_the_reason(desk: Desk) -> None:
    desk.keys("2")
    assert desk.said[-1].startswith("Press 1 for break, 2 for lunch")
    desk.keys("7")
    assert desk.at is At.REASON
    desk.keys("2")
    assert desk.acts[-1] == AgentNotReady("a", "lunch")
    assert (desk.at, desk.house.see("a").reason) == (At.MENU, "lunch")
    assert desk.keys("2*").at is At.MENU


def test_wrap_up_is_ended_where_there_is_one(desk: Desk) -> None:
    assert desk.keys("3").said[-1] == "You are not in wrap-up."
    desk.house.say(AgentReady("a"))
    desk.house.call("c1")
    desk.house.contact("c1")
    assert desk.keys("0").said[-1].startswith("You are in wrap-up.")
    assert desk.keys("3").acts[-1] == WrapUpEnded("a")
    assert desk.house.see("a").state == "idle"


def test_the_last_call_is_repeated(desk: Desk) -> None:
    assert desk.keys("4").said[-1] == "There is no call to repeat."
    desk.house.say(AgentReady("a"))
    desk.house.call("c1")
    desk.house.contact("c1")
    (repeat,) = desk.keys("4").other
    assert isinstance(repeat, RepeatLast) and repeat.call == "c1"


def test_help_tells_the_state_and_other_keys_the_menu(desk: Desk) -> None:
    assert desk.keys("0").said[-1].startswith("You are not ready. Press 1")
    assert desk.keys("8").said[-1].startswith("Press 1")


def test_who_was_in_keeps_the_state_on_dialling_in_again(desk: Desk) -> None:
    desk.keys("1").walk(20).open().keys("7001#1234#")
    assert desk.said[-1].startswith("You are ready.")
    assert desk.house.see("a").want == "ready"


def test_three_wrong_pins_lock_the_number_over_all_phones() -> None:
    desk = Desk().open().keys("7001#1#7001#2#")
    assert desk.said[-1].startswith("That was not right. Key your agent number")
    desk.feed(KeypadClosed("L")).open(leg="M").keys("7001#3#", "M")
    assert desk.said[-1] == "This number is locked for now. Goodbye."
    desk.walk(60).open().keys("7001#1234#")
    assert desk.said[-1] == "This number is locked for now. Goodbye."
    assert desk.acts == []
    desk.walk(900).open().keys("7001#1234#")
    assert desk.acts == [LOGIN]


def test_a_right_pin_forgets_the_wrong_ones() -> None:
    desk = Desk().open().keys("7001#1#7001#2#7001#1234#")
    desk.keys("9").walk(20).open().keys("7001#1#7001#2#")
    assert desk.at is At.NUMBER


def test_wrong_pins_of_one_number_do_not_lock_another() -> None:
    desk = Desk().open().keys("8001#1#8001#2#8001#3#").walk(20)
    assert desk.open().keys("7001#1234#").at is At.MENU


def test_a_lock_elsewhere_counts_too() -> None:
    desk = Desk().open()
    desk.core.sessions["L"].at = At.CHECKING
    desk.feed(PinChecked("L", False, None, 600.0))
    assert desk.at is At.LEAVING


def test_silence_is_asked_again_and_then_ended(desk: Desk) -> None:
    asked = desk.said[-1]
    desk.walk(20)
    assert desk.said[-1] == asked
    desk.walk(40 + 15)
    assert desk.said[-1] == "Goodbye."
    assert desk.other == [HangUpAgent("L")]


def test_what_comes_late_or_for_nobody_is_stale(desk: Desk) -> None:
    desk.feed(DigitPressed("other", "1")).feed(PromptDone("L", "keypad-0"))
    desk.feed(PinChecked("L", True, LOGIN)).feed(KeypadOpened("L")).feed(DigitPressed("L", "A"))
    desk.feed(KeypadClosed("L")).feed(KeypadClosed("L"))
    assert (desk.core.stale, desk.core.next_timer()) == (6, None)


def test_secrets_do_not_show() -> None:
    assert "1234" not in repr(CheckPin("L", "7001", "1234"))


def test_an_unknown_event_is_illegal(desk: Desk) -> None:
    with pytest.raises(IllegalTransition):
        desk.core.receive(HangUpAgent("L"), 0.0)


def test_what_became_of_the_last_call_is_said_by_key(desk: Desk) -> None:
    desk.keys("6")
    assert "no call" in desk.said[-1]
    desk.house.say(AgentReady("a"))
    desk.house.call("c1")
    desk.house.contact("c1")
    desk.keys("6")
    assert desk.said[-1] == "Press 1 for solved, 2 for follow-up, star to go back."
    assert desk.keys("7").at is At.DISPOSITION, "a key without a meaning: asked again"
    desk.keys("2")
    assert desk.other[-1] == Dispose("L", "a", "c1", "follow-up")
    assert desk.at is At.MENU
    assert desk.keys("6*").at is At.MENU
    assert len([done for done in desk.other if isinstance(done, Dispose)]) == 1


def test_whom_to_call_next_is_chosen_by_key(desk: Desk) -> None:
    desk.people = ["ada", "ben", "cleo", "ada"]
    assert desk.keys("7").said[-1].startswith("ada. Press 1 to call them")
    assert desk.keys("2").said[-1].startswith("ben.")
    assert desk.keys("3").said[-1].startswith("cleo.")
    assert desk.other == [SkipPerson("L", "a", "ada"), SkipPerson("L", "a", "ben", True)]
    assert desk.asked == ["", "ada", "ben"]
    assert desk.keys("8").at is At.PERSON
    assert desk.keys("*").at is At.MENU
    assert desk.keys("71").said[-1] == "Please hang up. Your phone rings first, then theirs."
    assert len(desk.other) == 2, "while this leg is up the agent's phone is busy"
    assert desk.feed(KeypadClosed("L")).other[-1] == DialPerson("L", "a", "ada")


def test_where_there_is_nobody_to_call_that_is_said(desk: Desk) -> None:
    assert desk.keys("7").said[-1].startswith("There is nobody for you to call")
    assert desk.at is At.MENU
    desk.people = ["ada"]
    assert desk.keys("72").said[-1].startswith("There is nobody for you to call")
    assert desk.at is At.MENU
    stale = desk.core.stale
    desk.keys("2").feed(PersonTold("L", "ada", "Ada."))
    assert (desk.at, desk.core.stale) == (At.REASON, stale + 1)
