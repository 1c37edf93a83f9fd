"""A campaign with agents whose dialler dies at any step: nobody is called twice or lost, and the
law's counts are as the rows have them."""

from __future__ import annotations

import contextlib
import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import IllegalTransition
from outbound.messages import (
    AgentThere,
    PersonAsked,
    PersonSkipped,
    PersonTaken,
    RecipientsLoaded,
    TeamTold,
)
from outbound.records import AttemptState, Guarantee, Outcome, RecipientState
from tests.unit.outbound.house import House, Network, campaign, people

SPRING = campaign(
    "spring", legal_class="sales", mode="progressive", queue="sales", priority=100,
    guarantee=Guarantee.AT_MOST_ONCE,
)  # fmt: skip
FATES = [Outcome.TRANSFERRED, Outcome.ABANDONED, Outcome.BUSY, Outcome.NO_ANSWER]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_a_dialler_that_dies_calls_nobody_twice_and_forgets_no_abandoned_call(seed: int) -> None:
    chance = random.Random(seed)
    house = House(Network(lambda number, nth: chance.choice(FATES)))
    house.start(SPRING, people(6))
    for _ in range(120):
        house.now += 0.25
        house.tell(TeamTold("spring", 2))
        for wish in house.dialer.appetite(house.now):
            reading = house.books.read(wish.campaign, house.now, wish.limit)
            steps = house.dialer.desk.steps
            house.dialer.receive(
                RecipientsLoaded(wish.campaign, steps, reading.due, reading.next_due), house.now
            )
        dies = chance.choice([0, 0, 0, 0, 3, 4, 5])
        house.step(dies, chance.randrange(3))
        if chance.random() < 0.02:
            house.network.die()
            house.begin()
        house.hear()
        house.network.talk()
        house.hear()
    house.walk(60.0)
    assert all(times == 1 for times in house.network.invites.values())
    house.nobody_is_lost()
    rows = house.books.attempts()
    abandoned = sum(one.outcome is Outcome.ABANDONED for one in rows)
    talked = sum(one.acknowledged_by == "agent" for one in rows)
    house.begin()
    counted = house.dialer.teams.of("spring").counted
    assert (counted.answered, counted.abandoned) == (talked + abandoned, abandoned)
    for one in house.books.recipients():
        assert one.spent <= SPRING.retry.budget
        reached = [row for row in rows if row.recipient == one.id and row.acknowledged_by]
        assert len(reached) <= 1
        assert bool(reached) is (one.state is RecipientState.ACKNOWLEDGED)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["preview", "manual"]))
def test_whom_agents_choose_is_called_once_and_only_with_the_agent_at_the_phone(
    seed: int, mode: str
) -> None:
    chance, came = random.Random(seed), set[str]()
    house = House(Network(lambda number, nth: chance.choice(FATES)))
    house.start(replace(SPRING, mode=mode), people(6))

    def act(event: object) -> None:
        """An agent's wish, and perhaps the dialler's death of it."""
        with contextlib.suppress(IllegalTransition):  # it is another's already
            house.dialer.receive(event, house.now)
        house.step(chance.choice([0, 0, 0, 3, 4, 5]), chance.randrange(3))
        house.feed()

    for _ in range(60):
        house.now += 0.5
        house.feed()
        house.step()
        agent = chance.choice(["anna", "ben"])
        act(PersonAsked("spring", agent))
        listed = list(house.dialer.in_line(house.record("spring"), house.now))
        seen = house.dialer.seen_by(agent, house.now)
        wanted = seen.recipient if seen else listed[0].recipient.id if listed else ""
        if wanted:
            act(chance.choice([
                PersonTaken("spring", wanted, agent), PersonTaken("spring", wanted, agent),
                PersonSkipped(wanted, agent, house.now + 5.0),
            ]))  # fmt: skip
        waiting = [one for one in house.books.attempts() if one.state is AttemptState.AGENT_FIRST]
        for attempt in waiting:
            came.add(attempt.id)
            act(AgentThere(attempt.id))
        house.hear()
        house.network.talk()
        house.hear()
    house.walk(60.0)
    assert house.network.invites.keys() <= came and house.network.invites
    assert all(times == 1 for times in house.network.invites.values())
    house.nobody_is_lost()
    assert all(one.spent <= SPRING.retry.budget for one in house.books.recipients())
