"""How long so many people take over so many trunks, in whole calls."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centralino.commands.simulate_campaign import simulate_campaign
from outbound.flood import Fates, flood, trunks_for

ALL_ANSWER = Fates(answered=1.0, busy=0.0, passes=1)


def test_where_all_answer_the_pace_decides() -> None:
    found = flood(1_200, 2, 10.0, 1_000, ALL_ANSWER)
    assert (found.calls, found.reached) == (1_200, 1_200)
    assert found.first_pass_minutes == pytest.approx(59 / 60)  # 20 in each of 60 seconds
    assert found.minutes == pytest.approx((59 + 42) / 60)
    assert found.channels_most == 20 * 42  # Little's law: calls a second times seconds of a call


def test_where_channels_are_short_they_decide() -> None:
    found = flood(2_000, 1, 1_000.0, 100, ALL_ANSWER)
    assert found.channels_most == 100
    assert found.minutes == pytest.approx(2_000 / 100 * 42 / 60)


def test_a_pace_below_one_call_a_second_is_kept() -> None:
    assert flood(30, 1, 0.5, 100, ALL_ANSWER).first_pass_minutes == pytest.approx(1.0, abs=0.05)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 5_000), st.integers(1, 20), st.floats(0.2, 20.0), st.integers(1, 200),
    st.floats(0.05, 1.0),
)  # fmt: skip
def test_everybody_is_called_and_no_limit_is_passed(
    recipients: int, trunks: int, cps: float, channels: int, answered: float
) -> None:
    fates = Fates(answered=answered, busy=(1.0 - answered) / 2.0)
    found = flood(recipients, trunks, cps, channels, fates)
    assert found.channels_most <= trunks * channels
    assert recipients <= found.calls <= recipients * fates.passes
    assert found.reached == pytest.approx(found.calls * answered, abs=fates.passes + 1)
    assert found.first_pass_minutes * 60.0 >= recipients / (trunks * cps) - 2.0


def test_a_million_in_one_hour_and_what_it_takes() -> None:
    (row,) = simulate_campaign(1_000_000, [1.0], 10.0, 100, Fates())["rows"]
    assert row["minutes"] <= 60.0
    assert row["trunks"] >= trunks_for(1_000_000, 3600.0, 10.0, 100, Fates())
    assert row["channels_most"] <= row["trunks"] * 100
    assert row["media_processes"] * 240 >= row["channels_most"]
