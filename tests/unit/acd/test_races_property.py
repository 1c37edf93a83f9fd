"""The races that queue systems are known to lose, each by its name.

What media processes and pages say comes in any order, twice, or not at all; whatever comes, the
promise in the test's name holds.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.config import CentreConfig, QueueConfig
from acd.messages import (
    Bridged,
    CallerLeft,
    CallsHeld,
    ContactEnded,
    ContactJoined,
    ContactMoved,
    DeviceChanged,
    MediaLost,
    OfferAnswered,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    PlaceOffer,
    WithdrawOffer,
)
from acd.numbers import reconcile
from acd.records import OfferState
from kernel.errors import IllegalTransition
from tests.unit.acd.house import House, only

CONFIG = CentreConfig(
    "house",
    (
        QueueConfig("bills", "utility", wrap_up_seconds=5),
        QueueConfig("gas", "utility", wrap_up_seconds=5, strategy="ring_all"),
    ),
)
AT_REST = ("idle", "offline")
FAILURES = ("no_answer", "busy", "error", "no_sound", "caller_gone")


def hear(house: House, event: object) -> list[Any]:
    """One event; one that is refused changes nothing."""
    try:
        return house.say(event)
    except IllegalTransition:
        return house.keep()


@st.composite
def news(draw: st.DrawFn, offer: str, call: str, agent: str, most: int = 8) -> list[object]:
    """Anything that may be said of one offer, in any order and as often as it likes."""
    one = st.sampled_from(
        [
            OfferRinging(offer), OfferAnswered(offer), Bridged(offer), CallerLeft(call),
            *(OfferFailed(offer, why) for why in FAILURES),  # type: ignore[arg-type]
            OfferDeclined(agent, offer, "not mine"), DeviceChanged(agent, False),
            ContactEnded(offer, "caller"), ContactEnded(offer, "agent"),
        ]
    )  # fmt: skip
    return draw(st.lists(one, max_size=most))


@given(st.data())
@settings(deadline=None)
def test_no_agent_stays_reserved_or_ringing_whatever_is_lost(data: st.DataObject) -> None:
    house = House(CONFIG)
    house.agent("a")
    house.call("c1")
    for event in data.draw(news(house.offer("c1").offer, "c1", "a")):
        hear(house, event)
        house.walk(data.draw(st.sampled_from([0.0, 1.0, 19.0])))
    offers = house.core.floor.offers.values()
    if not any(offer.state is OfferState.BRIDGED for offer in offers):
        hear(house, CallerLeft("c1"))
        house.walk(CONFIG.whisper_limit + 60)
        assert house.see("a").state in AT_REST
    house.walk(CONFIG.contact_limit + 60)
    assert house.see("a").state in AT_REST


@given(st.data())
@settings(deadline=None)
def test_no_phone_rings_for_a_caller_who_is_gone(data: st.DataObject) -> None:
    house = House(CONFIG)
    house.agent("a")
    house.call("c1")
    offer = house.offer("c1").offer
    for event in data.draw(news(offer, "c1", "a", most=4)):
        hear(house, event)
    hear(house, CallerLeft("c1"))
    floor = house.core.floor
    assert "c1" not in floor.waiting and "c1" not in floor.talking
    assert not [each for each in floor.offers.values() if each.call == "c1"]
    rung = {command.offer for command in only(house.sent, PlaceOffer)}
    for event in data.draw(news(offer, "c1", "a")):  # late news raises nobody from the dead
        hear(house, event)
    assert "c1" not in floor.waiting and "c1" not in floor.talking
    assert {command.offer for command in only(house.sent, PlaceOffer)} == rung
    assert house.see("a").state in (*AT_REST, "wrap_up")


@given(st.data(), st.integers(2, 5))
@settings(deadline=None)
def test_two_agents_never_have_one_call(data: st.DataObject, agents: int) -> None:
    house = House(CONFIG)
    names = [f"a{number}" for number in range(agents)]
    for name in names:
        house.agent(name, "gas")
    offers = only(house.call("c1", "gas"), PlaceOffer)
    assert len(offers) == agents
    said = st.sampled_from(
        [kind(offer.offer) for offer in offers for kind in (OfferRinging, OfferAnswered, Bridged)]
    )
    for event in data.draw(st.lists(said, max_size=12)):
        hear(house, event)
        up = [o for o in house.core.floor.offers.values() if o.state in ("answered", "bridged")]
        assert len(up) <= 1
        if up:
            assert list(house.core.floor.offers) == [up[0].offer]
            withdrawn = {command.offer for command in only(house.sent, WithdrawOffer)}
            assert withdrawn == {offer.offer for offer in offers} - {up[0].offer}


@given(
    st.lists(
        st.sampled_from(["bridged", "caller", "agent", "left", "lost", "restart"]), max_size=10
    )
)
@settings(deadline=None)
def test_a_contact_is_counted_once_however_often_its_end_is_told(ends: list[str]) -> None:
    house = House(CONFIG)
    house.agent("a")
    house.call("c1")
    offer = house.talk("c1").offer
    house.walk(60)
    said = {
        "bridged": Bridged(offer), "caller": ContactEnded(offer, "caller"),
        "agent": ContactEnded(offer, "agent"), "left": CallerLeft("c1"),
        "lost": MediaLost("media-1", "e1"),
    }  # fmt: skip
    for end in [*ends, "agent"]:
        if end == "restart":
            house.restart()
        else:
            hear(house, said[end])
    house.walk(10)
    assert sum(part.calls for part in house.row("a").handled) == 1
    assert [row.n for row in house.core.floor.handling.values()] == [1]
    rows = [row for row in house.journal if row.subject == "call:c1"]
    ended = [row for row in rows if row.from_state == "talking"]
    assert len(ended) == 1


def test_the_end_of_one_who_was_asked_is_not_the_end_of_the_call_while_the_other_has_it() -> None:
    house = House(CONFIG)
    house.agent("a")
    house.call("c1")
    first = house.talk("c1").offer
    house.agent("b")
    house.call("c1+1", consult="c1", agent="", priority=600, caller="k-c1")
    second = house.offer("c1+1").offer
    events = (Bridged(second), ContactJoined(second, "c1"), ContactEnded(second, "caller"))
    for event in events:
        hear(house, event)
    house.restart()
    hear(house, ContactMoved(first, "hold"))
    assert house.core.floor.talking == {"c1": first}
    hear(house, ContactEnded(first, "caller"))
    moves = [row.to_state for row in house.journal if row.subject == "call:c1"]
    assert moves[-1] == "ended" and moves.count("ended") == 1
    assert house.core.floor.talking == {}


@st.composite
def news_of_two(draw: st.DrawFn, first: str, second: str) -> list[object]:
    """Anything that may be said of a contact and of a consultation about it, in any order."""
    ends: st.SearchStrategy[Any] = st.sampled_from(["caller", "agent", "lost"])
    one = st.sampled_from(
        [
            OfferRinging(second), OfferAnswered(second), Bridged(second), Bridged(second),
            OfferFailed(second, "no_answer"), OfferFailed(second, "declined"),
            ContactMoved(first, "hold"), ContactMoved(first, "consult"),
            ContactMoved(second, "consulted"), ContactMoved(first, "talking"),
            ContactJoined(second, "c1"), ContactJoined(second, "c1"),
            ContactEnded(first, draw(ends)), ContactEnded(second, draw(ends)),
            CallerLeft("c1"), CallerLeft("c1+1", "exit"), "restart", 1.0, 25.0,
        ]
    )  # fmt: skip
    return draw(st.lists(one, max_size=14))


@given(st.data(), st.sampled_from(["", "b"]))
@settings(deadline=None)
def test_whatever_comes_of_a_consultation_everybody_is_accounted_for_and_comes_to_rest(
    data: st.DataObject, agent: str
) -> None:
    house = House(CONFIG)
    house.agent("a")
    house.call("c1")
    first = house.talk("c1").offer
    house.agent("b")
    house.call("c1+1", consult="c1", agent=agent, priority=600, caller="k-c1")
    second = house.offer("c1+1").offer
    for event in data.draw(news_of_two(first, second)):
        if event == "restart":
            house.restart()
            house.say(CallsHeld("media-1", "e1", tuple(house.core.floor.waiting),
                                tuple(house.core.floor.offers)))  # fmt: skip
        elif isinstance(event, float):
            house.walk(event)
        else:
            hear(house, event)
        floor = house.core.floor
        assert {a.offer for a in floor.agents.values() if a.offer} == set(floor.offers)
        for offer in floor.offers.values():
            up = offer.state is OfferState.BRIDGED
            assert offer.call in (floor.waiting if not up else {offer.call})
        assert set(floor.talking.values()) <= set(floor.offers)
        assert all(floor.offers[o].call == call for call, o in floor.talking.items())
        assert reconcile(house.visits(), house.entered()) == [] and house.entered() == 1
        house.journal_agrees()
    house.say(CallsHeld("media-1", "e1"))
    house.walk(CONFIG.redial_seconds + 700)
    floor = house.core.floor
    assert not floor.offers and not floor.waiting and not floor.talking and not floor.seats
    assert {house.see(name).state for name in ("a", "b")} <= {*AT_REST}
