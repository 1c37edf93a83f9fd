"""What no order of events, crashes and recoveries may break."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.codec import decode, encode
from outbound.messages import CampaignPaused, CampaignStarted, MediaGone, MediaThere
from outbound.pacing import Grant, Limits, Pacer, Wait
from outbound.records import (
    Bucket,
    CampaignState,
    Guarantee,
    Outcome,
    RecipientRecord,
    RecipientState,
    RetryPolicy,
)
from outbound.retry import FREE, decide
from tests.unit.outbound.house import FAST, House, Network, campaign, people

OUTCOMES = st.sampled_from(list(Outcome))
FATES = st.sampled_from(
    [
        Outcome.ACKNOWLEDGED, Outcome.HEARD, Outcome.NO_ANSWER, Outcome.BUSY, Outcome.CONGESTION,
        Outcome.INVALID, Outcome.VOICEMAIL,
    ]
)  # fmt: skip


@settings(deadline=None)
@given(
    caps=st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5)),
    steps=st.lists(st.tuples(st.booleans(), st.floats(0.0, 1.0)), max_size=200),
)
def test_channels_are_never_exceeded(
    caps: tuple[int, int, int], steps: list[tuple[bool, float]]
) -> None:
    pacer = Pacer.of((Limits("one", 20.0, caps[0]), Limits("two", 20.0, caps[1])))
    pacer.campaign("c", 0.0, caps[2])
    now, up = 1000.0, list[Grant]()
    for ends, gap in steps:
        now += gap
        if ends and up:
            grant = up.pop(0)
            pacer.free("c", grant.trunk, grant.prefix)
        answer = pacer.ask("c", (), "+391", now)
        if isinstance(answer, Grant):
            pacer.take("c", answer, now)
            up.append(answer)
        else:
            assert isinstance(answer, Wait)
        held = Counter(grant.trunk for grant in up)
        assert held["one"] <= caps[0] and held["two"] <= caps[1] and len(up) <= caps[2]


@settings(deadline=None)
@given(
    outcomes=st.lists(OUTCOMES, max_size=60),
    budget=st.integers(1, 6),
    numbers=st.integers(1, 4),
)
def test_the_budget_is_never_exceeded(outcomes: list[Outcome], budget: int, numbers: int) -> None:
    policy = RetryPolicy(budget=budget, most_faults=1000)
    recipient, spent = RecipientRecord("r", "c", "t", "p"), 0
    best = recipient.bucket
    for outcome in outcomes:
        decision = decide(policy, recipient, outcome, numbers, 1000.0)
        spent += outcome not in FREE
        assert decision.spent == spent <= budget
        assert decision.path < numbers
        if decision.state.final:
            break
        assert decision.path not in decision.dead_paths
        assert spent < budget and decision.at >= 1000.0
        ranks = list(Bucket)
        if decision.bucket is not Bucket.INVALID and best is not Bucket.INVALID:
            assert ranks.index(decision.bucket) <= ranks.index(best)
        best = decision.bucket
        recipient = RecipientRecord(
            "r", "c", "t", "p", path=decision.path, spent=decision.spent, faults=decision.faults,
            dead_paths=decision.dead_paths, bucket=decision.bucket,
        )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(data=st.data(), guarantee=st.sampled_from(list(Guarantee)))
def test_no_recipient_is_lost_whatever_dies_when(data: st.DataObject, guarantee: Guarantee) -> None:
    fates = data.draw(st.lists(FATES, min_size=1, max_size=12))
    house = House(Network(lambda number, nth: fates[(int(number[-3:]) + nth) % len(fates)]))
    record = campaign(guarantee=guarantee)
    audience = data.draw(st.integers(1, 15))
    house.start(record, people(audience, numbers=data.draw(st.integers(1, 2))))
    in_flight = 0
    for _ in range(data.draw(st.integers(0, 12))):
        house.walk(data.draw(st.sampled_from([0.05, 0.1, 0.35, 1.0])))
        what = data.draw(st.sampled_from(["dialler", "media", "cut", "pause", "nothing"]))
        if what == "dialler":
            house.now += 0.1
            house.feed()
            house.step(data.draw(st.sampled_from([3, 4, 5])), data.draw(st.integers(0, 2)))
        elif what == "media":
            in_flight += len(house.books.still_open())
            house.network.die()
            house.tell(MediaThere("media-1", house.network.life, 50))
        elif what == "cut":
            house.tell(MediaGone("media-1"))
            house.tell(MediaThere("media-1", house.network.life, 50))
        elif what == "pause" and house.record().state is CampaignState.RUNNING:
            house.tell(CampaignPaused(record.id))
            house.tell(CampaignStarted(record.id))
        house.nobody_is_lost()
    end = house.now + 2_000
    while house.now < end and not all(one.state.final for one in house.books.recipients()):
        house.walk(10, tick=0.3)
    house.nobody_is_lost()
    assert all(one.state.final for one in house.books.recipients())
    assert all(one.spent <= FAST.budget for one in house.books.recipients())
    assert set(house.network.invites.values()) <= {1}, "an id is one INVITE"
    check_repeats(house, guarantee, in_flight)


def check_repeats(house: House, guarantee: Guarantee, in_flight: int) -> None:
    """INVITEs beyond those whose outcome the books know: none, or as many as were in flight."""
    known = {attempt.id for attempt in house.books.attempts()}
    assert set(house.network.invites) <= known, "an INVITE without its intent"
    lost = [a for a in house.books.attempts() if a.outcome is Outcome.UNKNOWN]
    assert len(lost) <= in_flight
    if guarantee is Guarantee.AT_MOST_ONCE:
        for one in house.books.recipients():
            attempts = [a for a in house.books.attempts() if a.recipient == one.id]
            unknown = [a for a in attempts if a.outcome is Outcome.UNKNOWN]
            assert all(a.ordinal == one.ordinal for a in unknown), "called again after a crash"
            if unknown:
                assert one.state in (RecipientState.EXHAUSTED, RecipientState.ACKNOWLEDGED)


@settings(deadline=None)  # the first use of the codec compiles it
@given(outcome=OUTCOMES)
def test_rows_survive_the_codec(outcome: Outcome) -> None:
    row = RecipientRecord("r", "c", "t", "p", dead_paths=(1, 2), bucket=Bucket.HEARD, why=outcome)
    assert decode(encode(row)) == row
    assert decode(encode(campaign())) == campaign()
