"""A caller, an agent, and whoever is consulted: whatever happens in whatever order."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import IllegalTransition
from telephony.contact import (
    AGENTS,
    CALLER,
    ENDED,
    FIRST,
    HEARS,
    MACHINE,
    SECOND,
    CallerGone,
    Complete,
    Consult,
    ContactCore,
    Drop,
    Failed,
    FirstGone,
    HandOn,
    Hold,
    Join,
    Limits,
    Moved,
    Part,
    Party,
    Promote,
    Remind,
    Retrieve,
    Return,
    SecondGone,
    SecondUp,
    Swap,
    Talk,
    TimeUp,
    ToQueue,
)

WISHES = (Hold, Retrieve, Consult, Swap, Join, Complete, Return, HandOn)
NEWS = (SecondUp, SecondGone, FirstGone, CallerGone)
LIMITS = Limits(hold=300.0, calling=90.0, remind=60.0)


@dataclass
class World:
    """The legs, as the contact's commands and hang-ups leave them."""

    core: ContactCore = field(default_factory=lambda: ContactCore(LIMITS, 0.0))
    now: float = 0.0
    caller: bool = True
    first: str = "agent-1"
    second: str = ""
    made: int = 1
    queued: int = 0
    parted: int = 0

    def say(self, event: object) -> None:
        """What may come at all: nobody hangs up twice, and a wish of one who is gone is refused."""
        before = self.core.state
        try:
            self.core.receive(event, self.now)
        except IllegalTransition:
            assert self.core.state is before
            return
        if isinstance(event, Consult):
            self.made += 1
            self.second = f"agent-{self.made}"
        elif isinstance(event, CallerGone):
            self.caller = False
        elif isinstance(event, FirstGone):
            self.first = ""
        elif isinstance(event, SecondGone):
            self.second = ""
        self.obey()

    def obey(self) -> None:
        for command in self.core.commands():
            match command:
                case Drop(party):
                    gone = self.first if party is FIRST else self.second
                    assert gone, f"{party} is hung up twice"
                    if party is FIRST:
                        self.first = ""
                    else:
                        self.second = ""
                case Promote():
                    assert self.second and not self.first
                    self.first, self.second = self.second, ""
                case ToQueue():
                    self.queued += 1
                case Part():
                    self.parted += 1

    def walk(self, seconds: float) -> None:
        end = self.now + seconds
        while (due := self.core.next_timer()) is not None and due <= end:
            self.now = max(self.now, due)
            self.core.handle_timer(self.now)
            self.obey()
        self.now = end

    def check(self) -> None:
        state = self.core.state
        there = {party for party, leg in ((FIRST, self.first), (SECOND, self.second)) if leg}
        assert there == AGENTS[state]
        owners = [FIRST in there, state is Talk.BLIND, self.queued == 1, self.parted == 1]
        if self.caller:
            assert sum(owners) == 1, "exactly one owner of the caller"
        else:
            assert not self.queued
        assert (state in ENDED) == (not there)


steps = st.one_of(
    st.sampled_from([*WISHES, *NEWS]).map(lambda kind: kind()),
    st.sampled_from([1.0, 59.0, 91.0, 301.0]),
)


@given(st.lists(steps, max_size=25))
def test_the_caller_has_one_owner_and_every_leg_is_accounted_for(script: list[object]) -> None:
    world = World()
    for step in script:
        if isinstance(step, float):
            world.walk(step)
        else:
            world.say(step)
        world.check()


@given(st.lists(steps, max_size=25))
def test_nobody_is_left_alone_or_on_hold_for_ever(script: list[object]) -> None:
    world = World()
    for step in script:
        world.walk(step) if isinstance(step, float) else world.say(step)
    before = world.core.state
    world.walk(LIMITS.hold + LIMITS.calling + 1)
    assert world.core.state not in (Talk.HOLD, Talk.CALLING, Talk.BLIND)
    if before in (Talk.CONSULT, Talk.SWAPPED):
        # Somebody holds while two others talk: whichever of the two leaves frees the third.
        for gone in (FirstGone(), SecondGone()):
            assert MACHINE.next(before, gone) is Talk.TALKING


@given(st.lists(steps, max_size=12), st.permutations([FirstGone, SecondGone, CallerGone]))
def test_when_all_have_left_it_is_over(script: list[object], leaving: list[type]) -> None:
    world = World()
    for step in script:
        world.walk(step) if isinstance(step, float) else world.say(step)
    for kind in (*leaving, *leaving):
        world.say(kind())
        world.check()
    assert world.core.state in ENDED


BOTH = [Drop(FIRST), Drop(SECOND)]


def after(*events: object) -> tuple[Talk, list[object]]:
    core = ContactCore(LIMITS, 0.0)
    for event in events:
        core.commands()
        core.receive(event, 0.0)
    return core.state, [each for each in core.commands() if not isinstance(each, Moved)]


@pytest.mark.parametrize(
    ("events", "state", "commands"),
    [
        ((FirstGone(),), Talk.OVER, [Part()]),
        ((Hold(), FirstGone()), Talk.QUEUED, [ToQueue(False)]),
        ((HandOn(),), Talk.QUEUED, [Drop(FIRST), ToQueue(True)]),
        ((Consult(), SecondGone()), Talk.TALKING, [Failed()]),
        ((Consult(), FirstGone()), Talk.QUEUED, [Drop(SECOND), ToQueue(False)]),
        ((Consult(), SecondUp(), FirstGone()), Talk.TALKING, [Promote()]),
        ((Consult(), SecondUp(), Complete()), Talk.TALKING, [Drop(FIRST), Promote()]),
        ((Consult(), SecondUp(), Swap(), FirstGone()), Talk.TALKING, [Promote()]),
        ((Consult(), SecondUp(), Join(), Complete()), Talk.TALKING, [Drop(FIRST), Promote()]),
        ((Consult(), SecondUp(), Join(), SecondGone()), Talk.TALKING, [Failed()]),
        ((Consult(), SecondUp(), Join(), CallerGone()), Talk.COLLEAGUES, []),
        ((Consult(), Complete()), Talk.BLIND, [Drop(FIRST)]),
        ((Consult(), Complete(), SecondUp()), Talk.TALKING, [Promote()]),
        ((Consult(), Complete(), SecondGone()), Talk.QUEUED, [ToQueue(False, kept=True)]),
        ((Consult(), Complete(), CallerGone()), Talk.OVER, [Drop(SECOND)]),
        ((Consult(), SecondUp(), HandOn()), Talk.QUEUED, [*BOTH, ToQueue(True)]),
    ],
)  # fmt: skip
def test_who_has_the_caller(
    events: tuple[object, ...], state: Talk, commands: list[object]
) -> None:
    assert after(*events) == (state, commands)


def test_a_promoted_second_can_do_all_that_the_first_could() -> None:
    state, _ = after(Consult(), SecondUp(), Complete(), Consult(), SecondUp(), Join())
    assert state is Talk.CONFERENCE


def test_hold_is_reminded_of_and_ends() -> None:
    core = ContactCore(LIMITS, 0.0)
    core.receive(Hold(), 0.0)
    core.commands()
    assert core.next_timer() == 60.0
    core.handle_timer(60.0)
    assert core.commands() == [Remind()] and core.next_timer() == 120.0
    core.handle_timer(300.0)
    assert core.commands() == [Moved(Talk.HOLD, Talk.TALKING), Failed()]
    assert core.next_timer() is None


def test_who_is_not_heard_hears_nothing_either() -> None:
    for talk, hears in HEARS.items():
        assert set(hears) <= {CALLER, *AGENTS[talk]}
        for listener, heard in hears.items():
            assert all(listener in hears[each] for each in heard), talk
            assert listener not in heard and Party.SUPERVISOR not in heard


def test_every_state_but_the_last_can_be_left() -> None:
    assert {state for state, row in MACHINE.table.items() if not row} == set(ENDED)
    assert all(TimeUp in MACHINE.table[state] for state in Talk if LIMITS.of(state) is not None)
