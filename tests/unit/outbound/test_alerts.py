"""The decision table: every kind of alert, every kind of person."""

from __future__ import annotations

from itertools import product

import pytest

from outbound.alerts import (
    CANCEL_STEPS,
    UPDATE_STEPS,
    AlertRule,
    Book,
    Decision,
    Draft,
    Entry,
    Ignore,
    Quarantine,
    Reach,
    Remember,
    Retract,
    Seen,
    Steer,
    Step,
    decide,
    has_changed,
    step_for,
)
from outbound.cap import Status, read_alert
from tests.unit.outbound.alerts import cap, info_block, reference

SENT = read_alert(cap()).key.sent
NOW = SENT + 10
RULE = AlertRule("storms", "town", senders=("storms@met.example",), events=("STORM", "Flood"))
AUTO = AlertRule("auto", "town", auto_launch=True, countdown=60)
KEY = read_alert(cap()).key
BOOK: Book = {KEY: Entry(Seen.DRAFTED, KEY.sender, "camp-1")}


def taken(data: bytes, book: Book | None = None, *rules: AlertRule, now: float = NOW) -> Decision:
    return decide(read_alert(data), book or {}, rules or (RULE,), now)


def test_an_alert_drafts_a_campaign_by_rule() -> None:
    assert taken(cap()) == Draft(RULE, False, None, 0.0)


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.ACTUAL])
def test_what_is_not_meant_can_only_be_a_rehearsal(status: Status) -> None:
    decision = taken(cap(status=status.value), None, AUTO)
    assert isinstance(decision, Draft) and decision.exercise


@pytest.mark.parametrize(
    ("change", "drafted"),
    [
        ({}, True),
        ({"event": "flood"}, True),
        ({"event": "Fire"}, False),
        ({"severity": "Minor"}, False),
        ({"severity": "Unknown"}, False),
        ({"urgency": "Unknown"}, False),
        ({"urgency": "Immediate", "severity": "Extreme"}, True),
    ],
)
def test_rules_have_a_floor(change: dict[str, str], drafted: bool) -> None:
    assert isinstance(taken(cap(info=info_block(**change))), Draft) is drafted


def test_another_sender_is_not_meant_by_the_rule() -> None:
    assert taken(cap(sender="x@y.example")) == Ignore("no rule is for it")
    assert isinstance(taken(cap(sender="x@y.example"), None, AUTO), Draft)


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({}, NOW + 60),
        ({"onset": "2026-06-17T16:00:00-07:00"}, SENT + 3600),
        ({"onset": "2026-06-17T16:00:00-07:00", "urgency": "Immediate"}, NOW + 60),
        ({"onset": "2026-06-17T14:00:00-07:00"}, NOW + 60),
    ],
)
def test_a_countdown_and_an_onset_are_waited_for(change: dict[str, str], at: float) -> None:
    decision = taken(cap(info=info_block(**change)), None, AUTO)
    assert isinstance(decision, Draft) and decision.launch_at == at


def test_what_is_over_starts_nothing() -> None:
    over = info_block(expires="2026-06-17T15:00:05-07:00")
    assert taken(cap(info=over)) == Ignore("it has expired")
    assert isinstance(taken(cap(info=over), now=SENT), Draft)
    for change in ({"urgency": "Past"}, {"responseType": "AllClear"}):
        assert isinstance(taken(cap(info=info_block(**change))), Quarantine)
    assert isinstance(taken(cap(info="")), Quarantine)


def test_the_same_key_twice_is_once() -> None:
    assert taken(cap(), BOOK) == Ignore("it came before")
    assert isinstance(taken(cap("Ack", "b1")), Ignore)
    assert isinstance(taken(cap("Error", "b1")), Ignore)


def test_an_update_steers() -> None:
    later = info_block(expires="2026-06-17T20:00:00-07:00")
    assert taken(cap("Update", "a2", references=reference(), info=later), BOOK) == Steer(
        "camp-1", (KEY,), SENT + 5 * 3600
    )


@pytest.mark.parametrize(
    "change",
    [{"urgency": "Past", "responseType": "None"}, {"responseType": "AllClear"},
     {"expires": "2026-06-17T15:00:05-07:00"}],
)  # fmt: skip
def test_an_update_that_says_it_is_over_is_a_cancel(change: dict[str, str]) -> None:
    update = cap("Update", "a2", references=reference(), info=info_block(**change))
    assert isinstance(taken(update, BOOK), Retract)


def test_a_cancel_retracts() -> None:
    cancel = cap("Cancel", "a2", references=reference(), info="")
    decision = taken(cancel, BOOK)
    assert isinstance(decision, Retract) and decision.campaign == "camp-1"
    over = {KEY: Entry(Seen.OVER, KEY.sender, "camp-1")}
    assert isinstance(taken(cancel, over), Ignore)


@pytest.mark.parametrize("kind", ["Update", "Cancel"])
def test_what_is_doubtful_is_told_and_not_done(kind: str) -> None:
    assert isinstance(taken(cap(kind, "a2"), BOOK), Quarantine)
    stranger = cap(kind, "a2", sender="x@y.example", references=reference())
    assert isinstance(taken(stranger, BOOK), Quarantine)
    unknown = cap(kind, "a2", references=reference("never"))
    decision = taken(unknown, BOOK)
    assert isinstance(decision, Quarantine if kind == "Update" else Remember)
    if kind == "Update":
        assert isinstance(taken(cap(kind, "a2", references=reference(), info=""), BOOK), Quarantine)


def test_a_cancel_before_its_alert_suppresses_it() -> None:
    decision = taken(cap("Cancel", "a2", references=reference(), info=""))
    assert isinstance(decision, Remember) and decision.referenced == (KEY,)
    book = {key: Entry(Seen.CANCELLED_BEFORE, key.sender) for key in decision.referenced}
    assert taken(cap(), book) == Ignore("its Cancel came before it")


def test_every_person_has_a_step() -> None:
    assert set(UPDATE_STEPS) == set(product(Reach, (True, False), (True, False)))
    assert set(CANCEL_STEPS) == set(Reach)
    assert step_for(Reach.REACHED, inside=True, changed=False) is Step.NOTHING
    assert step_for(Reach.REACHED, inside=True, changed=True) is Step.UPDATE_CALL
    assert step_for(Reach.REACHED, inside=False, changed=False) is Step.NO_LONGER_APPLIES
    never_again = {UPDATE_STEPS[Reach.WAITING, False, c] for c in (True, False)}
    assert never_again == {Step.DROP}


def test_only_what_matters_is_a_change() -> None:
    old = read_alert(cap())
    same = read_alert(cap(info=info_block(headline="The storm is still on its way")))
    assert not has_changed(old, same, "en")
    for change in ({"instruction": "Leave."}, {"responseType": "Evacuate"},
                   {"severity": "Extreme"}):  # fmt: skip
        assert has_changed(old, read_alert(cap(info=info_block(**change))), "de")
    assert has_changed(old, read_alert(cap(info="")), "en")
