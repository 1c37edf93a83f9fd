"""How each strategy chooses, and what its window remembers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.config import CentreConfig, QueueConfig, Relax
from acd.errors import AcdConfigError
from acd.messages import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentNotReady,
    AgentReady,
    Bridged,
    CallerLeft,
    ContactEnded,
    DeviceChanged,
    OfferAnswered,
    OfferFailed,
    PlaceOffer,
    WithdrawOffer,
)
from acd.strategy import Strategy
from tests.unit.acd.house import House, only


def house_of(strategy: Strategy, **more: object) -> House:
    queue = QueueConfig("gas", "utility", wrap_up_seconds=0, strategy=strategy, **more)  # type: ignore[arg-type]
    return House(CentreConfig("house", (queue,)))


def team(house: House, *names: str, tier: int = 1, **skills: int) -> None:
    for number, name in enumerate(names, 1):
        tiers = {"gas": tier} if tier > 1 else {}
        login = AgentLoggedIn(name, "utility", f"sip:{name}@h", ("gas",), skills, tiers, number)
        house.say(login, AgentReady(name))
        house.walk(1)


def served(house: House, calls: int, seconds: float = 5) -> str:
    """Who gets calls that come one after the other."""
    order = ""
    for _ in range(calls):
        name = f"c{house.core.counts['queued']}"
        house.call(name, "gas")
        order += house.holder(name)
        house.contact(name, seconds)
    return order


@pytest.mark.parametrize(
    ("strategy", "order"),
    [
        ("longest_idle", "abcabcab"),
        ("round_robin", "abcabcab"),
        ("fewest_calls", "abcabcab"),
        ("linear", "aaaaaaaa"),
    ],
)
def test_the_order_of_service(strategy: Strategy, order: str) -> None:
    house = house_of(strategy)
    team(house, "a", "b", "c")
    assert served(house, 8) == order


def test_the_round_goes_on_after_a_restart_and_past_who_is_not_there() -> None:
    house = house_of("round_robin")
    team(house, "a", "b", "c", "d")
    assert served(house, 2) == "ab"
    house.restart()
    house.say(AgentNotReady("c", "lunch"))
    assert served(house, 3) == "dab"
    house.say(AgentReady("c"))
    assert served(house, 2) == "cd"


def test_least_talk_counts_seconds_and_not_calls() -> None:
    house = house_of("least_talk")
    team(house, "a", "b")
    assert served(house, 1, seconds=100) == "a"
    assert served(house, 4, seconds=20) == "bbbb"
    house.walk(1)
    assert served(house, 1, seconds=30) == "b"  # 80 s against 100 s
    assert served(house, 1) == "a"


@pytest.mark.parametrize("what", ["break", "log-out", "restart"])
def test_nothing_empties_the_window_but_time(what: str) -> None:
    house = house_of("fewest_calls")
    team(house, "a")
    assert served(house, 3) == "aaa"
    if what == "break":
        house.say(AgentNotReady("a", "lunch"), AgentReady("a"))
    elif what == "log-out":
        house.say(AgentLoggedOut("a"))
        team(house, "a")
    else:
        house.restart()
    team(house, "b")
    assert served(house, 4) == "bbba"  # b has three, as a had
    house.walk(house.config.fairness_seconds + 1)
    house.walk(5)
    assert served(house, 2) in ("ab", "ba")


def test_by_lot_everybody_has_a_share_and_chance_can_be_told_again() -> None:
    orders = []
    for _ in range(2):
        house = house_of("random")
        team(house, "a", "b", "c")
        orders.append(served(house, 60))
    assert orders[0] == orders[1]
    assert all(10 <= orders[0].count(name) <= 30 for name in "abc")


def test_the_journal_names_strategy_and_scores() -> None:
    house = house_of("fewest_calls")
    team(house, "a", "b")
    served(house, 2)
    placed = [row.why for row in house.journal if row.subject.startswith("offer:")]
    assert "fewest calls 0 of 2 (b=0); out: none" in placed
    assert "fewest calls 0 of 2 (a=1); out: none" in placed


# --- ring all


def test_ring_all_offers_to_everybody_and_the_first_to_answer_has_it() -> None:
    house = house_of("ring_all")
    team(house, "a", "b", "c")
    offers = only(house.call("c1", "gas"), PlaceOffer)
    assert [offer.agent for offer in offers] == ["a", "b", "c"]
    said = house.say(OfferAnswered(offers[1].offer))
    withdrawn = {command.offer for command in only(said, WithdrawOffer)}
    assert withdrawn == {offers[0].offer, offers[2].offer}
    assert [house.see(name).state for name in "abc"] == ["idle", "whisper", "idle"]
    house.say(OfferAnswered(offers[0].offer), OfferFailed(offers[2].offer, "lost_race"))
    assert house.core.counts["stale"] == 2
    house.say(Bridged(offers[1].offer), ContactEnded(offers[1].offer, "agent"))
    assert all(house.see(name).want == "ready" for name in "abc")


def test_ring_all_goes_on_ringing_while_one_phone_is_left() -> None:
    house = house_of("ring_all", ring_all_limit=2)
    team(house, "a", "b", "c")
    offers = only(house.call("c1", "gas"), PlaceOffer)
    assert [offer.agent for offer in offers] == ["a", "b"]
    house.say(OfferFailed(offers[0].offer, "busy"))
    assert house.core.floor.waiting["c1"].all_offers == (offers[1].offer,)
    later = house.say(OfferFailed(offers[1].offer, "declined"))
    assert [offer.agent for offer in only(later, PlaceOffer)] == ["c"]


def test_a_caller_who_leaves_ends_every_ringing() -> None:
    house = house_of("ring_all")
    team(house, "a", "b", "c")
    offers = only(house.call("c1", "gas"), PlaceOffer)
    said = house.say(CallerLeft("c1"))
    assert {command.offer for command in only(said, WithdrawOffer)} == {o.offer for o in offers}
    assert all(house.row(name).free for name in "abc")


def test_an_end_that_comes_before_its_beginning_stops_the_other_phones() -> None:
    house = house_of("ring_all")
    team(house, "a", "b")
    offers = only(house.call("c1", "gas"), PlaceOffer)
    said = house.say(ContactEnded(offers[1].offer, "agent"))
    assert [command.offer for command in only(said, WithdrawOffer)] == [offers[0].offer]
    assert not house.core.floor.waiting and not house.core.floor.offers


# --- tiers and steps


def test_a_tier_opens_when_its_wait_is_over() -> None:
    house = house_of("longest_idle", tier_waits=(30.0, 60.0))
    team(house, "a")
    team(house, "p", tier=2)
    team(house, "q", tier=3)
    house.call("c1", "gas")
    house.call("c2", "gas")
    assert (house.holder("c1"), house.holder("c2")) == ("a", "")
    house.walk(29.9)
    assert house.holder("c2") == ""
    house.walk(0.2)
    assert house.holder("c2") == "p"


@pytest.mark.parametrize("why", ["break", "log-out", "phone", "never"])
def test_a_tier_opens_at_once_when_nobody_is_at_work_before_it(why: str) -> None:
    house = house_of("longest_idle", tier_waits=(30.0,))
    team(house, "p", tier=2)
    if why != "never":
        team(house, "a")
        house.call("c0", "gas")
        house.talk("c0")
        house.call("c1", "gas")
        assert house.holder("c1") == ""  # a is in a call, and so at work
        house.say(CallerLeft("c0"))
        house.fail("c1", "declined")
        assert house.holder("c1") == ""
    else:
        house.call("c1", "gas")
    if why == "break":
        house.say(AgentNotReady("a", "lunch"))
    elif why == "log-out":
        house.say(AgentLoggedOut("a"))
    elif why == "phone":
        house.say(DeviceChanged("a", False))
    assert house.holder("c1") == "p"


def test_a_tier_without_the_skill_counts_as_nobody() -> None:
    house = house_of("longest_idle", tier_waits=(30.0,))
    team(house, "a")
    team(house, "p", tier=2, welsh=1)
    house.call("c1", "gas", required=("welsh",))
    assert house.holder("c1") == "p"


def test_without_waits_a_tier_is_only_preferred() -> None:
    house = house_of("longest_idle")
    team(house, "p", tier=2)
    team(house, "a")
    assert served(house, 3) == "aaa"
    house.call("c9", "gas")
    house.call("c10", "gas")
    assert (house.holder("c9"), house.holder("c10")) == ("a", "p")


STEPS = (Relax(10.0, lower=1), Relax(20.0, lower=1, drop=("gas",)), Relax(40.0, anybody=True))


@pytest.mark.parametrize(
    ("skills", "at"),
    [
        ({"welsh": 5, "gas": 1}, 0.0),
        ({"welsh": 4, "gas": 1}, 10.0),
        ({"welsh": 3}, 20.0),
        ({"welsh": 1}, 40.0),
        ({}, 40.0),
    ],
)
@pytest.mark.parametrize("restarts", [False, True])
def test_requirements_relax_step_by_step(skills: dict[str, int], at: float, restarts: bool) -> None:
    house = house_of("longest_idle", relax=STEPS)
    team(house, "a", **skills)
    house.call("c1", "gas", required=("welsh", "gas"), levels={"welsh": 5})
    if restarts:
        house.restart()
        house.core.heard("media-1", "e1")
    if at:
        house.walk(at - 0.1)
        assert house.holder("c1") == ""
    house.walk(0.2)
    assert house.holder("c1") == "a"


def test_what_was_relaxed_is_in_the_journal() -> None:
    house = house_of("longest_idle", relax=STEPS)
    house.call("c1", "gas", required=("welsh", "gas"), levels={"welsh": 5})
    house.walk(50)
    whys = [row.why for row in house.journal if row.from_state == row.to_state == "waiting"]
    assert whys == [
        "levels lowered by 1", "levels lowered by 2, without gas",
        "levels lowered by 2, without welsh, without gas",
    ]  # fmt: skip


def test_an_agent_logged_in_twice_is_one_agent() -> None:
    house = house_of("longest_idle")
    team(house, "a", "a")
    assert house.core.counts["stale"] == 1  # ready, said again
    house.call("c1", "gas")
    house.call("c2", "gas")
    assert (house.holder("c1"), house.holder("c2")) == ("a", "")


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_a_clock_that_jumps_loses_nobody(jump: float) -> None:
    """The process's clock never goes back, but a restart may find another time."""
    house = house_of("fewest_calls", tier_waits=(30.0,), relax=STEPS)
    team(house, "a")
    house.call("c1", "gas")
    house.call("c2", "gas")
    house.ring("c1")
    house.now += jump
    house.restart()
    house.say(AgentReady("a"))
    house.core.heard("media-1", "e1")
    house.walk(abs(jump) + 60)
    assert set(house.core.floor.waiting) == {"c1", "c2"}
    house.say(AgentReady("a"))
    first = house.core.floor.waiting["c1"].offer and "c1" or "c2"
    assert house.holder(first) == "a"


def test_bad_queues_are_refused() -> None:
    good = QueueConfig("gas", "utility")
    for bad, word in (
        (replace(good, strategy="by_mood"), "by_mood"),  # type: ignore[arg-type]
        (replace(good, tier_waits=(30.0, 10.0)), "ascend"),
        (replace(good, relax=(Relax(-1.0),)), "ascend"),
        (replace(good, relax=(Relax(1.0, lower=-1),)), "lower"),
        (replace(good, ring_all_limit=0), "ring_all_limit"),
    ):
        with pytest.raises(AcdConfigError, match=word):
            CentreConfig("house", (bad,))
