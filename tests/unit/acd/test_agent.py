"""The two machines of an agent, as tables."""

from __future__ import annotations

import pytest

from acd.agent import STATE, WANT
from acd.messages import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentNotReady,
    AgentReady,
    ContactEnded,
    DeviceChanged,
    OfferAnswered,
    OfferRinging,
    WithdrawOffer,
    WrapUpEnded,
)
from acd.records import State, Want
from kernel.errors import IllegalTransition
from tests.unit.acd.house import House, only


def test_every_state_is_reached_and_left() -> None:
    for machine, states in ((WANT, Want), (STATE, State)):
        reached = {state for row in machine.table.values() for state in row.values()}
        assert set(machine.table) == set(states) == reached


def test_an_agent_logs_in_not_ready_and_says_ready() -> None:
    house = House()
    house.agent("a", ready=False)
    assert (house.see("a").want, house.see("a").state) == ("not_ready", "idle")
    house.say(AgentReady("a"))
    assert house.see("a").want == "ready"


@pytest.mark.parametrize("event", [AgentReady("a"), AgentNotReady("a", "lunch")])
def test_a_logged_out_agent_cannot_be_moved(event: object) -> None:
    house = House()
    house.agent("a")
    house.say(AgentLoggedOut("a"))
    before = house.row("a")
    with pytest.raises(IllegalTransition):
        house.say(event)
    assert house.row("a") == before


@pytest.mark.parametrize(
    "event",
    [
        AgentReady("nobody"),
        AgentNotReady("nobody", "lunch"),
        AgentLoggedOut("nobody"),
        WrapUpEnded("nobody"),
        DeviceChanged("nobody", True),
        AgentReady("a"),
        WrapUpEnded("a"),
        DeviceChanged("a", True),
        AgentLoggedIn("a", "utility", "sip:a@127.0.0.1", ("bills",)),
    ],
)
def test_what_is_known_or_about_nobody_is_stale(event: object) -> None:
    house = House()
    house.agent("a")
    before, rows = house.row("a"), len(house.journal)
    house.say(event)
    assert house.core.counts["stale"] == 1
    assert (house.row("a"), len(house.journal)) == (before, rows)


def test_not_ready_says_why_and_since_when() -> None:
    house = House()
    house.agent("a")
    house.walk(5)
    house.say(AgentNotReady("a", "lunch"))
    view = house.see("a")
    assert (view.want, view.reason, view.since) == ("not_ready", "lunch", house.now)
    house.say(AgentNotReady("a", "lunch"))
    assert house.core.counts["stale"] == 1
    house.say(AgentNotReady("a", "meeting"))
    assert house.see("a").reason == "meeting"


@pytest.mark.parametrize("when", ["whisper", "talking", "wrap_up"])
def test_not_ready_in_a_call_waits_for_its_end(when: str) -> None:
    house = House()
    house.agent("a")
    house.call("c1")
    if when == "whisper":
        offer = house.ring("c1")
        house.say(OfferAnswered(offer.offer))
    else:
        offer = house.talk("c1")
    if when == "wrap_up":
        house.say(ContactEnded(offer.offer, "caller"))
    house.say(AgentNotReady("a", "lunch"))
    assert (house.see("a").state, house.see("a").after) == (when, "lunch")
    house.say(ContactEnded(offer.offer, "caller"))
    house.walk(31)
    assert (house.see("a").want, house.see("a").reason) == ("not_ready", "lunch")
    assert house.see("a").after == ""


def test_log_out_in_a_call_waits_for_call_and_wrap_up() -> None:
    house = House()
    house.agent("a")
    house.call("c1")
    offer = house.talk("c1")
    house.say(AgentLoggedOut("a"))
    assert (house.see("a").want, house.see("a").after) == ("log_out_after", "log out")
    house.say(ContactEnded(offer.offer, "agent"))
    assert house.see("a").state == "wrap_up"
    house.say(WrapUpEnded("a"))
    assert (house.see("a").want, house.see("a").state) == ("logged_out", "offline")


def test_what_is_pending_can_be_taken_back() -> None:
    house = House()
    house.agent("a")
    house.call("c1")
    house.talk("c1")
    house.say(AgentNotReady("a", "lunch"), AgentLoggedOut("a"), AgentReady("a"))
    assert (house.see("a").want, house.see("a").after) == ("ready", "")


def test_talking_since_is_not_moved_by_a_wish() -> None:
    house = House()
    house.agent("a")
    house.call("c1")
    house.talk("c1")
    began = house.now
    house.walk(20)
    house.say(AgentNotReady("a", "lunch"))
    assert house.see("a").since == began


@pytest.mark.parametrize("event", [AgentNotReady("a", "lunch"), AgentLoggedOut("a")])
def test_whoever_leaves_while_it_rings_loses_the_offer(event: object) -> None:
    house = House()
    house.agent("a")
    house.call("c1")
    offer = house.ring("c1")
    withdrawn = only(house.say(event), WithdrawOffer)
    assert [command.offer for command in withdrawn] == [offer.offer]
    assert house.holder("c1") == ""
    assert house.see("a").offer == ""


def test_wrap_up_is_seen_ends_by_itself_and_counts_for_every_queue() -> None:
    house = House()
    house.agent("a", "bills", "gas")
    house.call("c1")
    house.contact("c1")
    view = house.see("a")
    assert (view.state, view.wrap_up_until, view.call) == ("wrap_up", house.now + 30, "c1")
    house.call("c2", "gas")
    assert house.holder("c2") == ""
    house.walk(30)
    assert house.holder("c2") == "a"


def test_wrap_up_may_be_ended_early_and_a_queue_may_have_none() -> None:
    house = House()
    house.agent("a", "bills", "gas")
    house.call("c1")
    house.contact("c1")
    house.say(WrapUpEnded("a"))
    assert house.see("a").state == "idle"
    house.call("c2", "gas")
    house.contact("c2")
    assert house.see("a").state == "idle"


def test_a_phone_that_is_lost_takes_the_agent_out_and_brings_him_back() -> None:
    house = House()
    house.agent("a")
    house.call("c1")
    house.ring("c1")
    said = house.say(DeviceChanged("a", False))
    assert only(said, WithdrawOffer)
    assert (house.see("a").state, house.see("a").reachable) == ("offline", False)
    house.say(AgentReady("a"))
    assert house.holder("c1") == ""
    house.say(DeviceChanged("a", True))
    assert house.holder("c1") == "a"


def test_a_phone_lost_in_a_call_takes_effect_after_it() -> None:
    house = House()
    house.agent("a")
    house.call("c1")
    offer = house.talk("c1")
    house.say(DeviceChanged("a", False))
    assert house.see("a").state == "talking"
    house.say(ContactEnded(offer.offer, "agent"))
    house.walk(31)
    assert house.see("a").state == "offline"


def test_a_lapsed_phone_stays_lapsed_over_a_log_in_unless_the_phone_is_another() -> None:
    house = House()
    house.agent("a")
    house.say(DeviceChanged("a", False), AgentLoggedOut("a"))
    house.agent("a")
    assert house.see("a").state == "offline"
    house.say(AgentLoggedIn("a", "utility", "tel:+4420", ("bills",)))
    assert house.see("a").state == "idle"


def test_logging_in_again_changes_queues_and_skills_in_place() -> None:
    house = House()
    house.agent("a", "gas")
    house.call("c1")
    assert house.holder("c1") == ""
    house.say(AgentLoggedIn("a", "utility", "sip:a@127.0.0.1", ("gas", "bills")))
    assert house.holder("c1") == "a"
    assert house.see("a").want == "ready"


def test_news_of_an_earlier_stage_is_stale() -> None:
    house = House()
    house.agent("a")
    house.call("c1")
    offer = house.talk("c1")
    house.say(OfferRinging(offer.offer), OfferAnswered(offer.offer))
    assert (house.see("a").state, house.core.counts["stale"]) == ("talking", 2)
