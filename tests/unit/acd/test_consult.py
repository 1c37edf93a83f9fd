"""A call kept for one agent, and consultations: calls that are no callers of their own."""

from __future__ import annotations

from acd.messages import (
    AgentNotReady,
    AgentReady,
    CallerLeft,
    CallsHeld,
    ContactEnded,
    ContactJoined,
    ContactMoved,
    OfferFailed,
    WithdrawOffer,
    WrapUpEnded,
)
from acd.numbers import Stretch, reconcile
from acd.service import moved_by
from kernel.journal import Batch
from tests.unit.acd.house import House, only


def talking() -> tuple[House, str]:
    """Agent a talks with c1; b and c are free, b for longer."""
    house = House()
    house.agent("a")
    house.call("c1")
    offer = house.talk("c1").offer
    house.agent("b")
    house.walk(1)
    house.agent("c")
    return house, offer


def consult(house: House, agent: str = "") -> None:
    house.call("c1+1", consult="c1", agent=agent, priority=600, caller="k-c1")


# --- kept for one agent


def test_a_call_kept_for_an_agent_is_offered_to_nobody_else() -> None:
    house, _ = talking()
    consult(house, "c")
    assert house.holder("c1+1") == "c"
    house.say(OfferFailed(house.offer("c1+1").offer, "declined"))
    assert house.holder("c1+1") == ""
    house.walk(3600)
    assert house.holder("c1+1") in ("", "c")


def test_it_does_not_keep_others_from_that_agent_or_from_the_queue() -> None:
    house, _ = talking()
    house.say(AgentNotReady("c", "lunch"))
    consult(house, "c")
    house.call("c2")
    assert (house.holder("c1+1"), house.holder("c2")) == ("", "b")
    house.say(AgentReady("c"))
    assert house.holder("c1+1") == "c"


def test_kept_for_a_while_it_goes_to_anybody_afterwards_and_after_a_restart() -> None:
    house = House()
    house.agent("a")
    house.agent("b")
    house.call("c0")
    house.talk("c0")  # a is busy, and at work
    house.call("c1", agent="a", agent_seconds=20.0)
    house.walk(10)
    assert house.holder("c1") == ""
    house.restart()
    house.say(CallsHeld("media-1", "e1", ("c1",), tuple(house.core.floor.offers)))
    house.walk(9)
    assert house.holder("c1") == ""
    house.walk(2)
    assert house.holder("c1") == "b"


def test_kept_for_one_who_has_gone_it_is_kept_for_nobody() -> None:
    house = House()
    house.agent("a", ready=False)
    house.agent("b")
    house.call("c1", agent="a", agent_seconds=20.0)
    assert house.holder("c1") == "b"


def test_a_call_that_comes_back_ends_the_work_after_it() -> None:
    """The bot has done what the agent asked for."""
    house, offer = talking()
    house.say(ContactEnded(offer, "agent"))
    assert house.see("a").state == "wrap_up"
    house.call("c1", agent="a", agent_seconds=20.0, priority=600)
    assert house.holder("c1") == "a" and house.see("a").state == "reserved"


def test_another_call_ends_no_work_after_a_call() -> None:
    house, offer = talking()
    house.say(ContactEnded(offer, "agent"))
    house.call("c2", agent="a", agent_seconds=20.0)
    assert house.see("a").state == "wrap_up" and house.holder("c2") == ""
    house.walk(21)
    assert house.holder("c2") == "b"


# --- consultations


def test_a_consultation_is_in_no_figure_and_the_figures_reconcile() -> None:
    house, offer = talking()
    consult(house)
    assert house.holder("c1+1") == "b"
    second = house.talk("c1+1").offer
    house.say(ContactMoved(offer, "consult"), ContactMoved(second, "consulted"))
    assert (house.see("a").state, house.see("b").state) == ("hold", "talking")
    house.say(ContactEnded(second, "agent"))
    visits = house.visits()
    assert [visit.call for visit in visits] == ["c1"] and reconcile(visits, 1) == []
    assert house.see("b").state == "idle", "who was only asked has nothing to write"
    assert house.core.floor.handling == {}, "and handling times are those of callers"


def test_who_was_consulted_has_the_call_and_its_end_is_theirs() -> None:
    house, offer = talking()
    consult(house, "b")
    second = house.talk("c1+1").offer
    house.say(ContactEnded(offer, "agent"), ContactJoined(second, "c1"))
    assert (house.see("a").state, house.see("b").state) == ("wrap_up", "talking")
    assert house.see("b").call == "c1" and house.core.floor.talking == {"c1": second}
    house.restart()
    assert house.core.floor.talking == {"c1": second}
    house.walk(40)
    house.say(CallerLeft("c1"))
    assert house.see("b").state == "wrap_up"
    house.say(WrapUpEnded("b"))
    spent = [fact for fact in house.facts if isinstance(fact, Stretch) and fact.agent == "b"]
    assert {fact.call for fact in spent if fact.doing == "talking"} == {"c1"}


def test_the_order_of_the_two_messages_does_not_matter() -> None:
    house, offer = talking()
    consult(house, "b")
    second = house.talk("c1+1").offer
    house.say(ContactJoined(second, "c1"), ContactEnded(offer, "agent"))
    assert house.core.floor.talking == {"c1": second}
    before = dict(house.rows)
    house.say(ContactJoined(second, "c1"), ContactJoined("offer-unknown", "c1"))
    assert house.rows == before


def test_a_consultation_given_up_rings_nobody_and_keeps_no_place() -> None:
    house, _ = talking()
    consult(house)
    ringing = house.ring("c1+1").offer
    said = house.say(CallerLeft("c1+1", "exit"))
    assert [order.offer for order in only(said, WithdrawOffer)] == [ringing]
    assert house.see("b").state == "idle" and house.core.floor.seats == {}


def test_a_consultation_takes_no_kept_place_of_its_caller() -> None:
    house = House()
    house.agent("a", ready=False)
    house.call("c0", caller="k-c1")
    house.say(CallerLeft("c0"))
    assert len(house.core.floor.seats) == 1
    consult(house)
    assert len(house.core.floor.seats) == 1


def test_a_consultation_of_a_process_that_died_keeps_no_place() -> None:
    house, _ = talking()
    house.say(AgentNotReady("b", "x"), AgentNotReady("c", "x"))
    consult(house)
    house.say(CallsHeld("media-1", "e2"))
    assert "c1+1" not in house.core.floor.waiting
    assert {seat.joined for seat in house.core.floor.seats.values()} == {1000.0}, "the caller's own"


def test_what_is_asked_is_no_step_of_the_call() -> None:
    house, offer = talking()
    consult(house, "b")
    second = house.talk("c1+1").offer
    house.say(ContactJoined(second, "c1"), ContactEnded(offer, "agent"))
    assert house.entered() == 1
    last = {row.subject: row.to_state for row in house.journal}
    assert (last["call:c1"], last["consult:c1+1"]) == ("talking", "ended")
    house.say(ContactEnded(second, "agent"))
    last = {row.subject: row.to_state for row in house.journal}
    assert last["call:c1"] == "ended"


def test_what_a_commit_moved_names_no_consultation_as_an_agent() -> None:
    house, _ = talking()
    before = len(house.journal)
    consult(house, "c")
    moved = moved_by(Batch("acd", "house", house.now, tuple(house.journal[before:]), ()))
    assert moved.agents == {"c"}
    assert moved.calls == {"c1+1"}
