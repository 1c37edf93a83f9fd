"""Who gets the call, and why."""

from __future__ import annotations

import pytest

from acd.matching import choose, decide, why_not
from acd.messages import AgentNotReady, AgentReady, PlaceOffer
from acd.records import AgentRecord, Refused, State, WaitingRecord, Want
from acd.strategy import Terms
from tests.unit.acd.house import House, only

CALL = WaitingRecord("c1", "utility", "bills", "k", "media-1", "e1", 90.0, 90.0, 1)


def agent(name: str, idle_since: float = 0.0, **more: object) -> AgentRecord:
    values: dict[str, object] = {
        "want": Want.READY, "state": State.IDLE, "queues": ("bills",), "idle_since": idle_since,
        **more,
    }  # fmt: skip
    return AgentRecord(name, "utility", "sip:x", **values)  # type: ignore[arg-type]


def call(**more: object) -> WaitingRecord:
    return WaitingRecord(**{**vars(CALL), **more})


@pytest.mark.parametrize(
    ("record", "waiting", "why"),
    [
        (agent("a"), call(), None),
        (agent("a", want=Want.NOT_READY), call(), "not_ready"),
        (agent("a", state=State.TALKING, offer="o"), call(), "talking"),
        (agent("a", state=State.WRAP_UP), call(), "wrap_up"),
        (agent("a", state=State.OFFLINE), call(), "offline"),
        (agent("a", not_before=5.0), call(), "back-off"),
        (agent("a", queues=("gas",)), call(), "other queues"),
        (agent("a"), call(required=("welsh",)), "skill welsh"),
        (agent("a", skills={"welsh": 0}), call(required=("welsh",)), "skill welsh"),
        (agent("a", skills={"welsh": 1}), call(required=("welsh",)), None),
        (
            agent("a", skills={"welsh": 2}),
            call(required=("welsh",), levels={"welsh": 3}),
            "skill welsh",
        ),
        (agent("a", skills={"welsh": 3}), call(required=("welsh",), levels={"welsh": 3}), None),
        (
            agent("a", skills={"welsh": 2}),
            call(required=("welsh",), levels={"welsh": 3}, lowered=1),
            None,
        ),
        (agent("a"), call(required=("welsh",), lowered=4), "skill welsh"),
        (agent("a"), call(required=("welsh",), dropped=("welsh",)), None),
        (agent("a", tiers={"bills": 3}), call(), "tier 3"),
        (agent("a", tiers={"bills": 2}), call(), None),
        (agent("a"), call(refused=(Refused("a", 99.0),)), "had it"),
        (agent("a"), call(refused=(Refused("b", 99.0),)), None),
    ],
)
def test_what_speaks_against_an_agent(
    record: AgentRecord, waiting: WaitingRecord, why: str | None
) -> None:
    assert why_not(record, waiting, 2) == why


def test_the_longest_idle_of_those_who_fit_best_is_chosen() -> None:
    pool = [agent("b", 10.2), agent("c", 10.9, skills={"gas": 2}), agent("a", 11.0)]
    assert choose(call(), pool, Terms()) == pool[0]
    assert choose(call(preferred=("gas",)), pool, Terms()) == pool[1]
    pool.append(agent("d", 12.0, skills={"gas": 5}))
    assert choose(call(preferred=("gas",)), pool, Terms()) == pool[3]
    assert choose(call(required=("gas",)), pool, Terms()) == pool[1]
    assert choose(call(required=("welsh",)), pool, Terms()) is None


def test_a_decision_tells_why() -> None:
    pool = [agent("b", 20.0), agent("a", 10.0), agent("c", state=State.TALKING), agent("d", 1.0)]
    pool[3] = agent("d", 1.0, want=Want.NOT_READY)
    decision = decide(call(), pool, Terms(now=100.0))
    assert decision.agent == "a"
    assert [(c.agent, c.idle) for c in decision.candidates] == [("a", 90.0), ("b", 80.0)]
    assert {(e.agent, e.why) for e in decision.excluded} == {("c", "talking"), ("d", "not_ready")}
    assert decision.short() == "longest idle 90s of 2 (b=80s); out: 1 not_ready, 1 talking"
    assert decide(call(), [], Terms()).short() == "nobody; out: none"


def test_the_journal_says_why() -> None:
    house = House()
    house.agent("a")
    house.agent("b", ready=False)
    house.call("c1")
    placed = next(row for row in house.journal if row.subject.startswith("offer:"))
    assert placed.why == "longest idle 0s of 1; out: 1 not_ready"


def test_why_a_call_waits_can_be_asked() -> None:
    house = House()
    house.agent("a", welsh=2)
    house.call("c1", required=("gaelic",))
    decision = house.core.explain("c1", house.now)
    assert decision is not None and decision.agent is None
    assert [(e.agent, e.why) for e in decision.excluded] == [("a", "skill gaelic")]
    assert house.core.explain("nobody", house.now) is None


def test_who_handled_a_contact_last_waits_longest_for_the_next() -> None:
    house = House()
    for name in ("a", "b", "c"):
        house.agent(name, "gas")
        house.walk(1)
    order = []
    for number in range(6):
        name = f"c{number}"
        house.call(name, "gas")
        order.append(house.holder(name))
        house.contact(name, 5)
    assert order == ["a", "b", "c", "a", "b", "c"]


@pytest.mark.parametrize("what", ["break", "rona"])
def test_neither_a_break_nor_a_missed_offer_gains_anything(what: str) -> None:
    house = House()
    house.agent("a", "gas")
    house.walk(10)
    house.agent("b", "gas")
    house.walk(10)
    if what == "break":
        house.say(AgentNotReady("a", "lunch"))
    else:
        house.call("c0", "gas")
        house.fail("c0", "no_answer")
        assert house.holder("c0") == "b"
        house.contact("c0")
    house.walk(100)
    house.say(AgentReady("a"))
    house.call("c1", "gas")
    assert house.holder("c1") == "a"
    assert house.row("a").idle_since == 1_000.0


def test_skills_can_leave_a_call_waiting_while_a_later_one_is_served() -> None:
    house = House()
    house.call("c1", required=("welsh",))
    house.call("c2")
    house.agent("a")
    assert (house.holder("c1"), house.holder("c2")) == ("", "a")
    house.agent("b", welsh=1)
    assert house.holder("c1") == "b"


def test_one_cycle_serves_many() -> None:
    house = House()
    for number in range(5):
        house.agent(f"a{number}", "bills" if number % 2 else "gas", "shop")
        house.walk(1)
    said = [command for n in range(8) for command in house.call(f"c{n}", ["bills", "shop"][n % 2])]
    offers = only(said, PlaceOffer)
    assert len({offer.agent for offer in offers}) == len({offer.call for offer in offers}) == 5
