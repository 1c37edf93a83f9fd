"""A caller on hold: a state of the agent, and time of its own in the figures."""

from __future__ import annotations

import pytest

from acd.messages import AgentNotReady, CallerLeft, ContactEnded, ContactMoved
from acd.numbers import Doing, Stretch, agent_figures, with_times
from tests.unit.acd.house import House


def talking() -> tuple[House, str]:
    house = House()
    house.agent("a")
    house.call("c1")
    return house, house.talk("c1").offer


def test_hold_is_a_state_and_its_time_a_figure() -> None:
    house, offer = talking()
    house.walk(10)
    house.say(ContactMoved(offer, "hold"))
    assert house.see("a").state == "hold"
    house.walk(25)
    house.say(ContactMoved(offer, "talking"))
    assert house.see("a").state == "talking"
    house.walk(5)
    house.say(ContactEnded(offer, "caller"))
    assert house.see("a").state == "wrap_up"
    house.walk(60)
    stretches = [fact for fact in house.facts if isinstance(fact, Stretch)]
    times = agent_figures(stretches)["a"].times
    assert (times[Doing.TALKING], times[Doing.HOLD], times[Doing.WRAP_UP]) == (15, 25, 30)
    (visit,) = with_times(house.visits(), stretches)
    assert (visit.talk, visit.hold, visit.wrap_up) == (15, 25, 30)


@pytest.mark.parametrize(
    ("talk", "state"),
    [
        ("hold", "hold"), ("calling", "hold"), ("consult", "hold"), ("swapped", "talking"),
        ("conference", "talking"), ("colleagues", "talking"),
    ],
)  # fmt: skip
def test_who_does_not_hear_the_agent_is_on_hold(talk: str, state: str) -> None:
    house, offer = talking()
    house.say(ContactMoved(offer, talk))
    assert (house.see("a").state, house.core.floor.offers[offer].talk) == (state, talk)


def test_hold_survives_a_restart_and_may_end_by_anybody() -> None:
    house, offer = talking()
    house.say(ContactMoved(offer, "hold", paused=True))
    house.restart()
    assert house.see("a").state == "hold" and house.core.floor.offers[offer].paused
    house.say(AgentNotReady("a", "lunch"))  # holds from the end of the call
    house.say(CallerLeft("c1"))
    assert house.see("a").state == "wrap_up"
    house.walk(60)
    assert house.see("a").want == "not_ready"


def test_what_is_said_twice_or_late_is_stale() -> None:
    house, offer = talking()
    house.say(ContactMoved(offer, "hold"))
    before = dict(house.rows)
    house.say(ContactMoved(offer, "hold"), ContactMoved("offer-unknown", "hold"))
    assert house.rows == before and house.core.counts["stale"] == 2
