"""What an agent says that a talk came to, and what follows for the person."""

from __future__ import annotations

import pytest

from outbound.dispositions import AGAIN_AFTER, DISPOSITIONS, check
from outbound.errors import OutboundConfigError
from outbound.messages import (
    AttemptAcknowledged,
    AttemptAnswered,
    AttemptEnded,
    ContactDisposed,
    RecipientsLoaded,
    TeamTold,
)
from outbound.records import Bucket, CampaignState, Outcome, RecipientRecord, RecipientState
from tests.unit.outbound.house import House, Network, campaign, people

SPRING = campaign("spring", legal_class="sales", mode="progressive", queue="sales", priority=100)


def talked(numbers: int = 1) -> House:
    """One person was called and talked with an agent; the campaign is complete."""
    house = House(Network(lambda number, nth: Outcome.BUSY))
    house.start(SPRING, people(1, numbers))
    house.tell(TeamTold("spring", 1))
    house.feed()
    house.step()
    (attempt,) = house.network.invites
    house.network.scripts.clear()
    for event in (
        AttemptAnswered(attempt), AttemptAcknowledged(attempt, "agent"),
        AttemptEnded(attempt, Outcome.ANSWERED, 200),
    ):  # fmt: skip
        house.tell(event)
    assert house.record("spring").state is CampaignState.COMPLETED
    return house


def dispose(house: House, disposition: str, again_at: float = 0.0) -> RecipientRecord:
    (one,) = house.books.recipients()
    due = house.books.due_one(one.id)
    steps = house.dialer.desk.steps
    house.tell(RecipientsLoaded("spring", steps, (due,), named=True))
    house.tell(ContactDisposed(one.id, disposition, "anna", again_at))
    return house.books.recipients()[0]


@pytest.mark.parametrize("disposition", ["sale", "not interested"])
def test_done_is_done(disposition: str) -> None:
    house = talked()
    one = dispose(house, disposition)
    assert (one.state, one.why) == (RecipientState.ACKNOWLEDGED, disposition)
    house.nobody_is_lost()


def test_called_again_at_the_time_agreed_also_after_the_end_of_the_campaign() -> None:
    house = talked()
    at = house.now + 60.0
    one = dispose(house, "call again", at)
    assert (one.state, one.next_at) == (RecipientState.PENDING, at)
    assert house.record("spring").state is CampaignState.RUNNING
    house.walk(59.0)
    assert sum(house.network.invites.values()) == 1
    house.walk(3.0)
    assert sum(house.network.invites.values()) == 2
    house.nobody_is_lost()


def test_said_again_it_may_change_until_the_next_call() -> None:
    house = talked()
    assert dispose(house, "call again").next_at == house.now + AGAIN_AFTER
    later = house.now + 7200.0
    assert dispose(house, "call again", later).next_at == later
    stale = house.dialer.counts["stale"]
    assert dispose(house, "call again", later).next_at == later
    assert house.dialer.counts["stale"] == stale + 1
    assert dispose(house, "sale").state is RecipientState.ACKNOWLEDGED
    house.nobody_is_lost()


@pytest.mark.parametrize("fed", [False, True])
def test_saved_twice_calls_nobody_twice_and_stops_nothing(fed: bool) -> None:
    house = talked()
    at = house.now + 5.0
    assert dispose(house, "call again", at).next_at == at
    assert dispose(house, "call again").next_at == at
    house.tell(TeamTold("spring", 2))
    house.now = at + 1.0
    if fed:
        house.feed()
    house.step()
    house.walk(2.0)
    assert sum(house.network.invites.values()) == 2
    house.nobody_is_lost()


def test_said_of_one_who_is_being_called_it_locks_nobody() -> None:
    house = talked()
    dispose(house, "call again", house.now + 5.0)
    house.now += 6.0
    house.feed()
    house.step()
    (one,) = house.books.recipients()
    assert one.state is RecipientState.ACTIVE
    assert dispose(house, "sale").state is RecipientState.ACTIVE
    house.walk(5.0)
    house.nobody_is_lost()


def test_a_wrong_number_goes_on_to_the_next_one_and_the_last_is_invalid() -> None:
    house = talked(numbers=2)
    one = dispose(house, "wrong number")
    assert (one.state, one.path, one.dead_paths) == (RecipientState.PENDING, 1, (0,))
    alone = dispose(talked(), "wrong number")
    assert (alone.state, alone.bucket) == (RecipientState.EXHAUSTED, Bucket.INVALID)


def test_who_asks_not_to_be_called_is_suppressed() -> None:
    assert dispose(talked(), "do not call").state is RecipientState.SUPPRESSED


def test_what_the_campaign_does_not_know_changes_nothing() -> None:
    assert dispose(talked(), "lunch").state is RecipientState.ACKNOWLEDGED


def test_a_table_with_an_unknown_consequence_is_refused() -> None:
    check(DISPOSITIONS)
    with pytest.raises(OutboundConfigError, match="maybe"):
        check({"sold": "maybe"})


def test_without_an_agent_nobody_is_called_and_it_is_said_why() -> None:
    house = House(Network(lambda number, nth: Outcome.BUSY))
    house.start(SPRING, people(3))
    house.walk(5.0)
    assert not house.network.invites
    house.tell(TeamTold("spring", 2, held="callers wait"))
    house.walk(2.0)
    assert not house.network.invites
    assert house.dialer.pacing(house.record("spring"), house.now).why == "callers wait"
    house.tell(TeamTold("spring", 2))
    house.walk(0.1)
    assert len(house.network.invites) == 2


def test_a_crash_in_mid_answer_counts_as_abandoned() -> None:
    house = House(Network(lambda number, nth: Outcome.BUSY))
    house.start(SPRING, people(1))
    house.tell(TeamTold("spring", 1))
    house.feed()
    house.step()
    (attempt,) = house.network.invites
    house.tell(AttemptAnswered(attempt))
    house.network.die()
    house.begin()
    (record,) = house.books.attempts()
    assert record.outcome is Outcome.ABANDONED
    assert house.dialer.teams.of("spring").counted.abandoned == 1
