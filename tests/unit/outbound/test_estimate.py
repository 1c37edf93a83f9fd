"""How long it takes."""

from __future__ import annotations

import pytest

from outbound.estimate import REACHED_A_PASS, UNANSWERED_SECONDS, estimate, rate_of, with_agents
from outbound.pacing import Limits


def test_the_tighter_limit_counts() -> None:
    assert rate_of(Limits("a", 5.0, 0), 50.0) == 5.0
    assert rate_of(Limits("a", 0.0, 100), 50.0) == 2.0
    assert rate_of(Limits("a", 5.0, 100), 50.0) == 2.0
    assert rate_of(Limits("a", 0.0, 0), 50.0) is None


def test_a_town_over_two_trunks() -> None:
    told = estimate(10_000, 30.0, [Limits("a", 10.0, 0), Limits("b", 10.0, 0)])
    assert told.rate == 20.0 and told.hold == pytest.approx(40.95)
    assert told.first_pass == pytest.approx(500 + told.hold)
    assert told.all_passes == pytest.approx(10_000 * (1 + 0.45 + 0.2025) / 20 + told.hold)


def test_nothing_is_said_without_limits() -> None:
    assert estimate(10, 30.0, []).first_pass is None
    assert estimate(10, 30.0, [Limits("a", 0.0, 0)]).rate is None


def test_agents_who_must_talk_with_everybody_may_be_slower_than_the_trunks() -> None:
    trunks = estimate(1_000, 120.0, [Limits("a", 5.0, 0)])
    ahead = with_agents(trunks, 1_000, 120.0, 20.0, 10, ahead=True)
    assert ahead.rate == pytest.approx(10 / (REACHED_A_PASS * 140.0))
    one_by_one = with_agents(trunks, 1_000, 120.0, 20.0, 10, ahead=False)
    ringing = REACHED_A_PASS * 12.0 + (1 - REACHED_A_PASS) * UNANSWERED_SECONDS
    assert one_by_one.rate == pytest.approx(10 / (REACHED_A_PASS * 140.0 + ringing))
    assert with_agents(trunks, 1_000, 120.0, 20.0, 10_000, ahead=True).rate == 5.0
    unlimited = estimate(1_000, 120.0, [Limits("a", 0.0, 0)])
    assert with_agents(unlimited, 1_000, 120.0, 20.0, 10, ahead=True).rate == ahead.rate
