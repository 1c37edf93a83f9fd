"""The call's table: what is allowed, what is stale, and which outcome a way has."""

from __future__ import annotations

import pytest

from kernel.errors import IllegalTransition
from kernel.ids import CallId, LegId, OfferId
from telephony.call import (
    MACHINE,
    AgentLeft,
    Bridged,
    Call,
    CallAnswered,
    CallerLeft,
    CallerOffered,
    CallEvent,
    CallState,
    Ended,
    OfferAnswered,
    OfferFailed,
    OfferPlaced,
    OfferRinging,
    Outcome,
    Queued,
    Returned,
)
from telephony.types import Cause

ONE, TWO = OfferId("one"), OfferId("two")
TALK: list[CallEvent] = [CallerOffered(LegId("caller")), CallAnswered()]
QUEUE: list[CallEvent] = [*TALK, Queued("support")]
RING: list[CallEvent] = [*QUEUE, OfferPlaced(ONE, LegId("agent")), OfferRinging(ONE)]
BRIDGE: list[CallEvent] = [*RING, OfferAnswered(ONE), Bridged(ONE)]


def walked(events: list[CallEvent]) -> Call:
    """A call after these events, a second apart."""
    call = Call(CallId("c-1"), client="utility")
    for second, event in enumerate(events):
        call.receive(event, 100.0 + second)
    return call


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ([TALK[0], CallerLeft()], Outcome.ABANDONED),
        ([TALK[0], Ended(Cause.BUSY)], Outcome.REFUSED),
        ([TALK[0], CallerLeft(Cause.BEARER_UNAVAILABLE)], Outcome.FAILED),
        ([*TALK, Ended()], Outcome.ANSWERED),
        ([*TALK, CallerLeft()], Outcome.ANSWERED),
        ([*TALK, CallerLeft(Cause.RECOVERY_ON_TIMER)], Outcome.FAILED),
        ([*TALK, Ended(outcome=Outcome.OVERFLOWED)], Outcome.OVERFLOWED),
        ([*QUEUE, CallerLeft()], Outcome.ABANDONED),
        ([*RING, CallerLeft()], Outcome.ABANDONED),
        ([*RING, OfferAnswered(ONE), CallerLeft()], Outcome.ABANDONED),
        ([*QUEUE, Returned(Outcome.CALLBACK), Ended()], Outcome.CALLBACK),
        ([*QUEUE, Returned(Outcome.VOICEMAIL), CallerLeft()], Outcome.VOICEMAIL),
        ([*QUEUE, Returned(Outcome.CALLBACK), Queued(), CallerLeft()], Outcome.ABANDONED),
        ([*QUEUE, Returned(), Ended()], Outcome.ANSWERED),
        ([*BRIDGE, CallerLeft()], Outcome.TRANSFERRED),
        ([*BRIDGE, AgentLeft(ONE), Ended()], Outcome.TRANSFERRED),
        ([*BRIDGE, Queued("next"), CallerLeft()], Outcome.TRANSFERRED),
    ],
)
def test_outcome(events: list[CallEvent], outcome: Outcome) -> None:
    call = walked(events)
    assert call.state is CallState.ENDED
    assert call.outcome is outcome


def test_an_agent_who_does_not_answer_costs_the_call_nothing() -> None:
    call = walked([*RING, OfferFailed(ONE)])
    assert (call.state, call.offer, call.agent) == (CallState.QUEUED, None, None)
    call.receive(OfferPlaced(TWO, LegId("other")), 120.0)
    assert (call.offer, call.agent) == (TWO, LegId("other"))


def test_an_agent_who_leaves_during_the_whisper_gives_the_call_back() -> None:
    assert walked([*RING, OfferAnswered(ONE), AgentLeft(ONE)]).state is CallState.QUEUED


def test_an_event_for_an_old_offer_is_stale() -> None:
    call = walked([*RING, OfferFailed(ONE), OfferPlaced(TWO, LegId("other"))])
    call.receive(OfferAnswered(ONE), 120.0)
    assert (call.state, call.stale) == (CallState.AGENT_RINGING, 1)


def test_what_comes_after_the_end_is_stale() -> None:
    call = walked([*BRIDGE, CallerLeft()])
    call.receive(AgentLeft(ONE), 120.0)
    call.receive(Ended(Cause.TEMPORARY_FAILURE), 121.0)
    assert (call.cause, call.outcome, call.stale) == (Cause.NORMAL, Outcome.TRANSFERRED, 2)


def test_an_illegal_event_raises_and_changes_nothing() -> None:
    call = walked(TALK)
    with pytest.raises(IllegalTransition):
        call.receive(OfferPlaced(ONE, LegId("agent")), 110.0)
    assert (call.state, call.offer, call.agent) == (CallState.TALKING, None, None)


def test_every_move_is_told_once_with_ids_only() -> None:
    call = walked(BRIDGE)
    rows = call.changes()
    assert [row.to_state for row in rows] == [
        "offered", "talking", "queued", "agent_ringing", "agent_up", "bridged",
    ]  # fmt: skip
    assert {(row.room, row.subject, row.call, row.client) for row in rows} == {
        ("telephony", "call:c-1", "c-1", "utility")
    }
    assert call.changes() == []


def test_times_are_of_the_first_entry() -> None:
    call = walked([*RING, OfferFailed(ONE)])
    assert call.times[CallState.QUEUED] == 102.0
    assert call.times[CallState.TALKING] == 101.0


def test_it_asks_for_nothing() -> None:
    call = walked(TALK)
    call.handle_timer(0.0)
    assert call.next_timer() is None and call.commands() == []


def test_every_state_but_the_last_can_end() -> None:
    for state, row in MACHINE.table.items():
        if state not in (CallState.NEW, CallState.ENDED):
            assert CallerLeft in row and Ended in row
