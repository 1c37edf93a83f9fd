"""What a team of agents takes, and when: inbound, callbacks, calls out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acd.blend import (
    LAST_CALLERS,
    LAST_SECONDS,
    LevelRecord,
    Need,
    Takes,
    Team,
    aged,
    held_back,
    with_caller,
)
from acd.callback import CallbackTerms
from acd.config import CentreConfig, QueueConfig
from acd.errors import AcdConfigError
from acd.matching import why_not
from acd.messages import (
    AgentLoggedIn,
    AgentReady,
    CallbackAsked,
    CallerLeft,
    CallQueued,
    CallsHeld,
    ContactEnded,
    OfferAnswered,
    PlaceCallback,
    PlaceOffer,
)
from acd.snapshot import snapshot
from tests.unit.acd.house import House, only

IN, BACK, OUT = Takes("inbound"), Takes("callback"), Takes("outbound")
QUEUES = (
    QueueConfig("bills", "utility", wrap_up_seconds=0, callback=CallbackTerms()),
    QueueConfig("gas", "utility", wrap_up_seconds=0, no_agent_wait=60.0),
    QueueConfig("sales", "utility", wrap_up_seconds=0),
)


def house(*takes: Takes, **settings: Any) -> House:
    made = House(CentreConfig("house", QUEUES, teams=(Team("mixed", takes),), **settings))
    made.say(CallsHeld("media-1", "e1"))
    return made


def joins(made: House, name: str, *queues: str, team: str = "mixed") -> None:
    served = queues or ("bills", "gas")
    contact = f"sip:{name}@h"
    login = AgentLoggedIn(name, "utility", contact, served, nailed_up=False, team=team)
    made.say(login, AgentReady(name))


def owed(made: House, call: str) -> None:
    """A caller of bills who will be called back, under the name with a b before it."""
    made.call(call)
    made.say(CallbackAsked(call, f"b{call}", f"k-{call}", "media-1"))


def offered(made: House) -> list[str]:
    return [c.call for c in made.sent if isinstance(c, PlaceOffer | PlaceCallback)]


# --- the rules


@pytest.mark.parametrize(
    ("rule", "last", "need", "why"),
    [
        (Takes("callback", wait_below=30), (), Need(True, 29.0), ""),
        (Takes("callback", wait_below=30), (), Need(True, 30.0), "callers wait"),
        (Takes("outbound", service_above=0.8), (), Need(level=0.8), ""),
        (Takes("outbound", service_above=0.8), (), Need(level=0.79), "service level 79%"),
        (Takes("callback", share=0.3), ("callback",) * 10, Need(), ""),
        (Takes("callback", share=0.3), (), Need(True), "had 0 of 0"),
        (Takes("callback", share=0.3), ("inbound",) * 3, Need(True), ""),
        (Takes("callback", share=0.3), ("callback", *("inbound",) * 8), Need(True), ""),
        (Takes("callback", share=0.3), ("callback",) * 3 + ("inbound",) * 6, Need(True),
         "had 3 of 9"),
        (Takes("callback", share=0.3), ("callback",) + ("inbound",) * 7 + ("callback",) * 2,
         Need(True), ""),
    ],
)  # fmt: skip
def test_a_rule(rule: Takes, last: tuple[str, ...], need: Need, why: str) -> None:
    assert held_back(rule, last, need) == why


def test_the_level_is_that_of_the_last_callers_who_waited() -> None:
    level = LevelRecord("bills", "utility")
    terms: Any = {"threshold": 20.0, "short": 5.0}
    for waited in (30.0,) * 9:
        level = with_caller(level, 100.0, answered=True, waited=waited, **terms)
    assert level.level == 1.0, "too few"
    level = with_caller(level, 100.0, answered=False, waited=4.0, **terms)
    assert len(level.last) == 9, "who hangs up at once did not wait"
    level = with_caller(level, 200.0, answered=True, waited=20.0, **terms)
    assert level.level == 0.1
    for _ in range(LAST_CALLERS):
        level = with_caller(level, 300.0, answered=False, waited=50.0, **terms)
    assert (level.level, len(level.last), len(level.at)) == (0.0, LAST_CALLERS, LAST_CALLERS)
    assert aged(level, 300.0 + LAST_SECONDS - 1) == level
    assert aged(level, 300.0 + LAST_SECONDS) == LevelRecord("bills", "utility")
    assert aged(LevelRecord("bills", "utility", (True,) * 20), 300.0).last == (), "without times"


@pytest.mark.parametrize(
    "takes",
    [
        (IN, IN), (Takes("fax"),), (Takes("inbound", share=0.5),),  # type: ignore[arg-type]
        (Takes("callback", share=1.5),), (Takes("outbound", service_above=-0.1),),
        (Takes("outbound", wait_below=float("inf")),),
    ],
)  # fmt: skip
def test_rules_that_mean_nothing_are_refused(takes: tuple[Takes, ...]) -> None:
    with pytest.raises(AcdConfigError, match="team mixed"):
        house(*takes)


# --- who gets what


def test_one_who_takes_no_callers_is_not_at_work_for_them() -> None:
    made = house(OUT)
    joins(made, "ann")
    made.call("c1", "gas")
    assert offered(made) == []
    decision = made.core.explain("c1", made.now)
    assert decision is not None and decision.excluded[0].why == "inbound: takes none"
    made.walk(61)
    assert made.core.floor.waiting == {}, "nobody is at work for this caller"
    joins(made, "bob", team="")
    made.call("c2", "gas")
    assert offered(made) == ["c2"]


def test_nobody_is_called_back_while_callers_wait_too_long_and_then_at_once() -> None:
    made = house(IN, Takes("callback", wait_below=30))
    owed(made, "c1")
    joins(made, "bob", "sales", team="")
    made.call("c2", "gas", required=("welsh",))
    made.walk(31)
    joins(made, "ann")
    assert offered(made) == []
    made.restart()
    made.say(CallsHeld("media-1", "e1", ("c2",)))
    assert offered(made) == []
    made.say(CallerLeft("c2"))
    assert offered(made) == ["bc1"], "as soon as the caller has gone"


def test_one_who_was_put_first_hides_nobody_who_waits_longer() -> None:
    made = house(IN, Takes("callback", wait_below=30))
    owed(made, "c1")
    made.call("c2", "gas", required=("welsh",))
    made.walk(20)
    made.call("c3", "gas", required=("welsh",), priority=60)
    made.walk(15)
    joins(made, "ann")
    assert offered(made) == []
    made.say(CallerLeft("c2"))
    assert offered(made) == ["bc1"]


def test_callers_of_the_evening_hold_nobody_back_in_the_night() -> None:
    made = house(IN, Takes("callback", service_above=0.8))
    for n in range(12):
        made.call(f"c{n}")
        made.walk(60)
        made.say(CallerLeft(f"c{n}"))
    owed(made, "x")
    joins(made, "ann")
    made.walk(600)
    assert offered(made) == []
    made.restart()
    made.say(CallsHeld("media-1", "e1"))
    assert offered(made) == []
    made.walk(LAST_SECONDS - 600 - 10 * 60 + 59)
    assert offered(made) == []
    made.walk(1)
    assert offered(made) == ["bx"], "nine are too few to say anything"


def dialled(made: House, call: str, agent: str = "ann") -> None:
    """An agent wants somebody dialled."""
    made.say(CallQueued(call, "utility", "sales", "", "media-1", "e1", agent=agent,
                        dial_seconds=40.0))  # fmt: skip


@pytest.mark.parametrize(
    ("takes", "has_it"),
    [((OUT,), True), ((IN, OUT), True), ((IN,), False),
     ((IN, Takes("outbound", wait_below=0.0, share=0.0)), True)],
)  # fmt: skip
def test_whom_an_agent_wants_dialled_is_a_contact_out(
    takes: tuple[Takes, ...], has_it: bool
) -> None:
    made = house(*takes)
    joins(made, "ann", "sales")
    joins(made, "bob", "sales")
    made.call("c1", "sales", required=("welsh",))
    dialled(made, "o1")
    assert offered(made) == (["o1"] if has_it else [])
    if has_it:
        made.contact("o1")
        assert made.row("ann").last == ("outbound",)
    else:
        explained = made.core.explain("o1", made.now)
        assert explained is not None and "outbound: takes none" in explained.short()


def test_whom_agents_dial_in_vain_are_no_callers_who_gave_up() -> None:
    made = house(IN, Takes("outbound", service_above=0.5))
    joins(made, "ann", "sales")
    for n in range(12):
        dialled(made, f"o{n}")
        made.say(OfferAnswered(made.offer(f"o{n}").offer))
        made.walk(30)
        made.say(CallerLeft(f"o{n}"))
    assert made.core.floor.levels.of("sales") == 1.0


@pytest.mark.parametrize("takes", [(OUT,), (BACK,), (IN,)])
def test_who_is_asked_about_a_call_is_held_back_by_no_rule(takes: tuple[Takes, ...]) -> None:
    made = house(*takes)
    joins(made, "ann", "sales")
    made.call("k1", "sales", consult="c1", agent="ann")
    assert offered(made) == ["k1"]


def test_callbacks_are_interleaved_with_callers_by_share() -> None:
    made = house(IN, Takes("callback", share=0.25))
    for n in range(4):
        owed(made, f"x{n}")
        made.walk(1)
    for n in range(12):
        made.call(f"c{n}")
        made.walk(1)
    joins(made, "ann")
    for _ in range(12):
        call = offered(made)[-1]
        if call.startswith("b"):
            order = only(made.sent, PlaceCallback)[-1]
            made.say(ContactEnded(order.offer, "caller"))
        else:
            made.contact(call, 1.0)
    assert "".join(call[0] for call in offered(made)[:12]) == "cccbcccbcccc", "two of ten"


def test_calls_out_stop_while_the_service_level_is_low() -> None:
    made = house(IN, Takes("outbound", service_above=0.8))
    joins(made, "ann", "bills")

    def held() -> str:
        return next(a.out_held for a in snapshot(made.core, made.now).agents if a.agent == "ann")

    assert held() == ""
    for n in range(12):
        made.call(f"c{n}", required=("welsh",))
        made.walk(30)
        made.say(CallerLeft(f"c{n}"))
    assert held() == "service level 0%"
    made.restart()
    assert held() == "service level 0%"
    made.say(CallsHeld("media-1", "e1"))
    for n in range(50):
        made.call(f"d{n}")
        made.contact(f"d{n}", 1.0)
    assert held() == ""


def test_whom_we_called_and_who_is_there_is_held_back_by_no_rule() -> None:
    made = house(IN, Takes("outbound", wait_below=0.0))
    login = AgentLoggedIn("ann", "utility", "sip:a@h", ("sales",), nailed_up=True, team="mixed")
    made.say(login, AgentReady("ann"))
    call = CallQueued("o1", "utility", "sales", "", "media-1", "e1", outbound=True)
    made.say(call)
    assert made.core.blending.held(made.core.floor.waiting["o1"]) == {}


def test_who_was_held_back_for_a_caller_has_a_callback_once_another_takes_the_caller() -> None:
    made = house(Takes("callback", share=0.34))
    joins(made, "ann")
    joins(made, "bob", team="")
    made.call("c0")
    made.call("c1")
    owed(made, "x2")
    assert offered(made) == ["c0"], "ann takes no callers, and no callback while one waits"
    made.contact("c0", 1.0)
    assert offered(made) == ["c0", "c1", "bx2"]


def test_who_comes_free_with_the_agent_who_takes_the_caller_has_the_callback() -> None:
    made = house(IN, Takes("callback", wait_below=20))
    joins(made, "ann")
    made.call("c0")
    owed(made, "x2")
    first = made.talk("c0")
    joins(made, "bob")
    made.call("c1")
    made.say(ContactEnded(first.offer, "caller"))
    assert offered(made) == ["c0", "bx2", "c1"]
    made.walk(25)  # neither is heard of: both come to nothing, and both agents rest
    made.walk(25)  # and are there again at the same moment, when c1 has waited long
    assert offered(made)[3:] == ["c1", "bx2"]


# --- whatever happens


def happens(made: House, draw: Any, n: int) -> None:
    """Something of which there may be more."""
    floor = made.core.floor
    here = sorted(call for call, row in floor.waiting.items() if not row.away)
    match draw(st.sampled_from(["call", "owed", "talk", "leave", "walk", "end"])):
        case "call":
            made.call(f"c{n}", draw(st.sampled_from(["bills", "gas"])))
        case "owed":
            owed(made, f"x{n}")
        case "leave" if here:
            made.say(CallerLeft(draw(st.sampled_from(here))))
        case "walk":
            made.walk(draw(st.sampled_from([1.0, 25.0])))
        case what if floor.offers:
            offer = floor.offers[draw(st.sampled_from(sorted(floor.offers)))]
            if what == "talk" and offer.call in here and offer.state == "placed":
                made.talk(offer.call)
            else:
                made.say(ContactEnded(offer.offer, "caller"))


def nobody_is_missed(made: House) -> None:
    """No free agent could take an open call."""
    floor = made.core.floor
    floor.now = made.now
    for call in filter(floor.open, floor.waiting.values()):
        terms = made.core.terms(call, made.now)
        for agent in floor.agents.values():
            why = why_not(agent, call, terms.tier, terms.kept, terms.held)
            assert why is not None, (call.call, agent.agent)


RULES = (
    Takes("callback", wait_below=20), Takes("callback", share=0.34),
    Takes("callback", service_above=0.5), BACK,
)  # fmt: skip


@given(st.data(), st.sampled_from(RULES), st.booleans())
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_is_polled_and_nothing_is_missed(
    data: st.DataObject, rule: Takes, inbound: bool
) -> None:
    made = house(*((IN, rule) if inbound else (rule,)))
    for name in ("ann", "bob"):
        joins(made, name, team=data.draw(st.sampled_from(["mixed", ""])))
    with pytest.MonkeyPatch.context() as patch:  # so that levels say something, and age
        patch.setattr("acd.blend.FEWEST_CALLERS", 2)
        for module in ("acd.blend", "acd.levels"):
            patch.setattr(f"{module}.LAST_SECONDS", 40.0)
        for n in range(data.draw(st.integers(1, 25))):
            happens(made, data.draw, n)
            nobody_is_missed(made)
