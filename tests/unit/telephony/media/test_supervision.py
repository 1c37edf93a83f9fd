"""A third person at a contact: who hears whom in each mode."""

from __future__ import annotations

import pytest

from telephony.contact import CALLER, FIRST, HEARS, SECOND, Party, Talk
from telephony.media.supervision import Mode, supervised

BOSS = Party.SUPERVISOR


@pytest.mark.parametrize(
    ("mode", "caller_hears", "agent_hears"),
    [
        (Mode.LISTEN, {FIRST}, {CALLER}),
        (Mode.WHISPER, {FIRST}, {CALLER, BOSS}),
        (Mode.BARGE, {FIRST, BOSS}, {CALLER, BOSS}),
    ],
)
def test_who_hears_whom(mode: Mode, caller_hears: set[Party], agent_hears: set[Party]) -> None:
    hears = supervised(HEARS[Talk.TALKING], mode)
    assert (set(hears[CALLER]), set(hears[FIRST])) == (caller_hears, agent_hears)
    assert set(hears[BOSS]) == {CALLER, FIRST}


@pytest.mark.parametrize("mode", Mode)
def test_who_is_on_hold_is_not_drawn_in(mode: Mode) -> None:
    hears = supervised(HEARS[Talk.CONSULT], mode)
    assert CALLER not in hears and set(hears[BOSS]) == {FIRST, SECOND}
    assert set(supervised(HEARS[Talk.HOLD], mode)) == {BOSS}


def test_a_conference_is_whispered_to_all_its_agents() -> None:
    hears = supervised(HEARS[Talk.CONFERENCE], Mode.WHISPER)
    assert BOSS in hears[FIRST] and BOSS in hears[SECOND] and BOSS not in hears[CALLER]
