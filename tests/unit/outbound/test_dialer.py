"""The dialler, by what its people and its carrier see."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kernel.errors import IllegalTransition
from outbound.messages import (
    AttemptAcknowledged,
    AttemptRefused,
    CampaignCancelled,
    CampaignMade,
    CampaignPaused,
    CampaignStarted,
    MediaGone,
    MediaThere,
    RecipientAcknowledged,
    RecipientDropped,
    RecipientsLoaded,
)
from outbound.pacing import Limits
from outbound.records import (
    AttemptState,
    Bucket,
    CampaignState,
    Guarantee,
    Outcome,
    RecipientState,
    Refusal,
)
from tests.unit.outbound.house import CONFIG, House, Network, campaign, people


def always(outcome: Outcome) -> Network:
    return Network(lambda number, nth: outcome)


def test_everybody_is_called_once_and_the_campaign_completes() -> None:
    house = House(always(Outcome.ACKNOWLEDGED))
    house.start(campaign(), people(30))
    house.walk(8)
    assert house.states() == {RecipientState.ACKNOWLEDGED: 30}
    assert set(house.network.invites.values()) == {1} and len(house.network.invites) == 30
    assert house.record().state is CampaignState.COMPLETED
    house.nobody_is_lost()


def test_a_draft_calls_nobody_and_an_empty_audience_completes_at_once() -> None:
    house = House(always(Outcome.ACKNOWLEDGED))
    house.draft(campaign(), people(3))
    house.walk(2)
    assert not house.network.invites
    house.start(campaign("empty"), [])
    assert house.record("empty").state is CampaignState.COMPLETED


def test_the_budget_is_shared_by_all_causes_and_numbers() -> None:
    causes = [Outcome.BUSY, Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.ANSWERED]
    house = House(Network(lambda number, nth: causes[nth % len(causes)]))
    house.start(campaign(), people(5, numbers=2))
    house.walk(60)
    assert house.states() == {RecipientState.EXHAUSTED: 5}
    assert len(house.network.invites) == 15


def test_the_next_number_is_tried_at_once_and_the_first_word_stops_all() -> None:
    def fate(number: str, nth: int) -> Outcome:
        return Outcome.ACKNOWLEDGED if number.endswith("1") else Outcome.BUSY

    house = House(Network(fate))
    house.start(campaign(), people(1, numbers=3))
    house.walk(3)
    assert [number[-1] for _, number, _ in house.network.rung] == ["0", "1"]
    assert house.states() == {RecipientState.ACKNOWLEDGED: 1}


def test_a_number_that_does_not_exist_is_left_alone() -> None:
    house = House(always(Outcome.INVALID))
    house.start(campaign(), people(1, numbers=2))
    house.walk(30)
    assert [number[-1] for _, number, _ in house.network.rung] == ["0", "1"]
    (one,) = house.books.recipients()
    assert (one.state, one.bucket) == (RecipientState.EXHAUSTED, Bucket.INVALID)


def test_congestion_spends_no_attempt_and_slows_the_trunk() -> None:
    def fate(number: str, nth: int) -> Outcome:
        return Outcome.CONGESTION if nth < 6 else Outcome.ACKNOWLEDGED

    house = House(Network(fate))
    house.start(campaign(), people(3))
    house.walk(1)
    assert house.dialer.pacer.trunks["one"].factor < 1.0
    house.walk(120)
    assert house.states() == {RecipientState.ACKNOWLEDGED: 3}
    assert {one.spent for one in house.books.recipients()} == {1}


def test_a_congested_trunk_fails_over_to_the_next() -> None:
    config = replace(CONFIG, trunks=(Limits("one", 1.0, 1), Limits("two", 5.0, 50)))
    house = House(always(Outcome.HEARD), config)
    house.start(campaign(), people(6))
    house.walk(1.2)
    assert {attempt.trunk for attempt in house.books.attempts()} == {"one", "two"}


def test_a_pause_stops_the_very_next_invite_and_a_start_goes_on() -> None:
    house = House(always(Outcome.ACKNOWLEDGED))
    house.start(campaign(), people(40))
    house.walk(1)
    placed = len(house.network.invites)
    house.tell(CampaignPaused("storm", "ops"))
    house.walk(5)
    assert len(house.network.invites) == placed < 40
    house.tell(CampaignStarted("storm", "ops"))
    house.walk(8)
    assert house.states() == {RecipientState.ACKNOWLEDGED: 40}


def test_a_pause_between_intent_and_invite_is_caught_by_the_gate() -> None:
    house = House(always(Outcome.ACKNOWLEDGED))
    house.start(campaign(), people(1))
    house.feed_only()
    house.dialer.receive(CampaignPaused("storm"), house.now)
    house.step()
    house.walk(2)
    assert not house.network.invites
    assert house.states() == {RecipientState.PENDING: 1}
    house.tell(CampaignStarted("storm"))
    house.walk(5)
    assert house.states() == {RecipientState.ACKNOWLEDGED: 1}


def test_a_cancel_stops_what_rings_and_leaves_who_talks() -> None:
    house = House(always(Outcome.HEARD))
    house.start(campaign(), people(30))
    house.walk(0.5)
    house.tell(CampaignCancelled("storm", "ops"))
    placed = len(house.network.invites)
    house.walk(5)
    assert len(house.network.invites) == placed
    assert set(house.states()) <= {RecipientState.CANCELLED, RecipientState.REACHED}
    assert house.network.stopped
    house.nobody_is_lost()


def test_what_was_answered_goes_on_after_expiry_and_nobody_else_is_called() -> None:
    house = House(always(Outcome.ACKNOWLEDGED))
    house.start(campaign(expires=house.now + 1.0), people(60))
    house.walk(5)
    assert house.record().state is CampaignState.EXPIRED
    assert max(at for at, _, _ in house.network.rung) < 1_001.0 + 0.1
    house.nobody_is_lost()


def test_acknowledged_elsewhere_ends_the_calling() -> None:
    house = House(always(Outcome.BUSY))
    house.start(campaign(), people(1))
    house.walk(0.3)
    (one,) = house.books.recipients()
    due = (house.books.due_one(one.id),)
    house.tell(RecipientsLoaded("storm", house.dialer.desk.steps, due, named=True))
    house.tell(RecipientAcknowledged(one.id, "call back", help=True))
    house.walk(20)
    (one,) = house.books.recipients()
    assert (one.state, one.help) == (RecipientState.ACKNOWLEDGED, True)
    assert len(house.network.invites) <= 1


def test_an_emergency_pre_empts_and_gives_back() -> None:
    house = House(always(Outcome.ACKNOWLEDGED))
    house.start(campaign("sales", priority=100, legal_class="sales"), people(400, prefix="+44"))
    house.walk(2)
    assert any(number.startswith("+44") for _, number, _ in house.network.rung)
    began = house.now
    house.start(campaign("storm"), people(30))
    house.walk(3)
    after = [number for at, number, _ in house.network.rung if at > began + 1.0]
    assert after and all(number.startswith("+39") for number in after[:15])
    assert not house.network.stopped, "no call was cut"
    house.walk(4)
    assert house.network.rung[-1][1].startswith("+44")


def test_campaigns_of_one_priority_share_by_weight() -> None:
    house = House(always(Outcome.ACKNOWLEDGED))
    house.start(campaign("a", priority=50, weight=3.0), people(300, prefix="+1"))
    house.start(campaign("b", priority=50, weight=1.0), people(300, prefix="+2"))
    house.walk(20)
    share = sum(number.startswith("+1") for _, number, _ in house.network.rung)
    assert 0.70 < share / len(house.network.rung) < 0.80


def test_a_media_process_that_dies_costs_an_emergency_nobody() -> None:
    house = House(always(Outcome.ACKNOWLEDGED))
    house.start(campaign(), people(10))
    house.walk(0.4)
    before = set(house.network.scripts)
    house.network.die()
    house.tell(MediaThere("media-1", house.network.life, 50))
    house.walk(20)
    assert house.states() == {RecipientState.ACKNOWLEDGED: 10}
    assert len(house.network.invites) <= 10 + len(before)


def test_and_marketing_calls_nobody_twice() -> None:
    house = House(always(Outcome.ACKNOWLEDGED))
    sales = campaign(guarantee=Guarantee.AT_MOST_ONCE, priority=100)
    house.start(sales, people(10))
    house.walk(0.4)
    house.network.die()
    house.tell(MediaThere("media-1", house.network.life, 50))
    house.walk(20)
    assert max(house.network.by_number.values()) == 1
    unknown = [one for one in house.books.recipients() if one.bucket is Bucket.UNKNOWN]
    assert unknown and {one.state for one in unknown} == {RecipientState.EXHAUSTED}


def test_what_the_edge_never_sent_for_a_dead_process_is_called_by_the_next() -> None:
    house = House(always(Outcome.ACKNOWLEDGED))
    house.start(campaign(guarantee=Guarantee.AT_MOST_ONCE, priority=100), people(4))
    house.walk(0.2)
    while AttemptState.INVITED not in {one.state for one in house.dialer.desk.attempts.values()}:
        house.walk(0.05)
    house.network.die()
    held = list(house.dialer.desk.attempts.values())
    for attempt in held:
        house.tell(AttemptRefused(attempt.id, Refusal.NO_SENDER))
    house.tell(MediaThere("media-1", house.network.life, 50))
    house.walk(20)
    rang = {one.recipient for one in held if one.state is not AttemptState.INVITED}
    assert 0 < len(rang) < len(held)
    unknown = {one.id for one in house.books.recipients() if one.bucket is Bucket.UNKNOWN}
    assert unknown == rang
    assert {one.spent for one in house.books.recipients()} == {1}


def test_a_media_process_that_stays_silent_is_given_up_after_a_while() -> None:
    house = House(always(Outcome.ACKNOWLEDGED))
    house.start(campaign(), people(3))
    house.walk(0.2)
    house.tell(MediaGone("media-1"))
    house.network.scripts.clear()
    house.walk(CONFIG.reconnect_seconds + 1)
    assert all(attempt.outcome is Outcome.UNKNOWN for attempt in house.books.attempts())
    house.tell(MediaThere("media-1", "life-2", 50))
    house.walk(20)
    assert house.states() == {RecipientState.ACKNOWLEDGED: 3}


def test_a_call_that_is_up_survives_a_restart_of_the_dialler() -> None:
    house = House(always(Outcome.HEARD))
    house.start(campaign(reached_is_enough=True), people(5))
    house.walk(0.3)
    up = set(house.network.scripts)
    assert up
    house.begin()
    house.walk(10)
    assert house.dialer.counts["adopted"] >= len(up) - 1
    assert set(house.network.invites.values()) == {1} and len(house.network.invites) == 5
    assert house.states() == {RecipientState.REACHED: 5}


def test_old_news_changes_nothing_and_an_unknown_campaign_is_refused() -> None:
    house = House(always(Outcome.ACKNOWLEDGED))
    house.tell(AttemptAcknowledged("att-nobody"))
    assert house.dialer.counts["stale"] == 1
    for event in (CampaignStarted("nothing"), "nonsense"):
        with pytest.raises(IllegalTransition):
            house.dialer.receive(event, house.now)
    house.start(campaign(), people(1))
    with pytest.raises(IllegalTransition):
        house.dialer.receive(CampaignMade(campaign()), house.now)


def test_an_old_reading_brings_nobody_back() -> None:
    house = House(always(Outcome.ACKNOWLEDGED))
    house.start(campaign(), people(1))
    as_of = house.dialer.desk.steps
    reading = house.books.read("storm", house.now, 10)
    house.walk(3)
    assert house.states() == {RecipientState.ACKNOWLEDGED: 1}
    house.tell(RecipientsLoaded("storm", as_of, reading.due, reading.next_due))
    house.walk(3)
    assert len(house.network.invites) == 1


def about(house: House, recipient: str, event: object) -> None:
    """As the service brings somebody up by name."""
    due = (house.books.due_one(recipient),)
    house.tell(RecipientsLoaded("storm", house.dialer.desk.steps, due, named=True))
    house.tell(event)


def test_who_was_dropped_stays_dropped_whatever_comes_of_the_call() -> None:
    house = House(always(Outcome.HEARD))
    house.start(campaign(), people(1))
    house.walk(0.15)
    (one,) = house.books.recipients()
    assert one.state is RecipientState.ACTIVE
    about(house, one.id, RecipientDropped(one.id, "asked for it"))
    due = (house.books.due_one(one.id),)  # final when it is read, and its call still up
    house.tell(RecipientsLoaded("storm", house.dialer.desk.steps, due, named=True))
    house.walk(20)
    assert house.states() == {RecipientState.SUPPRESSED: 1}
    house.tell(RecipientDropped(one.id, "asked again"))
    assert not house.dialer.desk.working, "nobody final stays in the window"
    house.nobody_is_lost()


def test_acknowledged_twice_is_once_and_leaves_the_window() -> None:
    house = House(always(Outcome.BUSY))
    house.start(campaign(), people(1))
    (one,) = house.books.recipients()
    for _ in range(3):
        about(house, one.id, RecipientAcknowledged(one.id, "call back"))
    assert house.states() == {RecipientState.ACKNOWLEDGED: 1}
    assert not house.dialer.desk.working


def test_a_call_that_rang_and_failed_spends_an_attempt() -> None:
    house = House(always(Outcome.FAILED))
    house.start(campaign(), people(1))
    house.walk(60)
    assert house.states() == {RecipientState.EXHAUSTED: 1}
    assert len(house.network.invites) == 3, "the budget, not `most_faults`"
