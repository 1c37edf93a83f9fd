"""Callers who are called back: their places, both orders, attempts, hours, and what is counted."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from acd.callback import Became, Callback, CallbackTerms, callback_figures, reconcile_callbacks
from acd.config import CentreConfig, QueueConfig, Relax
from acd.errors import AcdConfigError
from acd.hours import DAYS, Hours, next_change
from acd.messages import (
    Bridged,
    CallbackAsked,
    CallbackBooked,
    CallbackDropped,
    CallbackRefused,
    CallerLeft,
    CallsHeld,
    ContactEnded,
    CustomerNotReached,
    CustomerReached,
    MediaLost,
    OfferAnswered,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    PlaceCallback,
    PlaceOffer,
    ReleaseCall,
    TellPosition,
    WithdrawOffer,
)
from acd.numbers import reconcile
from acd.visits import Exit
from tests.unit.acd.house import House, only

DAY = Hours("UTC", {day: ((datetime.time(9), datetime.time(17)),) for day in ("thu", "fri")})
"""The epoch was a Thursday."""
NINE = 9 * 3600.0


def centre(**terms: Any) -> CentreConfig:
    queue = QueueConfig(
        "bills", "utility", wrap_up_seconds=0, handling_seconds=200, callback=CallbackTerms(**terms)
    )
    return CentreConfig("house", (queue, QueueConfig("gas", "utility", wrap_up_seconds=0)))


def open_house(now: float = 1_000.0, **terms: Any) -> House:
    house = House(centre(**terms), now)
    house.say(CallsHeld("media-1", "e1"))
    return house


def ask(house: House, call: str = "c1", back: str = "b1", number: str = "") -> list[Any]:
    return house.say(CallbackAsked(call, back, number or f"k-{call}", "media-1"))


def placed(house: House) -> PlaceCallback:
    return only(house.sent, PlaceCallback)[-1]


def callbacks(house: House) -> list[Callback]:
    known = [*house.facts, *house.core.floor.book.open(house.now)]
    return [fact for fact in known if isinstance(fact, Callback)]


def balanced(house: House) -> None:
    assert reconcile(house.visits(), house.entered()) == []
    assert reconcile_callbacks(house.visits(), callbacks(house)) == []


def became(house: House, back: str = "b1") -> Became:
    return next(one.became for one in callbacks(house) if one.callback == back)


def test_the_place_is_kept_and_the_agent_comes_first() -> None:
    house = open_house()
    house.call("c1")
    house.walk(30)
    house.call("c2")
    assert only(ask(house), CallbackBooked) == [CallbackBooked("c1", "media-1", "b1")]
    house.say(CallerLeft("c1"))  # the hang-up that follows changes nothing
    house.walk(30)
    house.agent("a")
    order = placed(house)
    assert (order.call, order.agent, order.first, order.epoch) == ("b1", "a", "agent", "e1")
    assert order.joined == 1_000.0
    assert not only(house.sent, PlaceOffer), "who came later waits for the next agent"
    house.say(OfferRinging(order.offer), OfferAnswered(order.offer))
    house.walk(30)  # the caller's telephone rings, longer than a whisper lasts
    assert house.see("a").state == "whisper"
    house.say(Bridged(order.offer))
    house.walk(60)
    house.say(ContactEnded(order.offer, "caller"))
    [done] = callbacks(house)
    assert (done.became, done.agent, done.attempts, done.call) == (Became.ANSWERED, "a", 1, "c1")
    assert {visit.call: visit.exit for visit in house.visits()} == {
        "c1": Exit.CALLBACK, "c2": Exit.OFFERED,
    }  # fmt: skip
    balanced(house)


def test_customer_first_waits_on_the_line_while_the_agent_rings() -> None:
    house = open_house(first="customer")
    house.call("c1")
    ask(house)
    house.agent("a")
    order = placed(house)
    assert order.first == "customer" and house.see("a").state == "reserved"
    house.walk(20)
    house.say(CustomerReached(order.offer, "b1", "media-1", "e1"), OfferRinging(order.offer))
    house.say(OfferFailed(order.offer, "no_answer"))
    house.agent("b")
    offer = only(house.sent, PlaceOffer)[-1]
    assert (offer.call, offer.agent, offer.media) == ("b1", "b", "media-1")
    house.say(OfferAnswered(offer.offer), Bridged(offer.offer))
    assert became(house) is Became.ANSWERED
    balanced(house)


def test_customer_first_who_hangs_up_before_the_agent_has_abandoned() -> None:
    house = open_house(first="customer")
    house.call("c1")
    ask(house)
    house.agent("a")
    order = placed(house)
    house.say(CustomerReached(order.offer, "b1", "media-1", "e1"))
    house.say(OfferFailed(order.offer, "caller_gone"))
    assert became(house) is Became.ABANDONED
    assert house.see("a").state == "idle"
    balanced(house)


@pytest.mark.parametrize("first", ["agent", "customer"])
def test_who_is_not_reached_is_tried_again_and_then_given_up(first: str) -> None:
    house = open_house(first=first, attempts=2, retry=600)
    house.call("c1")
    ask(house)
    house.agent("a")
    for attempt in (1, 2):
        order = placed(house)
        if first == "agent":
            house.say(OfferRinging(order.offer), OfferAnswered(order.offer))
        house.say(CustomerNotReached(order.offer, "no_answer"))
        assert house.see("a").state == "idle", "nobody blames the agent"
        assert len(only(house.sent, PlaceCallback)) == attempt
        house.walk(599)
        assert len(only(house.sent, PlaceCallback)) == attempt
        house.walk(2)
    assert became(house) is Became.FAILED
    assert house.core.floor.waiting == {}
    balanced(house)


def test_an_agent_who_declines_costs_no_attempt() -> None:
    house = open_house(attempts=1)
    house.call("c1")
    ask(house)
    house.agent("a")
    house.say(OfferDeclined("a", placed(house).offer, "busy here"))
    house.agent("b")
    assert placed(house).agent == "b"
    assert became(house) is Became.OPEN
    balanced(house)


def test_who_calls_again_has_the_place_and_is_not_called() -> None:
    house = open_house()
    house.call("c1")
    ask(house)
    house.walk(100)
    house.call("c2")
    house.agent("a", ready=True)
    assert placed(house).call == "b1"
    said = house.call("c3", caller="k-c1")
    assert only(said, WithdrawOffer)[0].offer == placed(house).offer
    assert house.holder("c3") == "a", "the old place, before c2"
    assert became(house) is Became.MERGED
    balanced(house)


def test_one_number_is_called_once() -> None:
    house = open_house()
    house.call("c1")
    house.walk(5)
    house.call("c2")
    ask(house, "c1", "b1", "n")
    assert only(ask(house, "c2", "b2", "n"), CallbackBooked), "both are promised one call"
    assert (became(house, "b1"), became(house, "b2")) == (Became.OPEN, Became.DUPLICATE)
    balanced(house)


def test_the_older_place_holds_whichever_was_asked_for_first() -> None:
    house = open_house()
    house.call("c1")
    house.walk(5)
    house.call("c2")
    ask(house, "c2", "b2", "n")
    ask(house, "c1", "b1", "n")
    assert (became(house, "b1"), became(house, "b2")) == (Became.OPEN, Became.MERGED)
    balanced(house)


def test_nobody_is_called_outside_of_the_hours() -> None:
    house = open_house(NINE + 8 * 3600 - 60, hours=DAY)
    house.call("c1")
    ask(house)
    house.walk(61)  # five o'clock
    house.agent("a")
    assert not only(house.sent, PlaceCallback)
    house.walk(16 * 3600 - 2)
    assert not only(house.sent, PlaceCallback)
    house.walk(2)
    order = placed(house)
    assert house.now == pytest.approx(86_400 + NINE, abs=2)
    assert order.not_after <= 86_400 + 17 * 3600


def test_an_invite_that_comes_too_late_may_not_go_out() -> None:
    closing = NINE + 8 * 3600
    house = open_house(closing - 3, hours=DAY)
    house.call("c1")
    ask(house)
    house.agent("a")
    assert placed(house).not_after == closing


def test_what_is_kept_too_long_expires() -> None:
    house = open_house(keep=3600)
    house.call("c1")
    ask(house)
    house.walk(3601)
    assert became(house) is Became.EXPIRED
    balanced(house)


def test_it_is_asked_for_only_where_the_queue_calls_back_and_no_phone_rings() -> None:
    house = open_house()
    house.call("c1", "gas")
    assert only(ask(house), CallbackRefused)[0].why == "not_here"
    house.call("c2")
    house.agent("a")
    assert only(ask(house, "c2"), CallbackRefused)[0].why == "ringing"
    balanced(house)


def test_asked_twice_it_is_promised_twice_and_written_once() -> None:
    house = open_house()
    house.call("c1")
    ask(house)
    assert only(ask(house), CallbackBooked)
    assert len(callbacks(house)) == 1


def test_the_offer_is_made_where_the_wait_is_long() -> None:
    house = open_house(offer_from=900)
    house.agent("a")
    house.agent("b", ready=False)
    for number in range(4):
        house.call(f"c{number}")
    house.walk(1)
    told = only(house.sent, TellPosition)
    assert [one.callback for one in told] == ["may", "offer", "offer"]
    assert [one.high >= 900 for one in told] == [False, True, True]


def test_waiting_places_count_for_the_position_and_not_for_the_length() -> None:
    config = CentreConfig(
        "house", (QueueConfig("bills", "utility", max_length=1, callback=CallbackTerms()),)
    )
    house = House(config)
    house.call("c1")
    ask(house)
    said = house.call("c2")
    assert not only(said, ReleaseCall)
    house.walk(1)
    assert only(house.sent, TellPosition)[-1].position == 2


@pytest.mark.parametrize("first", ["agent", "customer"])
def test_a_media_process_that_dies_costs_nobody_the_callback(first: str) -> None:
    house = open_house(first=first, retry=60)
    house.call("c1")
    ask(house)
    house.agent("a")
    order = placed(house)
    if first == "customer":
        house.say(CustomerReached(order.offer, "b1", "media-1", "e1"))
    else:
        house.say(OfferRinging(order.offer), OfferAnswered(order.offer))
    house.say(MediaLost("media-1", "e1"))
    assert house.see("a").state in ("idle", "offline")
    house.say(CallsHeld("media-1", "e2"))
    house.walk(61)
    again = placed(house)
    assert (again.offer != order.offer, again.epoch) == (True, "e2")
    balanced(house)


def test_without_a_media_process_it_waits_for_one() -> None:
    house = House(centre())
    house.call("c1")
    ask(house)
    house.agent("a")
    assert not only(house.sent, PlaceCallback)
    assert only(house.say(CallsHeld("media-1", "e1")), PlaceCallback)
    house.say(CallsHeld("media-1", "e1", draining=True))
    assert house.core.floor.media == {}


def test_a_restart_forgets_no_place() -> None:
    house = open_house()
    house.call("c1")
    house.walk(10)
    ask(house)
    house.restart()
    house.say(CallsHeld("media-1", "e2"))
    house.agent("a")
    assert placed(house).joined == 1_000.0
    house.restart()
    house.say(CallsHeld("media-1", "e2", offers=(placed(house).offer,)))
    house.say(OfferAnswered(placed(house).offer), Bridged(placed(house).offer))
    assert became(house) is Became.ANSWERED
    assert house.core.floor.booked == {} and house.core.floor.away["bills"] == 0
    balanced(house)


def test_it_can_be_taken_back() -> None:
    house = open_house()
    house.call("c1")
    ask(house)
    house.agent("a")
    said = house.say(CallbackDropped("b1", "erased"))
    assert only(said, WithdrawOffer)
    assert became(house) is Became.WITHDRAWN
    assert house.see("a").state == "idle"
    balanced(house)


def test_leaving_by_wish_is_one_way_of_leaving() -> None:
    house = open_house()
    for call, why, by in (("c1", "exit", "key"), ("c2", "voicemail", "spoken")):
        house.call(call)
        house.say(CallerLeft(call, why, by), CallerLeft(call))  # type: ignore[arg-type]
    assert [(v.exit, v.by) for v in house.visits()] == [
        (Exit.LEFT, "key"), (Exit.VOICEMAIL, "spoken"),
    ]  # fmt: skip
    assert house.core.floor.seats == {}, "who left by wish has no place kept"
    balanced(house)


def test_figures() -> None:
    one = Callback("b", "c", "utility", "bills", 0.0, 100.0, 0.0)
    done = [
        Callback("b1", "c1", "utility", "bills", 0.0, 100.0, 0.0, Became.ANSWERED, 700.0, 2, "a"),
        Callback("b2", "c2", "utility", "bills", 0.0, 100.0, 0.0, Became.FAILED, 900.0, 3),
        Callback("b3", "c3", "utility", "bills", 0.0, 100.0, 0.0, Became.MERGED, 900.0),
        one,
    ]
    found = callback_figures(done)
    assert (found.asked, found.success, found.tries, found.delay) == (4, 0.5, 2.0, 600.0)
    assert callback_figures([]).success is None


def test_when_hours_change() -> None:
    assert next_change(DAY, 0.0) == (False, NINE)
    assert next_change(DAY, NINE) == (True, NINE + 8 * 3600)
    week = 7 * 86_400
    assert next_change(DAY, 86_400 + 20 * 3600) == (False, week + NINE)
    assert next_change(Hours("UTC"), 0.0) == (False, float("inf"))
    always = Hours("Europe/Rome", dict.fromkeys(DAYS, ((datetime.time.min, datetime.time.min),)))
    assert next_change(always, 0.0) == (True, float("inf"))


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"retry": float("inf")}, {"offer_from": -1}])
def test_terms_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(AcdConfigError):
        centre(**wrong)


# --- who may not wait


def limits(now: float = 1_000.0, **limits: Any) -> House:
    terms = limits.pop("terms", CallbackTerms())
    queue = QueueConfig("bills", "utility", wrap_up_seconds=0, callback=terms, **limits)
    house = House(CentreConfig("house", (queue,)), now)
    house.say(CallsHeld("media-1", "e1"))
    return house


def asked(house: House, call: str) -> str:
    """The limit by which this caller is asked about a callback; empty for none."""
    told = only(house.sent, TellPosition)
    return next((one.limit for one in reversed(told) if one.call == call and one.limit), "")


def exits(house: House, call: str = "c2") -> list[Exit]:
    return [visit.exit for visit in house.visits() if visit.call == call]


def test_who_finds_the_queue_full_may_be_called_back() -> None:
    house = limits(max_length=1)
    house.call("c1")
    house.call("c2")
    assert asked(house, "c2") == "full" and not only(house.sent, ReleaseCall)
    assert only(ask(house, "c2", "b2"), CallbackBooked) == [CallbackBooked("c2", "media-1", "b2")]
    assert exits(house) == [Exit.CALLBACK]
    house.say(CallerLeft("c1"))
    house.call("c3")
    assert asked(house, "c3") == "", "neither who is asked nor who is called back takes room"
    house.agent("a")
    assert placed(house).call == "b2", "the place is that of the first call"
    balanced(house)


def test_who_calls_at_night_is_called_at_the_next_opening_and_nobody_is_put_through() -> None:
    friday = 86_400.0 + 20 * 3600
    house = limits(friday, hours=DAY, terms=CallbackTerms(hours=DAY, keep=3600))
    house.agent("a")
    house.call("c2")
    assert asked(house, "c2") == "closed"
    assert not only(house.sent, PlaceOffer), "closed is closed, also with an agent at work"
    ask(house, "c2", "b2")
    house.walk(3 * 86_400.0)
    assert became(house, "b2") is Became.OPEN, "the hour to keep it begins with the opening"
    house.walk(3 * 86_400.0)
    assert placed(house).call == "b2"
    balanced(house)


@pytest.mark.parametrize("wish", ["hang_up", "sent_back", ""])
def test_who_wants_none_was_sent_back_and_has_abandoned_nothing(wish: Any) -> None:
    house = limits(no_agent_wait=0.0)
    house.call("c2")
    house.restart()
    house.say(CallsHeld("media-1", "e1", ("c2",)))
    if wish:
        house.say(CallerLeft("c2", wish))
        assert not only(house.sent, ReleaseCall)
    else:  # nothing was heard: the bot goes on
        house.walk(100)
        assert only(house.sent, ReleaseCall) == [ReleaseCall("c2", "media-1", "no_agents", "bills")]
    assert exits(house) == [Exit.OVERFLOWED]
    balanced(house)


def test_an_agent_who_comes_while_the_caller_is_asked_has_the_call() -> None:
    house = limits(max_wait=60.0)
    house.call("c2")
    house.walk(61)
    assert asked(house, "c2") == "too_long"
    house.agent("a")
    assert only(ask(house, "c2", "b2"), CallbackRefused) == [
        CallbackRefused("c2", "media-1", "ringing")
    ]
    house.contact("c2")
    assert exits(house) == [Exit.ANSWERED]


def test_a_queue_may_send_back_without_asking() -> None:
    house = limits(max_length=1, terms=CallbackTerms(sent_back=False))
    house.call("c1")
    house.call("c2")
    assert asked(house, "c2") == ""
    assert only(house.sent, ReleaseCall) == [ReleaseCall("c2", "media-1", "full", "bills")]


def test_what_is_required_gives_way_for_a_place_without_its_caller_too() -> None:
    queue = QueueConfig(
        "bills", "utility", callback=CallbackTerms(), relax=(Relax(60.0, anybody=True),)
    )
    house = House(CentreConfig("house", (queue,)))
    house.say(CallsHeld("media-1", "e1"))
    house.agent("anna")
    house.call("c1", required=("welsh",))
    house.walk(10.0)
    ask(house)
    assert only(house.walk(49.0), PlaceCallback) == []
    assert [placed.agent for placed in only(house.walk(2.0), PlaceCallback)] == ["anna"]
