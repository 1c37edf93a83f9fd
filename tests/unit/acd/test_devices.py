"""Standing legs of agents, and agents kept for calls out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd import keypad_words as words
from acd.devices import BEING_CALLED, GONE, LOST, NO_PLACE, SILENT, Devices, LegState
from acd.messages import (
    AgentLoggedIn,
    AgentReady,
    CallsOutRinging,
    ContactEnded,
    DeviceChanged,
    DropLeg,
    HeldLeg,
    HoldLeg,
    LegDown,
    LegsHeld,
    LegSilent,
    LegUp,
    OfferAnswered,
    OfferFailed,
    OfferRinging,
)
from acd.records import Phone, State, Want
from acd.snapshot import AgentView
from kernel.ids import counting
from tests.unit.acd.house import House

ANNA = AgentView(
    "anna", "town", "ready", "offline", 0.0, "", "", "", "", "sip:201@here", ("sales",), {}, None,
    0.0, False, nailed_up=True,
)  # fmt: skip


def devices(*media: str) -> Devices:
    found = Devices(counting())
    for name in media or ("media-1",):
        found.media_there(LegsHeld(name, "life-1"))
    return found


def rung(found: Devices) -> HoldLeg:
    (command,) = found.commands
    assert isinstance(command, HoldLeg)
    found.commands.clear()
    return command


def told(found: Devices) -> list[DeviceChanged]:
    changes, found.changes = found.changes, []
    return changes


def stood() -> tuple[Devices, HoldLeg]:
    """Anna's leg stands, and how it was asked for."""
    found = devices()
    found.agent(ANNA)
    order = rung(found)
    found.up(LegUp(order.leg))
    told(found)
    return found, order


# --- the legs


def test_a_phone_is_rung_once_and_stays() -> None:
    found = devices()
    found.agent(ANNA)
    order = rung(found)
    assert (order.agent, order.contact, order.media) == ("anna", "sip:201@here", "media-1")
    assert told(found) == [DeviceChanged("anna", False, BEING_CALLED)]
    found.up(LegUp(order.leg))
    assert told(found) == [DeviceChanged("anna", True)]
    for want in ("not_ready", "ready", "not_ready_after", "ready"):
        found.agent(replace(ANNA, want=want))
    assert not found.commands and not found.changes
    found.agent(replace(ANNA, want="logged_out"))
    assert found.commands == [DropLeg(order.leg, "media-1")]


def test_who_hangs_up_is_rung_again_when_contacts_are_wanted() -> None:
    found, order = stood()
    found.down(LegDown(order.leg, "you hung up", hung_up=True))
    assert told(found) == [DeviceChanged("anna", False, "you hung up", True)]
    found.agent(replace(ANNA, want="not_ready"))
    assert not found.commands
    found.agent(ANNA)
    assert rung(found).leg != order.leg


def test_silence_and_its_end() -> None:
    found, order = stood()
    found.silent(LegSilent(order.leg, True))
    assert told(found) == [DeviceChanged("anna", False, SILENT)]
    found.silent(LegSilent(order.leg, False))
    assert told(found) == [DeviceChanged("anna", True)]


def test_a_phone_that_has_gone_did_not_hang_up_and_is_rung_when_it_is_back() -> None:
    found, order = stood()
    found.lost("nobody")
    found.lost("anna")
    assert told(found) == [DeviceChanged("anna", False, GONE)] and not found.commands
    found.down(LegDown(order.leg, "you hung up", hung_up=True))
    assert not found.changes, "its end is no wish of hers"
    found.try_again("anna")
    assert found.commands.pop(0) == DropLeg(order.leg, "media-1"), "nobody else may be left to"
    assert rung(found).fell == GONE


def test_a_leg_whose_phone_has_gone_is_not_taken_for_one_that_stands() -> None:
    found, order = stood()
    found.lost("anna")
    found.lost("anna")
    told(found)
    found.media_there(LegsHeld("media-1", "life-1", (HeldLeg("anna", order.leg),)))
    assert found.commands == [DropLeg(order.leg, "media-1")] and not told(found)
    found.commands.clear()
    found.agent(replace(ANNA, want="logged_out"))
    assert found.commands == [DropLeg(order.leg, "media-1")]


def test_news_of_an_old_leg_changes_nothing() -> None:
    found = devices()
    found.agent(ANNA)
    old = rung(found)
    found.down(LegDown(old.leg, "is busy"))
    found.agent(replace(ANNA, want="not_ready"))
    found.agent(ANNA)
    new = rung(found)
    told(found)
    found.up(LegUp(old.leg))
    found.down(LegDown(old.leg, "late"))
    assert found.legs["anna"].leg == new.leg and not found.changes


def test_a_dead_media_process_has_the_phone_rung_by_another_life() -> None:
    found, order = stood()
    found.media_gone("media-1")
    assert not found.commands  # what it holds may live on
    found.media_there(LegsHeld("media-1", "life-1", (HeldLeg("anna", order.leg),)))
    assert not found.commands and not found.changes
    found.media_there(LegsHeld("media-1", "life-2"))
    assert rung(found).leg != order.leg
    assert told(found) == [
        DeviceChanged("anna", False, LOST), DeviceChanged("anna", False, BEING_CALLED),
    ]  # fmt: skip


def test_after_a_restart_of_control_legs_that_stand_are_kept_and_others_rung() -> None:
    found = Devices(counting())
    bert = replace(ANNA, agent="bert")
    found.begin([ANNA, bert, replace(ANNA, agent="out", want="logged_out")], 100.0)
    found.agent(ANNA)
    held = LegsHeld("media-1", "life-1", (HeldLeg("anna", "leg-7"), HeldLeg("gone", "leg-8")))
    found.media_there(held)
    assert found.commands == [DropLeg("leg-8", "media-1")]
    assert found.legs["anna"].state is LegState.UP
    found.commands.clear()
    found.grace_over()
    assert rung(found).agent == "bert"


def test_without_a_media_process_it_is_said_and_rung_as_soon_as_one_comes() -> None:
    found = Devices(counting())
    found.agent(ANNA)
    assert told(found) == [DeviceChanged("anna", False, NO_PLACE)]
    found.media_there(LegsHeld("media-1", "life-1"))
    assert rung(found).agent == "anna"


def test_the_phone_that_comes_back_is_rung_unless_no_contact_is_wanted() -> None:
    found = devices()
    found.agent(ANNA)
    found.down(LegDown(rung(found).leg, "cannot be reached"))
    found.agent(replace(ANNA, want="not_ready"))
    found.try_again("anna")
    assert not found.commands
    found.agent(replace(ANNA, want="not_ready"))
    found.legs["anna"] = replace(found.legs["anna"], wanted=True)
    found.try_again("anna")
    assert rung(found).agent == "anna"


# --- what the distributor makes of it


def nailed(house: House, name: str, *queues: str, up: bool = True) -> None:
    contact = f"sip:{name}@127.0.0.1"
    house.say(AgentLoggedIn(name, "utility", contact, queues or ("bills",), nailed_up=True))
    house.say(AgentReady(name))
    if up:
        house.say(DeviceChanged(name, True))


def test_a_nailed_up_agent_has_no_calls_before_the_leg_is_up() -> None:
    house = House()
    nailed(house, "anna", up=False)
    house.call("c1")
    assert not house.holder("c1")
    assert house.see("anna").phone_why == "is being called"
    house.say(DeviceChanged("anna", True))
    assert house.offer("c1").nailed_up


def test_hanging_up_is_not_ready_with_a_reason_and_falling_silent_is_shown() -> None:
    house = House()
    nailed(house, "anna")
    house.say(DeviceChanged("anna", False, SILENT))
    assert (house.row("anna").want, house.see("anna").phone_why) == (Want.READY, SILENT)
    house.say(DeviceChanged("anna", True))
    assert house.row("anna").state is State.IDLE
    house.say(DeviceChanged("anna", False, "you hung up", hung_up=True))
    row = house.row("anna")
    assert (row.want, row.reason, row.phone) == (Want.NOT_READY, "you hung up", Phone.LOST)
    house.restart()
    assert house.row("anna") == row


def test_somebody_whom_we_called_goes_only_to_a_leg_that_is_up() -> None:
    house = House()
    house.agent("carl")
    house.call("c1", outbound=True)
    assert not house.holder("c1")
    nailed(house, "anna")
    assert house.holder("c1") == "anna"


@pytest.mark.parametrize(("seconds", "quick"), [(0.2, True), (0.5, False)])
def test_a_phone_that_answered_its_last_offers_by_itself_counts_as_up(
    seconds: float, quick: bool
) -> None:
    house = House()
    house.agent("carl", "gas")
    for n in range(3):
        house.call(f"c{n}", "gas")
        offer = house.offer(f"c{n}")
        house.now += seconds
        house.say(OfferRinging(offer.offer), OfferAnswered(offer.offer))
        house.say(ContactEnded(offer.offer, "caller"))
    assert house.see("carl").leg_up is quick
    house.call("out", "gas", outbound=True)
    assert (house.holder("out") == "carl") is quick


def test_agents_are_kept_from_callers_while_calls_out_ring() -> None:
    house = House()
    nailed(house, "anna", "bills", "gas")
    house.walk(1)
    nailed(house, "bert", "bills", "gas")
    house.agent("carl", "gas")
    house.say(CallsOutRinging("bills", 2))
    for n in range(2):
        house.call(f"g{n}", "gas")
    assert house.holder("g0") == "carl" and not house.holder("g1")
    found = house.core.explain("g1", house.now)
    assert found is not None
    assert {one.why for one in found.excluded} >= {"kept for a call out"}
    house.call("out", "bills", outbound=True)
    assert house.holder("out") == "anna"  # who is kept is kept for this
    house.say(CallsOutRinging("bills", 0))
    assert house.holder("g1") == "bert"


def test_of_more_agents_than_calls_out_the_callers_have_the_rest() -> None:
    house = House()
    for name in ("anna", "bert"):
        nailed(house, name, "bills", "gas")
        house.walk(1)
    house.say(CallsOutRinging("bills", 1))
    house.call("g0", "gas")
    house.call("g1", "gas")
    assert house.holder("g0") == "anna" and not house.holder("g1")
    nailed(house, "dora", "bills", "gas")
    assert house.holder("g1") == "bert"  # another one is kept in his place


# --- why it was away


def test_who_comes_back_is_told_why_calls_went_past() -> None:
    house = House()
    house.agent("ann")
    house.say(DeviceChanged("ann", False, "does not answer"))
    assert words.state(house.see("ann")) == (
        "Your phone cannot be reached: does not answer. Calls go to the others."
    )
    house.walk(300)
    house.say(DeviceChanged("ann", False, "is not registered"))  # the first reason holds
    house.walk(300)
    house.say(DeviceChanged("ann", True))
    told = "For 10 minutes calls could not reach you. Your phone: does not answer."
    assert words.after_login(house.see("ann")) == f"You are ready. {told}"
    house.restart()
    assert told in words.state(house.see("ann"))
    house.call("c")
    house.contact("c")
    assert house.see("ann").away_why == ""


def test_a_phone_without_sound_is_away_until_its_owner_says_so() -> None:
    house = House()
    house.agent("ann")
    house.agent("bob")
    house.call("c")
    offer = house.ring("c")
    house.say(OfferAnswered(offer.offer), OfferFailed(offer.offer, "no_sound"))
    assert house.holder("c") == "bob"
    assert (house.see("ann").state, house.see("ann").phone_why) == ("offline", SILENT)
    house.say(AgentReady("ann"))
    assert (house.see("ann").state, house.see("ann").away_why) == ("idle", "")


def test_the_reason_of_a_leg_that_fell_is_said_when_it_stands_again() -> None:
    found = devices()
    found.agent(ANNA)
    first = rung(found)
    assert first.fell == ""
    found.up(LegUp(first.leg))
    found.down(LegDown(first.leg, "the call was lost"))
    found.try_again("anna")
    again = rung(found)
    assert again.fell == "the call was lost"
    found.down(LegDown(again.leg, "did not answer"))
    found.try_again("anna")
    third = rung(found)
    assert third.fell == "the call was lost"
    found.up(LegUp(third.leg))
    found.down(LegDown(third.leg, "you hung up", hung_up=True))
    found.try_again("anna")
    assert rung(found).fell == ""
