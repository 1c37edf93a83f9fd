from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from acd.config import CentreConfig, QueueConfig
from acd.messages import (
    AgentLoggedIn,
    AgentReady,
    Bridged,
    CallerLeft,
    CallQueued,
    ContactEnded,
    OfferAnswered,
    OfferRinging,
    PlaceOffer,
)
from acd.replay import Checkpoint, Recorder, Step, redecide
from kernel.codec import decode, encode
from kernel.core import Fact, Put
from kernel.ids import counting

CONFIG = CentreConfig(
    "c", (QueueConfig("q", "client"), QueueConfig("r", "client", strategy="random"))
)


@dataclass
class Life:
    """A recorded life, with its facts and rows as a ledger would keep them."""

    now: float = 1_000.0
    recorder: Recorder = field(default_factory=lambda: Recorder(CONFIG, counting()))
    facts: list[Any] = field(default_factory=list)
    rows: dict[str, object] = field(default_factory=dict)
    offers: list[str] = field(default_factory=list)

    def say(self, *events: object, after: float = 1.0) -> None:
        self.now += after
        for event in events:
            self.recorder.receive(event, self.now)
        self.recorder.handle_timer(self.now)
        for change in self.recorder.changes():
            if isinstance(change, Fact):
                self.facts.append(decode(encode(change.record)))
            elif isinstance(change, Put):
                self.rows[f"{change.table}/{change.key}"] = change.record
        for command in self.recorder.commands():
            if isinstance(command, PlaceOffer):
                self.offers.append(command.offer)

    def steps(self) -> list[Checkpoint | Step]:
        return [fact for fact in self.facts if isinstance(fact, Checkpoint | Step)]


def lived() -> Life:
    life = Life()
    life.recorder.restore([], life.now)
    for name in ("a", "b"):
        life.say(AgentLoggedIn(name, "client", f"sip:{name}", ("q", "r")), AgentReady(name))
    life.say(CallQueued("c-1", "client", "q", "k1", "m", "e"))
    life.say(CallQueued("c-2", "client", "r", "k2", "m", "e"))
    life.say(OfferRinging(life.offers[0]), OfferAnswered(life.offers[0]), Bridged(life.offers[0]))
    life.say(CallQueued("c-3", "client", "q", "k3", "m", "e"))
    life.say(CallerLeft("c-3"), after=30.0)
    life.say(ContactEnded(life.offers[0], "caller"), after=100.0)
    life.say(after=60.0)
    return life


def test_a_day_comes_out_the_same() -> None:
    life = lived()
    verdict = redecide(life.steps())
    assert verdict.difference is None
    assert (verdict.lives, verdict.steps, verdict.offers) == (1, 9, len(life.offers))
    assert verdict.offers >= 2


def test_a_second_life_begins_with_the_rows_of_the_first() -> None:
    first = lived()
    second = Life(now=first.now, recorder=Recorder(CONFIG, counting(500)))
    second.recorder.restore(list(first.rows.values()), second.now + 5.0)
    second.say(CallQueued("c-4", "client", "q", "k4", "m", "e"), after=10.0)
    verdict = redecide(first.steps() + second.steps())
    assert verdict.difference is None and verdict.lives == 2
    assert verdict.offers == len(first.offers) + len(second.offers)


def test_a_decision_that_would_come_out_otherwise_is_named() -> None:
    facts = lived().steps()
    number = next(n for n, f in enumerate(facts) if isinstance(f, Step) and "c-1" in str(f.events))
    step = facts[number]
    assert isinstance(step, Step)
    facts[number] = replace(step, digest="0" * 32)
    found = redecide(facts).difference
    assert found is not None and found.number == number
    assert "call:c-1 waiting→offered" in found.what


def test_other_agents_than_then_are_noticed() -> None:
    facts = [f for f in lived().steps() if "AgentReady" not in str(f)]
    changed = [
        replace(f, events=f.events[:1]) if isinstance(f, Step) and len(f.events) == 2 else f
        for f in facts
    ]
    assert redecide(changed).difference is not None


def test_steps_without_a_beginning_are_left_out_and_counted() -> None:
    first, second = lived(), lived()
    verdict = redecide(first.steps()[3:] + second.steps())
    assert verdict.difference is None
    assert (verdict.lives, verdict.adrift) == (1, len(first.steps()) - 3)


def test_a_day_kept_before_rows_got_further_fields_comes_out_the_same() -> None:
    # of 2026-11-26; the first digits of each will do
    kept = "05ee 3edc 3d6c 9d65 7be1 3bc9 096b 53b9 4052"
    steps = [fact for fact in lived().steps() if isinstance(fact, Step)]
    assert [step.digest[:4] for step in steps] == kept.split()
