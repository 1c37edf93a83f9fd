"""Recognisers' seconds, promised: never more than can be kept, and callers' conversations first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centralino.media.capacity import MOST_RECOGNISING
from centralino.media.invitations import AFTER_A_LOSS, FIRST_COST, PATIENCE, Invitations
from voicebot.speech.metered import Recognising

IDLE = Recognising(0.0, 0.0)
GAPS = st.lists(st.floats(0.0, 2.0), min_size=1, max_size=80)


@given(gaps=GAPS, workers=st.sampled_from([0.5, 1.0, 2.0]), share=st.floats(0.0, 1.0))
def test_no_more_is_promised_than_callers_leave(
    gaps: list[float], workers: float, share: float
) -> None:
    core, now, promised = Invitations(workers), 0.0, [(-1.0, 0.0)]
    rate = workers * max(0.0, MOST_RECOGNISING - share)
    for gap in gaps:
        now += gap
        if core.invite(now, Recognising(share, 0.0)):
            promised.append((now, FIRST_COST))
    for at, _ in promised:
        later = sum(cost for when, cost in promised if when >= max(0.0, at))
        assert later <= PATIENCE * rate + rate * (now - max(0.0, at)) + 1e-6
    if rate * PATIENCE < FIRST_COST - 1e-9:
        assert core.by_voice == 0 and core.by_key == len(gaps)


@given(gaps=GAPS, delay=st.floats(0.0, 30.0))
def test_whoever_was_asked_to_speak_is_heard_in_time(gaps: list[float], delay: float) -> None:
    core, now = Invitations(1.0), 0.0
    free_at = 0.0
    for gap in gaps:
        now += gap
        if core.invite(now, IDLE):
            spoke = now + delay
            free_at = max(free_at, spoke) + FIRST_COST / MOST_RECOGNISING
            assert free_at - spoke <= PATIENCE + 1e-6


def test_the_cost_is_learned_and_more_are_asked_to_speak_when_it_is_less() -> None:
    dear, cheap = Invitations(1.0), Invitations(1.0)
    for _ in range(60):
        cheap.took(0.2)
    for one in (dear, cheap):
        for _ in range(20):
            one.invite(0.0, IDLE)
    assert dear.by_voice == int(PATIENCE * MOST_RECOGNISING / FIRST_COST)
    assert cheap.by_voice > 3 * dear.by_voice
    assert dear.by_voice + dear.by_key == cheap.by_voice + cheap.by_key == 20


@pytest.mark.parametrize(
    ("inbound", "lost", "invited"),
    [(IDLE, False, True), (Recognising(0.2, 0.3), False, False), (IDLE, True, False),
     (Recognising(0.7, 0.0), False, False)],
)  # fmt: skip
def test_nobody_is_asked_to_speak_while_callers_wait_or_a_recogniser_is_lost(
    inbound: Recognising, lost: bool, invited: bool
) -> None:
    core = Invitations(1.0)
    if lost:
        core.lost(100.0)
    assert core.invite(101.0, inbound) is invited
    assert core.invite(101.0 + AFTER_A_LOSS, IDLE)


def test_what_a_mailbox_was_promised_is_there_for_the_next() -> None:
    core = Invitations(1.0)
    while core.invite(0.0, IDLE):
        pass
    asked = core.by_voice
    core.took(0.0)
    assert core.invite(0.0, IDLE) and not core.invite(0.0, IDLE)
    core.took(FIRST_COST)
    assert not core.invite(0.0, IDLE) and core.by_voice == asked + 1
