"""Whatever callers, agents, telephones and processes do, a callback keeps its promises."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acd.callback import Became, Callback, CallbackTerms, reconcile_callbacks
from acd.config import CentreConfig, QueueConfig
from acd.hours import is_open
from acd.messages import (
    AgentNotReady,
    AgentReady,
    Bridged,
    CallbackAsked,
    CallbackDropped,
    CallerLeft,
    CallQueued,
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
)
from acd.numbers import reconcile
from acd.records import WaitingRecord
from kernel.errors import IllegalTransition
from tests.unit.acd.house import House, only
from tests.unit.acd.test_callbacks import DAY, NINE, callbacks

ATTEMPTS = 2
WEEK = 168.0
"""Hours. A callback is kept for a day from when it may be called: on Thursdays and Fridays."""
CALLERS = ("x", "y", "z")


def centre(first: Any) -> CentreConfig:
    terms = CallbackTerms(first, hours=DAY, attempts=ATTEMPTS, retry=300, keep=86_400)
    queue = QueueConfig(
        "bills", "utility", wrap_up_seconds=5, callback=terms, max_length=2, max_wait=400
    )
    return CentreConfig("house", (queue,))


def hear(house: House, event: object) -> None:
    """One event; one that is refused changes nothing."""
    try:
        house.say(event)
    except IllegalTransition:
        house.keep()


class World:
    """Draws what happens next from what there is."""

    def __init__(self, first: str) -> None:
        self.house = House(centre(first), NINE + 3600)
        self.epoch = 1
        self.calls = 0
        self.rung: Counter[str] = Counter()
        self.house.say(CallsHeld("media-1", "e1"))
        for agent in ("a", "b"):
            self.house.agent(agent)

    def names(self) -> tuple[list[str], list[str]]:
        floor = self.house.core.floor
        return sorted(floor.waiting), sorted(floor.offers)

    def step(self, draw: Any) -> None:
        kind = draw(st.sampled_from(sorted(STEPS)))
        STEPS[kind](self, draw)
        self.look()

    def come(self, draw: Any) -> None:
        self.calls += 1
        caller = draw(st.sampled_from(CALLERS))
        hear(self.house, CallQueued(f"c{self.calls}", "utility", "bills", caller, "media-1",
                                    f"e{self.epoch}"))  # fmt: skip

    def ask(self, draw: Any) -> None:
        calls, _ = self.names()
        if calls:
            call, number = draw(st.sampled_from(calls)), draw(st.sampled_from(CALLERS))
            hear(self.house, CallbackAsked(call, f"b-{call}", number, "media-1"))

    def news(self, draw: Any) -> None:
        _, offers = self.names()
        if not offers:
            return
        offer = self.house.core.floor.offers[draw(st.sampled_from(offers))]
        name, life = offer.offer, ("media-1", f"e{self.epoch}")
        said = [
            OfferRinging(name), OfferAnswered(name), Bridged(name), ContactEnded(name, "caller"),
            CustomerReached(name, offer.call, *life), CustomerNotReached(name, "busy"),
            OfferFailed(name, draw(st.sampled_from(["busy", "error", "caller_gone"]))),
            OfferDeclined(offer.agent, name), CallerLeft(offer.call),
        ]  # fmt: skip
        hear(self.house, draw(st.sampled_from(said)))

    def leave(self, draw: Any) -> None:
        calls, _ = self.names()
        if calls:
            call = draw(st.sampled_from(calls))
            ways = [CallerLeft(call), CallerLeft(call, "sent_back"), CallbackDropped(call)]
            event: Any = draw(st.sampled_from(ways))
            hear(self.house, event)

    def wait(self, draw: Any) -> None:
        self.house.walk(draw(st.sampled_from([1.0, 40.0, 301.0])))

    def night(self, draw: Any, hours: float = 16.0) -> None:
        """Everybody goes home, and comes again."""
        for call in self.house.core.floor.waiting.values():
            if not call.away:
                hear(self.house, CallerLeft(call.call))
                return self.night(draw, hours)
        for agent in ("a", "b"):
            hear(self.house, AgentNotReady(agent, "night"))
        self.house.walk(hours * 3600.0)
        for agent in ("a", "b"):
            hear(self.house, AgentReady(agent))
        return None

    def lose_media(self, draw: Any) -> None:
        hear(self.house, MediaLost("media-1", f"e{self.epoch}"))
        self.epoch += 1
        hear(self.house, CallsHeld("media-1", f"e{self.epoch}"))

    def restart(self, draw: Any) -> None:
        before = self.rows()
        self.house.restart()
        assert self.rows() == before
        held = [c for c in self.house.core.floor.waiting.values() if c.media]
        offers = tuple(self.house.core.floor.offers)
        waiting = tuple(call.call for call in held)
        hear(self.house, CallsHeld("media-1", f"e{self.epoch}", waiting, offers))

    def rows(self) -> list[WaitingRecord]:
        floor = self.house.core.floor
        return [floor.waiting[place[3]] for line in floor.lines.values() for place in line]

    def look(self) -> None:
        """What holds after every step."""
        house, floor = self.house, self.house.core.floor
        house.journal_agrees()
        assert reconcile(house.visits(), house.entered()) == []
        assert reconcile_callbacks(house.visits(), callbacks(house)) == []
        away = [call for call in floor.waiting.values() if call.away]
        numbers = Counter(call.callback.number for call in away if call.callback)
        assert not numbers or max(numbers.values()) == 1, "one number, one place"
        assert +floor.away == +Counter(call.queue for call in away)
        limited = [call for call in floor.waiting.values() if call.limit]
        assert +floor.limited == +Counter(call.queue for call in limited)
        assert all(call.limit_until > house.now for call in limited if not call.offer)
        assert sorted(floor.booked.values()) == sorted(call.call for call in away)
        for call in floor.waiting.values():
            assert call.callback is None or call.callback.attempts <= ATTEMPTS
        for order in only(house.sent, PlaceCallback):
            assert is_open(DAY, order.not_after - 1)
        agents = [offer.agent for offer in floor.offers.values()]
        assert len(agents) == len(set(agents))


STEPS: dict[str, Any] = {
    "come": World.come, "ask": World.ask, "news": World.news, "more news": World.news,
    "leave": World.leave, "wait": World.wait, "night": World.night,
    "media": World.lose_media, "restart": World.restart,
}  # fmt: skip


@given(st.data(), st.sampled_from(["agent", "customer"]))
@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
def test_every_callback_ends_once_and_the_figures_add_up(data: st.DataObject, first: str) -> None:
    world = World(first)
    for _ in range(data.draw(st.integers(1, 30))):
        world.step(data.draw)
    house = world.house
    world.night(data.draw, WEEK + 48.0)
    world.look()
    open_ = [one for one in callbacks(house) if one.became is Became.OPEN]
    talking = {offer.call for offer in house.core.floor.offers.values()}
    assert {one.callback for one in open_} <= talking, "nothing is owed for ever"
    done = Counter(fact.callback for fact in house.facts if isinstance(fact, Callback))
    assert not done or max(done.values()) == 1


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_a_place_is_served_in_its_old_order(data: st.DataObject) -> None:
    house = House(centre("agent"), NINE + 3600)
    house.say(CallsHeld("media-1", "e1"))
    back = data.draw(st.lists(st.booleans(), min_size=2, max_size=8))
    for number, asks in enumerate(back):
        house.call(f"c{number}")
        house.walk(1)
        if asks:
            house.say(CallbackAsked(f"c{number}", f"b{number}", f"n{number}", "media-1"))
    for number in range(len(back)):
        house.agent(f"a{number}")
    orders = [c.call for c in house.sent if isinstance(c, PlaceOffer | PlaceCallback)]
    assert orders == [f"{'b' if asks else 'c'}{number}" for number, asks in enumerate(back)]
