"""Offers: leases, failures and their back-offs, callers who leave."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.messages import (
    AgentReady,
    Bridged,
    CallerLeft,
    ContactEnded,
    DeviceChanged,
    OfferAnswered,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    PlaceOffer,
    WithdrawOffer,
)
from kernel.errors import IllegalTransition
from tests.unit.acd.house import CONFIG, House, only


@pytest.fixture
def house() -> House:
    """One agent, one call that is offered."""
    house = House()
    house.agent("a")
    house.call("c1")
    return house


def test_no_answer_takes_the_agent_out_and_the_call_goes_on_in_its_place(house: House) -> None:
    house.agent("b")
    house.call("c2")
    house.call("c3")
    house.ring("c1")
    said = house.say(OfferFailed(house.offer("c1").offer, "no_answer"))
    assert (house.see("a").want, house.see("a").reason) == ("not_ready", "no answer")
    assert only(said, PlaceOffer) == []
    house.contact("c2")
    house.walk(31)
    assert (house.holder("c1"), house.holder("c3")) == ("b", "")
    assert house.core.counts["missed"] == 1


def test_a_missed_agent_may_say_ready_and_has_the_call_again(house: House) -> None:
    house.fail("c1", "no_answer")
    house.say(AgentReady("a"))
    assert house.holder("c1") == "a"


@pytest.mark.parametrize(("why", "after"), [("busy", 20), ("declined", 30), ("error", 5)])
def test_back_offs_keep_the_agent_ready_and_the_call_in_place(
    house: House, why: str, after: float
) -> None:
    house.fail("c1", why)
    assert (house.see("a").want, house.holder("c1")) == ("ready", "")
    house.walk(after - 0.1)
    assert house.holder("c1") == ""
    house.walk(0.2)
    assert house.holder("c1") == "a"


def test_a_phone_that_comes_back_is_busy_no_more(house: House) -> None:
    house.fail("c1", "busy")  # the browser that is the telephone is loaded again while it rings
    house.say(DeviceChanged("a", False))
    house.say(DeviceChanged("a", True))
    assert (house.holder("c1"), house.see("a").state) == ("a", "reserved")


def test_who_declined_has_another_call_sooner_than_the_same(house: House) -> None:
    house.fail("c1", "declined")
    house.call("c2")
    house.walk(10)
    assert (house.holder("c1"), house.holder("c2")) == ("", "a")


def test_declined_on_the_page_stops_the_ringing(house: House) -> None:
    offer = house.ring("c1")
    said = house.say(OfferDeclined("a", offer.offer, "busy here"))
    assert [command.offer for command in only(said, WithdrawOffer)] == [offer.offer]
    assert (house.see("a").want, house.see("a").state) == ("ready", "idle")


@pytest.mark.parametrize("agent", ["a", "b", "nobody"])
def test_a_decline_that_comes_late_or_from_another_is_stale(house: House, agent: str) -> None:
    house.agent("b")
    offer = house.talk("c1")
    house.say(OfferDeclined(agent, offer.offer))
    assert (house.see("a").state, house.core.counts["stale"]) == ("talking", 1)


def test_a_phone_that_cannot_be_reached_is_offline_until_heard_of(house: House) -> None:
    house.fail("c1", "unreachable")
    assert (house.see("a").state, house.see("a").want) == ("offline", "ready")
    house.walk(3_600)
    assert house.holder("c1") == ""
    house.say(DeviceChanged("a", True))
    assert house.holder("c1") == "a"
    house.fail("c1", "unreachable")
    house.say(AgentReady("a"))  # a plain number is never heard of: its owner says so
    assert house.holder("c1") == "a"


def test_a_phone_in_trouble_is_taken_out_after_three_errors(house: House) -> None:
    for _ in range(3):
        assert house.see("a").want == "ready"
        house.fail("c1", "error")
        house.walk(6)
    assert (house.see("a").want, house.see("a").reason) == ("not_ready", "phone trouble")
    house.say(AgentReady("a"))
    house.fail("c1", "error")
    assert house.see("a").want == "ready"


def test_caller_gone_frees_the_agent_at_once(house: House) -> None:
    house.call("c2")
    house.fail("c1", "caller_gone")
    assert "c1" not in house.core.floor.waiting
    assert house.holder("c2") == "a"


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_a_caller_who_leaves_an_offer_takes_it_along(house: House, stage: int) -> None:
    offer = house.offer("c1")
    house.say(*[OfferRinging(offer.offer), OfferAnswered(offer.offer)][:stage])
    said = house.say(CallerLeft("c1"))
    assert said == [WithdrawOffer(offer.offer, "media-1", "c1", "caller gone")]
    assert (house.see("a").state, house.see("a").want) == ("idle", "ready")
    house.say(Bridged(offer.offer), CallerLeft("c1"), OfferFailed(offer.offer, "caller_gone"))
    assert house.core.counts["stale"] == 3


@pytest.mark.parametrize(
    ("stage", "seconds", "want"),
    [(0, 25, "ready"), (1, 25, "not_ready"), (2, 15, "ready")],
    ids=["placed", "ringing", "answered"],
)
def test_a_lease_that_ends_frees_both(house: House, stage: int, seconds: float, want: str) -> None:
    offer = house.offer("c1")
    house.say(*[OfferRinging(offer.offer), OfferAnswered(offer.offer)][:stage])
    house.walk(seconds - 0.1)
    assert house.holder("c1") == "a"
    said = house.walk(0.2)
    assert [command.offer for command in only(said, WithdrawOffer)] == [offer.offer]
    assert (house.holder("c1"), house.see("a").state, house.see("a").want) == ("", "idle", want)
    house.say(OfferAnswered(offer.offer))
    assert house.core.counts["stale"] == 1


def test_a_contact_of_which_nothing_is_heard_ends_too(house: House) -> None:
    house.talk("c1")
    said = house.walk(CONFIG.contact_limit + 31)
    assert not only(said, WithdrawOffer)
    assert house.see("a").state == "idle"


def test_a_contact_ends_by_either_message_and_only_once(house: House) -> None:
    offer = house.talk("c1")
    house.say(CallerLeft("c1"), ContactEnded(offer.offer, "caller"))
    assert house.see("a").state == "wrap_up"
    assert (house.core.counts["contacts"], house.core.counts["stale"]) == (1, 1)


def test_an_end_may_come_before_word_of_the_beginning(house: House) -> None:
    house.say(ContactEnded(house.offer("c1").offer, "agent"))
    assert house.see("a").state == "wrap_up"
    assert not house.core.floor.waiting


def test_a_contact_that_was_bridged_cannot_fail(house: House) -> None:
    offer = house.talk("c1")
    with pytest.raises(IllegalTransition):
        house.say(OfferFailed(offer.offer, "busy"))
    assert house.see("a").state == "talking"


def test_an_unknown_event_is_illegal(house: House) -> None:
    with pytest.raises(IllegalTransition):
        house.say("hello")


def test_every_back_off_is_set_apart() -> None:
    back_off = replace(CONFIG.back_off, busy_seconds=1.0, declined_seconds=2.0)
    house = House(replace(CONFIG, back_off=replace(back_off, same_call_seconds=3.0)))
    house.agent("a")
    for why, after in (("busy", 1.0), ("declined", 3.0)):
        house.call(why)
        house.fail(why, why)
        house.walk(after)
        assert house.holder(why) == "a"
        house.contact(why)
        house.walk(31)
