"""Campaigns whose agents decide who is called, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kernel.errors import IllegalTransition
from outbound.by_hand import HELD_SECONDS, SKIPPED_FOR
from outbound.messages import (
    AgentThere,
    AttemptAcknowledged,
    AttemptAnswered,
    AttemptEnded,
    AttemptRefused,
    CampaignPaused,
    Dial,
    MediaGone,
    MediaThere,
    NobodyLooked,
    PersonAsked,
    PersonRefused,
    PersonReleased,
    PersonSkipped,
    PersonTaken,
    StopAttempt,
    TeamTold,
)
from outbound.records import (
    AuditEntry,
    CampaignRecord,
    Guarantee,
    Outcome,
    PreviewThen,
    RecipientState,
    Refusal,
)
from tests.unit.outbound.house import House, Network, campaign, people

SPRING = campaign(
    "spring", legal_class="sales", mode="preview", queue="sales", priority=100,
    guarantee=Guarantee.AT_MOST_ONCE,
)  # fmt: skip
THEN = list(PreviewThen)


def house_of(record: CampaignRecord = SPRING, count: int = 3) -> House:
    house = House(Network(lambda number, nth: Outcome.BUSY))
    house.start(record, people(count))
    house.feed()
    house.step()
    return house


def sees(house: House, agent: str = "anna") -> str:
    """Whom the agent sees, by the contact's id."""
    seen = house.dialer.seen_by(agent, house.now)
    return house.dialer.desk.working[seen.recipient].recipient.person if seen else ""


def ask(house: House, agent: str = "anna") -> str:
    house.tell(PersonAsked("spring", agent))
    return sees(house, agent)


def recipient(house: House, agent: str = "anna") -> str:
    seen = house.dialer.seen_by(agent, house.now)
    assert seen is not None
    return seen.recipient


def dials(house: House) -> list[Dial]:
    return [one for one in house.commands if isinstance(one, Dial)]


def test_nobody_is_dialled_by_itself_and_each_agent_sees_another() -> None:
    house = house_of()
    assert [ask(house, "anna"), ask(house, "carl"), ask(house, "anna")] == ["p0", "p1", "p0"]
    house.walk(30.0)
    assert not house.network.invites
    house.nobody_is_lost()


def test_who_is_taken_is_an_attempt_whose_agent_comes_first() -> None:
    house = house_of()
    ask(house)
    house.tell(PersonTaken("spring", recipient(house), "anna", "media-1"))
    (dial,) = dials(house)
    assert (dial.agent, dial.media, dial.go) == ("anna", "media-1", False)
    assert sees(house) == ""
    house.tell(AgentThere(dial.attempt))
    assert replace(dials(house)[-1], not_after=0.0) == replace(
        dial, agent="", go=True, not_after=0.0
    )
    audit = [row for row in house.books.rows("audit") if isinstance(row, AuditEntry)]
    (wanted,) = [row for row in audit if row.what == "wanted"]
    assert (wanted.attempt, wanted.by) == (dial.attempt, "anna")
    house.nobody_is_lost()


def test_the_agent_s_talk_counts_as_any() -> None:
    house = house_of()
    ask(house)
    house.tell(PersonTaken("spring", recipient(house), "anna", "media-1"))
    attempt = dials(house)[0].attempt
    house.tell(TeamTold("spring", 0, talking=1, having=(attempt,)))
    for event in (
        AgentThere(attempt), AttemptAnswered(attempt), AttemptAcknowledged(attempt, "agent"),
        AttemptEnded(attempt, Outcome.ANSWERED, 200),
    ):  # fmt: skip
        house.tell(event)
    assert house.states()[RecipientState.ACKNOWLEDGED] == 1
    counted = house.dialer.teams.of("spring").counted
    assert (counted.answered, counted.abandoned) == (1, 0)
    assert not [one for one in house.commands if isinstance(one, StopAttempt)]


def test_one_leg_without_room_holds_up_no_other_agent_and_lets_go() -> None:
    house = house_of()
    house.tell(MediaThere("media-2", "life-x", 50))
    ask(house, "anna"), ask(house, "carl")
    house.tell(MediaGone("media-2"))
    house.tell(PersonTaken("spring", recipient(house, "anna"), "anna", "media-2"))
    house.tell(PersonTaken("spring", recipient(house, "carl"), "carl", "media-1"))
    assert [(dial.agent, dial.media) for dial in dials(house)] == [("carl", "media-1")]
    house.tell(PersonSkipped(recipient(house, "anna"), "anna"))
    assert ask(house, "anna") == "p2"
    house.nobody_is_lost()


@pytest.mark.parametrize("taken", [False, True])
def test_an_agent_who_is_gone_hides_nobody_for_ever(taken: bool) -> None:
    house = house_of(replace(SPRING, preview_seconds=0.0), count=1)
    ask(house)
    if taken:
        house.tell(PersonTaken("spring", recipient(house), "anna", "media-2"))
    house.walk(HELD_SECONDS - 10.0, 10.0)
    assert ask(house, "carl") == ""
    house.walk(20.0, 10.0)
    assert ask(house, "carl") == "p0" and sees(house) == ""


def test_whom_the_campaign_has_dialled_is_dialled_where_the_leg_is() -> None:
    house = house_of(replace(SPRING, preview_seconds=5.0, preview_then=PreviewThen.DIAL))
    house.tell(MediaThere("media-2", "life-x", 500))
    house.tell(PersonAsked("spring", "anna", "media-1"))
    house.walk(7.0)
    assert [(dial.agent, dial.media) for dial in dials(house)] == [("anna", "media-1")]


@pytest.mark.parametrize("there", [False, True])
def test_a_death_before_the_first_ring_costs_nobody_an_attempt(there: bool) -> None:
    house = house_of(count=1)
    ask(house)
    house.tell(PersonTaken("spring", recipient(house), "anna", "media-1"))
    if there:
        house.tell(AgentThere(dials(house)[0].attempt))
    house.network.die()
    house.tell(MediaThere("media-1", house.network.life, 50))
    (one,) = house.books.recipients()
    if there:  # it may have rung, and at most once is promised
        assert (one.state, one.why) == (RecipientState.EXHAUSTED, "unknown")
    else:
        assert (one.state, one.spent, one.why) == (RecipientState.PENDING, 0, "no_agent")
        assert house.books.attempts()[0].outcome is Outcome.REFUSED
    house.nobody_is_lost()


def test_skipped_comes_later_and_put_off_comes_then() -> None:
    house = house_of()
    ask(house)
    first = recipient(house)
    house.tell(PersonSkipped(first, "anna"))
    assert ask(house) == "p1"
    at = house.now + 60.0
    house.tell(PersonSkipped(recipient(house), "anna", at))
    assert ask(house) == "p2"
    rows = {one.person: one for one in house.books.recipients()}
    assert (rows["p0"].next_at, rows["p0"].why) == (house.now + SKIPPED_FOR, "skipped")
    assert (rows["p1"].next_at, rows["p1"].why, rows["p1"].spent) == (at, "put off", 0)
    house.tell(PersonReleased("anna"))
    house.walk(61.0)
    assert ask(house) == "p2" and ask(house, "carl") == "p1"
    house.nobody_is_lost()


@pytest.mark.parametrize("then", THEN)
def test_who_says_nothing_is_decided_for(then: PreviewThen) -> None:
    house = house_of(replace(SPRING, preview_seconds=20.0, preview_then=then))
    ask(house)
    house.walk(19.0)
    assert sees(house) == "p0" and not house.network.invites
    house.walk(2.0)
    assert sees(house) == ""
    looked = [one for one in house.commands if isinstance(one, NobodyLooked)]
    assert bool(looked) is (then is PreviewThen.NOT_READY)
    assert [dial.agent for dial in dials(house)] == (["anna"] if then is PreviewThen.DIAL else [])
    next_one = {PreviewThen.NOT_READY: "p0", PreviewThen.SKIP: "p1", PreviewThen.DIAL: "p1"}
    assert ask(house) == next_one[then]


def test_a_pause_takes_them_from_the_page_and_callers_go_first() -> None:
    house = house_of()
    ask(house)
    first = recipient(house)
    house.tell(TeamTold("spring", 1, held="callers wait"))
    house.tell(PersonTaken("spring", first, "anna", "media-1"))
    house.walk(2.0)
    assert not dials(house) and ask(house, "carl") == ""
    house.tell(TeamTold("spring", 1))
    house.walk(1.1)
    assert len(dials(house)) == 1
    ask(house)
    house.tell(CampaignPaused("spring", "boss"))
    assert sees(house) == "" and ask(house) == ""
    with pytest.raises(IllegalTransition):
        house.tell(PersonTaken("spring", first, "anna", "media-1"))
    house.nobody_is_lost()


def test_what_the_law_denies_is_shown_to_nobody_until_then() -> None:
    house = house_of()
    ask(house)
    house.tell(PersonRefused(recipient(house), "anna", Refusal.HOURS, house.now + 600.0))
    assert ask(house) == "p1"
    house.tell(PersonRefused(recipient(house), "anna", Refusal.DO_NOT_CALL))
    assert ask(house) == "p2"
    assert house.states()[RecipientState.SUPPRESSED] == 1


def test_an_agent_who_does_not_come_costs_nobody_an_attempt() -> None:
    house = house_of(count=1)
    ask(house)
    house.tell(PersonTaken("spring", recipient(house), "anna", "media-1"))
    house.tell(AttemptRefused(dials(house)[0].attempt, Refusal.NO_AGENT))
    (one,) = house.books.recipients()
    assert (one.state, one.spent, one.why) == (RecipientState.PENDING, 0, "no_agent")
    house.nobody_is_lost()


def test_from_a_list_agents_take_whom_they_like_but_nobody_twice() -> None:
    house = house_of(replace(SPRING, mode="manual"))
    record = house.record("spring")
    assert ask(house) == ""
    line = [due.recipient for due in house.dialer.in_line(record, house.now)]
    assert [one.person for one in line] == ["p0", "p1", "p2"]
    house.tell(PersonTaken("spring", line[1].id, "anna", "media-1"))
    with pytest.raises(IllegalTransition):
        house.tell(PersonTaken("spring", line[1].id, "carl", "media-1"))
    assert [dial.agent for dial in dials(house)] == ["anna"]
    left = [due.recipient.person for due in house.dialer.in_line(record, house.now)]
    assert left == ["p0", "p2"]
