"""What nobody who could ever serve a call has is not waited for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.blend import Takes, Team
from acd.config import CentreConfig, QueueConfig, Relax
from acd.replay import Checkpoint, Recorder, Step, redecide
from acd.staff import Lack, Profile, StaffKnown, nearest
from kernel.codec import decode, encode
from kernel.core import Fact
from kernel.ids import counting
from tests.unit.acd.house import CONFIG, House

BILLS = ("bills",)
SOMEBODY = Profile(BILLS)


def known(*profiles: Profile) -> StaffKnown:
    return StaffKnown(profiles)


def house_of(*profiles: Profile, config: CentreConfig = CONFIG) -> House:
    house = House(config)
    house.say(known(*profiles))
    return house


def offered(house: House, call: str = "c") -> str:
    """The agent who is offered the call; empty for nobody."""
    there = house.core.floor.waiting[call].offer
    return house.core.floor.offers[there].agent if there else ""


@pytest.mark.parametrize(
    ("asks", "skills", "short"),
    [
        ((("gas", 3),), [{"gas": 3}, {}], {}),
        ((("gas", 3),), [{"gas": 2}, {"gas": 1}, {}], {"gas": 2}),
        ((("gas", 3),), [{}, {"welsh": 5}], {"gas": 0}),
        ((("gas", 3), ("welsh", 1)), [{"gas": 3}, {"welsh": 1}], {"welsh": 0}),
        ((("gas", 3), ("welsh", 1)), [{"gas": 3}, {"gas": 1, "welsh": 1}], {"gas": 1}),
        ((("gas", 3),), [], {}),
    ],
)
def test_the_nearest_that_anybody_comes(
    asks: Any, skills: list[dict[str, int]], short: dict[str, int]
) -> None:
    assert nearest(asks, skills) == short


LEVELS = st.dictionaries(st.sampled_from("abc"), st.integers(1, 5))


@given(LEVELS.filter(bool), st.lists(LEVELS, min_size=1, max_size=5))
def test_what_remains_is_had_by_somebody_and_nothing_is_let_go_that_need_not_be(
    asked: dict[str, int], skills: list[dict[str, int]]
) -> None:
    short = nearest(tuple(sorted(asked.items())), skills)
    left = {**asked, **short}
    assert any(all(has.get(s, 0) >= n for s, n in left.items()) for has in skills)
    had = any(all(has.get(s, 0) >= n for s, n in asked.items()) for has in skills)
    assert had == (not short)


def test_a_skill_that_nobody_has_is_let_go_at_once() -> None:
    house = house_of(SOMEBODY, Profile(("gas",), {"welsh": 3}))
    house.agent("anna")
    house.call("c", required=("welsh",), levels={"welsh": 3})
    assert offered(house) == "anna"
    assert house.journal[-3].why.endswith("; nobody has welsh")  # of the offer
    queued = next(row for row in house.journal if row.subject == "call:c")
    assert queued.why == "queued; nobody has welsh"
    snapshot = house.core.explain("c", house.now)
    assert snapshot is not None and "nobody has welsh" in snapshot.short()


def test_a_level_that_nobody_has_goes_down_to_the_highest_that_somebody_has() -> None:
    house = house_of(SOMEBODY, Profile(BILLS, {"welsh": 2}))
    house.agent("anna")
    house.call("c", required=("welsh",), levels={"welsh": 4})
    assert offered(house) == ""
    house.agent("bob", welsh=2)
    assert offered(house) == "bob"
    assert "nobody has welsh above 2" in house.journal[-1].why + house.journal[-3].why


def test_a_skill_of_somebody_at_home_gives_way_by_the_steps_of_the_queue_alone() -> None:
    queue = QueueConfig("bills", "utility", relax=(Relax(60.0, anybody=True),))
    house = house_of(SOMEBODY, Profile(BILLS, {"welsh": 3}), config=CentreConfig("c", (queue,)))
    house.agent("anna")
    house.call("c", required=("welsh",))
    house.walk(59.0)
    assert offered(house) == ""
    house.walk(2.0)
    assert offered(house) == "anna"


def test_nothing_is_let_go_until_it_was_told_who_there_is() -> None:
    house = House()
    house.agent("anna")
    house.call("c", required=("welsh",))
    assert offered(house) == ""
    house.say(known(SOMEBODY))
    assert offered(house) == "anna"
    row = next(row for row in house.journal if row.why == "nobody has welsh")
    assert (row.subject, row.from_state, row.to_state) == ("call:c", "waiting", "waiting")
    house.journal_agrees()


@pytest.mark.parametrize("by", ["page", "log-in"])
def test_who_comes_with_the_skill_is_waited_for_again(by: str) -> None:
    house = house_of(SOMEBODY)
    house.call("c", required=("welsh",))
    if by == "page":
        house.say(known(SOMEBODY, Profile(BILLS, {"welsh": 1})))
    else:  # one whom a command made meanwhile
        house.agent("wyn", ready=False, welsh=1)
    assert house.journal[-1].why == "all that it asks for is had again"
    house.agent("anna")
    assert offered(house) == ""
    house.agent("wyn", welsh=1)
    assert offered(house) == "wyn"


def test_who_takes_no_callers_could_not_serve_them() -> None:
    teams = (Team("out", (Takes("outbound"),)),)
    config = CentreConfig("c", CONFIG.queues, teams=teams)
    house = house_of(SOMEBODY, Profile(BILLS, {"welsh": 3}, "out"), config=config)
    house.agent("anna")
    house.call("c", required=("welsh",))
    assert offered(house) == "anna"


def test_each_queue_of_an_overflow_is_looked_at_anew() -> None:
    queues = (
        QueueConfig("bills", "utility", max_wait=10.0, overflow="gas"),
        QueueConfig("gas", "utility"),
    )
    gas = Profile(("gas",), {"welsh": 1})
    house = house_of(SOMEBODY, gas, config=CentreConfig("c", queues))
    house.agent("guy", "gas", welsh=1)
    house.agent("gus", "gas")
    house.call("c", required=("welsh",))
    assert house.core.floor.waiting["c"].lacking == {"welsh": 0}
    house.walk(11.0)
    assert house.core.floor.waiting["c"].lacking == {}
    assert offered(house) == "guy"


def test_a_restart_knows_what_was_let_go_before_it_is_told_anew() -> None:
    house = house_of(SOMEBODY)
    house.call("c", required=("welsh",))
    house.restart()
    house.agent("anna")
    assert house.core.floor.waiting["c"].lacking == {"welsh": 0}


def test_pages_are_told_what_is_asked_for_in_vain_until_somebody_has_it() -> None:
    house = house_of(SOMEBODY, Profile(BILLS, {"gas": 1}))
    house.call("c", required=("gas", "welsh"), levels={"gas": 2, "welsh": 3})
    house.call("d", required=("welsh",))

    def lacked() -> tuple[Lack, ...]:
        return house.core.staff.lacked("bills")

    assert lacked() == (
        Lack("gas", 2, 1, 1), Lack("welsh", 1, 0, 1), Lack("welsh", 3, 0, 1),
    )  # fmt: skip
    house.say(known(Profile(BILLS, {"gas": 2, "welsh": 2})))
    assert lacked() == (Lack("welsh", 3, 2, 1),)


def test_a_day_with_it_is_decided_again_the_same() -> None:
    recorder = Recorder(CONFIG, counting())
    recorder.restore([], 1_000.0)
    house = House()
    house.core = recorder  # type: ignore[assignment]
    house.say(known(SOMEBODY))
    house.agent("anna")
    house.call("c", required=("welsh",))
    steps = [fact for fact in house.facts if isinstance(fact, Checkpoint | Step)]
    verdict = redecide(steps)
    assert verdict.difference is None and verdict.offers == 1
    without = [step for step in steps if "staff_known" not in str(step)]
    assert redecide(without).difference is not None
    assert decode(encode(Fact(known(SOMEBODY), "").record)) == known(SOMEBODY)
