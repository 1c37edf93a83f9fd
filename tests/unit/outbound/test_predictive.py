"""Predictive dialling: the law is kept by counting, whatever the odds; and agents wait less."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from centralino.commands.simulate_predictive import simulate_predictive
from outbound.abandonment import DAY, Abandonment, AbandonRule
from outbound.predictive import DialMode, Odds, PredictiveConfig, Team, decide
from outbound.team_day import DayConfig, TeamDay

CONFIG = PredictiveConfig()
ODDS = Odds()


def counted(answered: int, abandoned: int = 0) -> Abandonment:
    return Abandonment(answered=answered, abandoned=abandoned)


@pytest.mark.parametrize(
    ("team", "counts", "mode", "calls"),
    [
        (Team(3, 4), counted(1000), DialMode.PROGRESSIVE, 3),
        (Team(3, 20), counted(50), DialMode.PROGRESSIVE, 3),
        (Team(3, 20), counted(1000, 30), DialMode.PROGRESSIVE, 3),
        (Team(0, 20), counted(1000, 30), DialMode.PROGRESSIVE, 0),
    ],
    ids=["small team", "little evidence", "allowance spent", "nobody idle"],
)
def test_it_falls_back_to_one_call_for_each_idle_agent(
    team: Team, counts: Abandonment, mode: DialMode, calls: int
) -> None:
    decision = decide(CONFIG, DialMode.PREDICTIVE, team, (), ODDS, counts)
    assert (decision.mode, decision.calls) == (mode, calls)


def test_with_evidence_it_begins_more_calls_than_agents_are_idle() -> None:
    decision = decide(CONFIG, DialMode.PREDICTIVE, Team(5, 15), (), ODDS, counted(1000))
    assert decision.mode is DialMode.PREDICTIVE and 5 < decision.calls <= 15


def test_agents_who_call_themselves_are_not_called_for() -> None:
    for mode in (DialMode.MANUAL, DialMode.PREVIEW):
        assert decide(CONFIG, mode, Team(5, 15), (), ODDS, counted(1000)).calls == 0


def test_what_rings_long_will_hardly_be_answered() -> None:
    chances = [ODDS.still(rung, 25.0) for rung in (0.0, 10.0, 24.0, 25.0)]
    assert chances == sorted(chances, reverse=True) and chances[-1] == 0.0


def test_counts_leave_the_window_with_its_days() -> None:
    counts = Abandonment(AbandonRule(window_days=1))
    for _ in range(100):
        counts.live(0.0, abandoned=False)
    assert counts.room == 3
    counts.live(2 * DAY, abandoned=True)
    assert (counts.answered, counts.abandoned, counts.room) == (1, 1, -1)


@settings(deadline=None)
@given(
    idle=st.integers(0, 40), talking=st.integers(0, 40), waiting=st.integers(0, 10),
    ringing=st.lists(st.floats(0.0, 30.0), max_size=60), answered=st.integers(0, 2_000),
    abandoned=st.integers(0, 80), answer=st.floats(0.01, 0.99),
)  # fmt: skip
def test_calls_beyond_idle_agents_are_never_more_than_may_still_be_abandoned(
    idle: int, talking: int, waiting: int, ringing: list[float], answered: int, abandoned: int,
    answer: float,
) -> None:  # fmt: skip
    """Of this the limit follows: an answer takes an idle agent, or one of what may be abandoned."""
    counts, out = counted(answered, abandoned), len(ringing) + waiting
    config, team = PredictiveConfig(least_answers=0), Team(idle, talking)
    calls = decide(
        config, DialMode.PREDICTIVE, team, ringing, Odds(answer=answer), counts, waiting
    ).calls
    assert calls == 0 or out + calls <= idle + max(0, counts.room)


@settings(deadline=None, max_examples=12)
@example(seed=360, agents=19, answer=0.8515625, talk=62.0, wrap_up=51.0)
@given(
    seed=st.integers(0, 10_000), agents=st.integers(8, 40), answer=st.floats(0.05, 0.95),
    talk=st.floats(20.0, 300.0), wrap_up=st.floats(0.0, 60.0),
)  # fmt: skip
def test_the_limit_holds_at_every_moment_of_any_day(
    seed: int, agents: int, answer: float, talk: float, wrap_up: float
) -> None:
    config = DayConfig(agents, 1800.0, answer, talk=talk, wrap_up=wrap_up)
    odds = Odds(answer=0.05)  # wrong on purpose: far fewer answers expected than come
    predictive = PredictiveConfig(least_answers=0)
    result = TeamDay(config, DialMode.PREDICTIVE, random.Random(seed), predictive, odds=odds).run()
    assert result.worst_over == 0


def test_a_day_of_twenty_agents_waits_less_and_stays_within_the_law() -> None:
    figures = simulate_predictive(DayConfig(length=2 * 3600.0), range(2))
    assert figures["idle_share_worst"] <= 0.67
    assert figures["abandon_ratio_worst"] <= 0.03
    assert figures["over_the_limit_worst"] == 0
