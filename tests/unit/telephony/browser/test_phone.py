"""How a telephone in a browser stands, over every order of what may happen to it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telephony.browser.phone import (
    PHONE,
    REGISTERED,
    Answered,
    Ended,
    PageGone,
    PageThere,
    PhoneState,
    Rung,
    Silent,
)

EVENTS = (PageThere(), PageGone(), Rung(), Answered(), Ended(), Silent())


@given(st.lists(st.sampled_from(EVENTS), max_size=30))
def test_it_is_registered_exactly_while_a_page_is_there(events: list[object]) -> None:
    state, page = PhoneState.OFF, False
    for event in events:
        if PHONE.allows(state, event):
            state = PHONE.next(state, event)
            page = {PageThere: True, PageGone: False}.get(type(event), page)
        assert (state in REGISTERED) is page


@given(st.lists(st.sampled_from(EVENTS), max_size=30))
def test_a_call_that_is_up_outlives_its_page_and_nothing_else_does(events: list[object]) -> None:
    state = PhoneState.OFF
    for event in events:
        if not PHONE.allows(state, event):
            continue
        before, state = state, PHONE.next(state, event)
        if isinstance(event, PageGone):
            assert state is (PhoneState.ADRIFT if before is PhoneState.UP else PhoneState.OFF)
