"""Restarts of either side, and losses."""

from __future__ import annotations

import pytest

from acd.messages import (
    CallQueued,
    CallsHeld,
    MediaLost,
    OfferAnswered,
    OfferRinging,
    PlaceOffer,
    ReleaseCall,
    WithdrawOffer,
)
from tests.unit.acd.house import House, only


@pytest.fixture
def house() -> House:
    """c1 talks to a, c2 rings at b, c3 and c4 wait."""
    house = House()
    house.agent("a")
    house.agent("b")
    for name in ("c1", "c2", "c3", "c4"):
        house.call(name)
    house.talk("c1")
    house.ring("c2")
    return house


def held(house: House, *waiting: str, epoch: str = "e1", but: str = "") -> CallsHeld:
    offers = [offer for offer in house.core.floor.offers if offer != but]
    return CallsHeld("media-1", epoch, waiting, tuple(offers))


def test_what_agrees_changes_nothing(house: House) -> None:
    before = dict(house.rows)
    assert house.say(held(house, "c2", "c3", "c4")) == []
    assert house.rows == before


def test_a_call_that_is_not_held_is_lost_and_its_seat_kept(house: House) -> None:
    house.say(held(house, "c2", "c4"))
    assert "c3" not in house.core.floor.waiting
    assert [seat.caller for seat in house.core.floor.seats.values()] == ["k-c3"]
    assert [row.to_state for row in house.journal if row.subject == "call:c3"][-1] == "lost"


def test_a_call_that_nobody_knows_is_released(house: House) -> None:
    said = house.say(held(house, "c2", "c3", "c4", "c99"))
    assert said == [ReleaseCall("c99", "media-1", "not known here")]


def test_an_offer_that_nobody_knows_is_withdrawn(house: House) -> None:
    event = CallsHeld("media-1", "e1", ("c3", "c4"), (*house.core.floor.offers, "offer-old"))
    said = house.say(event)
    assert said == [WithdrawOffer("offer-old", "media-1", "", "not known here")]


def test_an_offer_that_is_not_held_is_over_and_the_call_goes_on(house: House) -> None:
    offer = house.offer("c2")
    said = house.say(held(house, "c2", "c3", "c4", but=offer.offer))
    assert [command.offer for command in only(said, WithdrawOffer)] == [offer.offer]
    assert [(c.call, c.agent) for c in only(said, PlaceOffer)] == [("c2", "b")]


def test_an_offer_on_its_way_is_awaited(house: House) -> None:
    house.agent("c")
    offer = house.offer("c3")
    assert house.say(held(house, "c2", "c3", "c4", but=offer.offer)) == []


def test_a_caller_who_is_gone_is_lost_even_while_an_offer_is_on_its_way(house: House) -> None:
    house.agent("c")
    offer = house.offer("c3")
    said = house.say(held(house, "c2", "c4", but=offer.offer))
    assert "c3" not in house.core.floor.waiting
    assert [command.offer for command in only(said, WithdrawOffer)] == [offer.offer]


def test_a_contact_that_is_not_held_is_lost(house: House) -> None:
    talk = house.core.floor.talking["c1"]
    house.say(held(house, "c2", "c3", "c4", but=talk))
    assert house.see("a").state == "wrap_up"
    assert house.core.counts["contacts_lost"] == 1


def test_a_lost_media_process_keeps_every_callers_seat(house: House) -> None:
    joined = {c.caller: c.joined for c in house.core.floor.waiting.values()}
    house.walk(30)
    house.say(MediaLost("media-1", "e1"))
    floor = house.core.floor
    assert not floor.waiting and not floor.offers
    assert (house.see("a").state, house.see("b").state) == ("wrap_up", "idle")
    assert len(floor.seats) == 4
    assert {s.caller: s.joined for s in floor.seats.values()}.items() >= joined.items()
    house.walk(60)
    house.call("again", caller="k-c3", media="media-1", epoch="e2")
    assert floor.waiting["again"].joined == joined["k-c3"]


def test_a_loss_told_twice_or_for_another_life_changes_nothing(house: House) -> None:
    house.say(MediaLost("media-1", "e0"), MediaLost("media-2", "e1"))
    assert len(house.core.floor.waiting) == 3
    house.say(MediaLost("media-1", "e1"), MediaLost("media-1", "e1"))
    assert house.core.counts["stale"] == 1


def test_a_new_life_ends_the_old_and_its_late_word(house: House) -> None:
    old = held(house, "c2", "c3", "c4")
    house.say(CallsHeld("media-1", "e2"))
    assert not house.core.floor.waiting and len(house.core.floor.seats) == 4
    house.call("c5", epoch="e2")
    house.say(old, MediaLost("media-1", "e1"))
    house.say(CallQueued("c6", "utility", "bills", "k", "media-1", "e1"))
    assert list(house.core.floor.waiting) == ["c5"]
    assert house.core.counts["stale"] == 3


def test_a_process_called_lost_that_comes_back_has_its_callers_released(house: House) -> None:
    event = held(house, "c2", "c3", "c4")
    house.say(MediaLost("media-1", "e1"))
    said = house.say(event)
    assert {command.call for command in only(said, ReleaseCall)} == {"c2", "c3", "c4"}
    assert {command.offer for command in only(said, WithdrawOffer)} == set(event.offers)
    house.call("c3")
    assert "c3" in house.core.floor.waiting


# --- restart of control


def test_after_a_restart_everything_is_as_before(house: House) -> None:
    before = house.core.floor
    house.restart()
    after = house.core.floor
    assert (after.agents, after.waiting) == (before.agents, before.waiting)
    assert (after.offers, after.seats, after.seq) == (before.offers, before.seats, before.seq)
    assert {q: list(line) for q, line in after.lines.items()} == {
        q: list(line) for q, line in before.lines.items()
    }


def test_waiting_calls_are_delivered_in_order_after_a_restart() -> None:
    house = House()
    for name in ("c1", "c2"):
        house.call(name)
    house.restart()
    house.agent("a")
    assert house.holder("c1") == ""  # nobody has said yet that the callers are still there
    house.say(CallsHeld("media-1", "e1", ("c1", "c2")))
    assert house.holder("c1") == "a"
    house.contact("c1")
    house.walk(31)
    assert house.holder("c2") == "a"


def test_a_new_call_of_the_same_life_proves_the_others() -> None:
    house = House()
    house.call("c1")
    house.restart()
    house.agent("a")
    house.call("c2")
    assert house.holder("c1") == "a"


def test_callers_whose_process_never_speaks_are_lost_after_a_while(house: House) -> None:
    house.restart()
    house.walk(61)
    assert not house.core.floor.waiting and not house.core.floor.offers
    assert len(house.core.floor.seats) == 4


def test_an_offer_that_rang_through_a_restart_is_not_cut_off_by_its_age(house: House) -> None:
    offer = house.offer("c2")
    core = house.core
    house.now += 40  # nobody walked the timers: control was down
    house.restart()
    assert house.walk(0) == []
    house.say(OfferRinging(offer.offer), OfferAnswered(offer.offer))
    assert house.see("b").state == "whisper"
    assert core is not house.core


def test_an_offer_of_which_nothing_is_heard_after_a_restart_ends(house: House) -> None:
    offer = house.offer("c2")
    house.now += 40
    house.restart()
    said = house.walk(house.config.restart_grace + 0.1)
    assert [command.offer for command in only(said, WithdrawOffer)] == [offer.offer]


def test_back_offs_and_wrap_up_go_on_after_a_restart() -> None:
    house = House()
    house.agent("a")
    house.call("c1")
    house.fail("c1", "declined")
    house.restart()
    house.say(CallsHeld("media-1", "e1", ("c1",)))
    house.walk(29)
    assert house.holder("c1") == ""
    house.walk(2)
    assert house.holder("c1") == "a"


def test_a_row_of_another_room_is_refused() -> None:
    with pytest.raises(TypeError, match="no table"):
        House().core.restore([CallsHeld("m", "e")], 0.0)
