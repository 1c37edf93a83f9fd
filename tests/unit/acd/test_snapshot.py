"""What pages see."""

from __future__ import annotations

from acd.messages import OfferAnswered
from acd.metrics import gauges
from acd.snapshot import snapshot
from tests.unit.acd.house import House


def full_house() -> House:
    house = House()
    house.agent("a")
    house.agent("b", "gas", welsh=2)
    house.agent("c", ready=False)
    house.call("c1", priority=30, intent="high_bill")
    offer = house.ring("c1")
    house.say(OfferAnswered(offer.offer))
    house.walk(7)
    house.call("c2")
    house.walk(3)
    return house


def test_a_snapshot_shows_the_whole_centre() -> None:
    house = full_house()
    seen = snapshot(house.core, house.now)
    assert [(a.agent, a.want, a.state) for a in seen.agents] == [
        ("a", "ready", "whisper"), ("b", "ready", "idle"), ("c", "not_ready", "idle"),
    ]  # fmt: skip
    bills = seen.queues[0]
    assert (bills.queue, bills.client, bills.name) == ("bills", "utility", "bills")
    assert (bills.waiting, bills.offered, bills.longest_wait) == (2, 1, 10.0)
    assert (bills.agents_in, bills.agents_ready, bills.agents_free) == (2, 1, 0)
    assert [(c.call, c.position, c.waited, c.intent) for c in seen.calls] == [
        ("c1", 1, 10.0, "high_bill"), ("c2", 2, 3.0, ""),
    ]  # fmt: skip
    (offer,) = seen.offers
    assert (offer.call, offer.agent, offer.state) == ("c1", "a", "answered")
    assert seen.counts["queued"] == 2


def test_gauges_are_made_from_it() -> None:
    house = full_house()
    figures = gauges(snapshot(house.core, house.now))
    assert figures["acd_agents", ("utility", "whisper")] == 1
    assert figures["acd_agents", ("utility", "not_ready")] == 1
    assert figures["acd_waiting", ("utility", "bills")] == 2
    assert figures["acd_longest_wait_seconds", ("utility", "bills")] == 10.0
    assert figures["acd_agents_free", ("utility", "gas")] == 1
    assert figures["acd_events_total", ("queued",)] == 2


def test_a_client_is_on_every_view() -> None:
    seen = snapshot(full_house().core, 2_000.0)
    clients = {view.client for view in seen.agents} | {view.client for view in seen.queues}
    clients |= {view.client for view in seen.calls} | {view.client for view in seen.offers}
    assert clients == {"utility", "retailer"}
