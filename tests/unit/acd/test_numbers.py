from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from acd.messages import CallerLeft
from acd.numbers import (
    AgentFigures,
    Doing,
    EstimateFigures,
    ServiceLevel,
    Stretch,
    Terms,
    adherence,
    agent_figures,
    by,
    estimated,
    figures,
    interval,
    reconcile,
    resolved_at_first,
    with_times,
)
from acd.visits import Exit, Visit
from tests.unit.acd.house import House

DAY = 86_400.0


def stay(call: str, waited: float, exit: Exit = Exit.ANSWERED, **more: object) -> Visit:
    made = Visit(call, "client", "q", 1_000.0, exit, 1_000.0 + waited)
    if exit is Exit.ANSWERED:
        made = replace(made, agent="a")
    return replace(made, **more)  # type: ignore[arg-type]


def icmi() -> list[Visit]:
    """ICMI's example: 1000 answered, 860 within T; 60 abandoned, 20 within T (here: short)."""
    answered = [stay(f"a{n}", 10.0 if n < 860 else 40.0) for n in range(1000)]
    gave_up = [stay(f"g{n}", 3.0 if n < 20 else 60.0, Exit.ABANDONED) for n in range(60)]
    return answered + gave_up


@pytest.mark.parametrize(
    ("variant", "share"),
    [
        (ServiceLevel.ABANDONED_WITHIN_COUNT, 880 / 1060),
        (ServiceLevel.ANSWERED_ONLY, 0.86),
        (ServiceLevel.ABANDONED_AGAINST, 860 / 1060),
        (ServiceLevel.SHORT_NEUTRAL, 860 / 1040),
    ],
)
def test_each_service_level_of_the_same_day(variant: ServiceLevel, share: float) -> None:
    found = figures(icmi(), Terms(20.0, 5.0, variant), 2_000.0)
    assert found.service_level == pytest.approx(share)
    assert found.levels[variant] == found.service_level


def test_what_was_foretold_against_what_came() -> None:
    told: dict[str, Any] = {"foretold": (1_000.0, 60.0, 120.0)}
    stays = [
        stay("in", 90.0, **told), stay("sooner", 30.0, **told), stay("later", 150.0, **told),
        stay("gave up late", 200.0, Exit.ABANDONED, **told), stay("not told", 500.0),
        stay("gave up early", 70.0, Exit.ABANDONED, **told),
        replace(stay("waits", 0.0, **told), exit=Exit.WAITING, agent="", left=0.0),
    ]  # fmt: skip
    found = estimated(stays)
    assert (found.n, found.within, found.sooner, found.later) == (4, 0.25, 0.25, 0.5)
    assert found.error == pytest.approx((0 + 60 + 60 + 110) / 4)
    assert found.off == pytest.approx((0 - 60 + 60 + 110) / 4)
    assert estimated([]) == EstimateFigures(0, None, None, None, None, None)


def test_the_figures_of_a_day() -> None:
    found = figures(icmi(), Terms(), 2_000.0)
    assert found.offered == 1060 and found.short_abandons == 20
    assert found.abandon_rate == pytest.approx(40 / 1040)
    assert found.asa == pytest.approx((860 * 10 + 140 * 40) / 1000)
    assert found.longest_wait == 60.0


def test_of_nothing_there_is_no_figure() -> None:
    found = figures([], Terms(), 0.0)
    assert (found.service_level, found.asa, found.abandon_rate, found.aht) == (None,) * 4
    assert found.offered == 0 and found.longest_wait == 0.0


def test_who_still_waits_counts_by_now() -> None:
    waiting = Visit("c", "client", "q", 1_000.0)
    assert figures([waiting], Terms(), 1_090.0).longest_wait == 90.0


def test_groups_and_intervals() -> None:
    stays = [stay("1", 5.0), stay("2", 5.0, queue="r"), stay("3", 5.0, queue="r")]
    assert {name: f.offered for name, f in by(stays, lambda v: v.queue, Terms(), 0.0).items()} == {
        "q": 1, "r": 2,
    }  # fmt: skip
    late = replace(stays[0], joined=3 * 1800.0 + 1799.0)
    assert interval(late) == 3 * 1800.0


def test_who_comes_again_with_the_same_was_not_helped() -> None:
    first = replace(stay("1", 5.0, intent="bill"), caller="ann")
    again = replace(first, call="2", joined=first.left + DAY, left=first.left + DAY + 5)
    other = replace(stay("3", 5.0, intent="bill"), caller="bob")
    known = [first, again, other]
    assert resolved_at_first(known, known, 7) == pytest.approx(2 / 3)
    assert resolved_at_first([first, again], known, 0.5) == 1.0
    assert resolved_at_first([first], known, 7) == 0.0, "again after the span is again"
    handed_on = replace(again, call="1")
    assert resolved_at_first([first], [first, handed_on], 7) == 1.0, "the same call is no other"
    assert resolved_at_first([stay("4", 5.0)], known, 7) is None, "who is not known is left out"


def test_who_was_given_on() -> None:
    first = stay("1", 5.0)
    elsewhere = replace(first, joined=first.left + 60, queue="r", left=first.left + 70)
    assert [v.transferred for v in with_times([first, elsewhere], [])] == [True, False]
    talk = Stretch("b", "client", Doing.TALKING, first.left + 30, first.left + 90, call="1")
    assert with_times([first], [talk])[0].transferred, "a colleague took it over"
    own = replace(talk, agent=first.agent)
    assert not with_times([first], [own])[0].transferred


def test_adherence_counts_what_is_beyond_the_allowance() -> None:
    [found] = agent_figures(
        [
            Stretch("a", "client", Doing.AVAILABLE, 0, 3000),
            Stretch("a", "client", Doing.NOT_READY, 3000, 3600, "lunch"),
            Stretch("a", "client", Doing.NOT_READY, 3600, 4000, "meeting"),
        ]
    ).values()
    assert adherence(found, {"lunch": 200.0}, 1) == pytest.approx(1 - 400 / 4000)
    assert adherence(found, {"lunch": 200.0}, 3) == 1.0
    assert adherence(AgentFigures({}, {}, None), {"lunch": 200.0}, 1) is None


@pytest.mark.parametrize("more", [{"dial_seconds": 40.0}, {"consult": "c1"}])
def test_calls_that_are_no_callers_are_not_counted_as_such(more: dict[str, Any]) -> None:
    house = House()
    house.agent("ann")
    house.call("c1")
    house.contact("c1")
    house.walk(40)
    house.call("k1", agent="ann", **more)
    house.contact("k1")
    house.walk(40)
    house.call("k2", agent="ann", **more)
    house.say(CallerLeft("k2"))
    assert [stay.call for stay in house.visits()] == ["c1"]
    assert reconcile(house.visits(), house.entered()) == []
    callers = {row.call for row in house.journal if row.subject == f"call:{row.call}"}
    assert callers == {"c1"}


def test_what_does_not_add_up_is_named() -> None:
    good = [stay("1", 5.0), stay("2", 5.0, Exit.LEFT), Visit("3", "client", "q", 1.0)]
    assert reconcile(good, 3) == []
    assert "4 entered, 3" in reconcile(good, 4)[0]
    assert "waiting, and left" in reconcile([stay("1", 5.0, Exit.WAITING)], 1)[0]
    assert "answered, by agent nobody" in reconcile([replace(good[0], agent="")], 1)[0]


def test_an_agents_day() -> None:
    parts = [
        Stretch("a", "client", Doing.AVAILABLE, 0, 60),
        Stretch("a", "client", Doing.RINGING, 60, 65, call="c"),
        Stretch("a", "client", Doing.TALKING, 65, 165, call="c"),
        Stretch("a", "client", Doing.WRAP_UP, 165, 185, call="c"),
        Stretch("a", "client", Doing.NOT_READY, 185, 245, "lunch"),
        Stretch("b", "client", Doing.NOT_READY, 0, 10, "lunch"),
    ]
    found = agent_figures(parts)
    assert found["a"].occupancy == pytest.approx(120 / 180)
    assert found["a"].reasons == {"lunch": 60}
    assert found["a"].times[Doing.RINGING] == 5
    assert found["b"].occupancy is None
