"""What is done outside once everything is known, and what follows from what came of it."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.voicebot.acting import acting_bot
from tests.unit.voicebot.sample import FACTS, meant
from voicebot.dialogue.acts import Ask, Perform, Say, Transfer
from voicebot.dialogue.outcome import Outcome, Words
from voicebot.dialogue.policy import Policy
from voicebot.dialogue.state import Known, Step

POLICY = Policy(acting_bot(), FACTS)


def said(step: Step) -> list[str]:
    return [act.text for act in step.acts if isinstance(act, Say | Ask)]


def asked_for(intent: str) -> Step:
    """Everything is known; something is to be done."""
    state = POLICY.start().state.with_known("number", Known("1234", 1.0, confirmed=True))
    return POLICY.heard(state, [meant(intent)])


def test_the_slots_are_asked_for_first() -> None:
    step = POLICY.heard(POLICY.start().state, [meant("balance")])
    assert said(step) == ["Your number?"]
    step = POLICY.heard(step.state, [meant(number_entity="1234")])
    assert said(step) == ["Number 1 2, 3 4?"]
    step = POLICY.heard(step.state, [meant("affirm")])
    last = step.acts[-1]
    assert isinstance(last, Perform)
    assert (last.action, last.slots, last.meanwhile) == (
        "balance", {"number": "1234"}, "One moment, I look it up.",
    )  # fmt: skip
    assert last.said is not None and last.said.intent.name == "affirm"
    assert "does balance" in step.why


def test_what_was_found_is_said_and_the_conversation_goes_on() -> None:
    step = POLICY.performed(asked_for("balance").state, Outcome({"balance": "12.50"}))
    assert said(step) == ["It is 12.50 dollars.", "Anything else?"]
    known = step.state.known["balance"]
    assert (known.value, known.source, known.confirmed) == ("12.50", "lookup", True)
    assert step.state.goal is None
    assert step.state.answered == "balance"


def test_what_failed_is_done_by_a_person() -> None:
    step = POLICY.performed(asked_for("balance").state, Outcome(problem="the server says 500"))
    assert said(step)[0] == "I cannot look it up now."
    last = step.acts[-1]
    assert isinstance(last, Transfer)
    assert (last.queue, last.reason) == ("bills", "error")
    assert last.intent is not None and last.intent.name == "balance"
    assert "balance failed: the server says 500" in step.why
    assert step.state.doing == ()


def test_where_there_is_nothing_it_is_said() -> None:
    step = POLICY.performed(asked_for("balance").state, Outcome({"balance": None}, nothing=True))
    assert said(step) == ["There is no such account.", "Anything else?"]


def test_a_custom_action_says_what_there_is_to_say() -> None:
    step = asked_for("ticket")
    assert said(step) == ["Sorry about that."]
    words = (Words(key="ticket_made", values={"ticket": "77"}), Words(text="It takes a day."))
    step = POLICY.performed(step.state, Outcome({"ticket": "77", "number": None}, words))
    assert said(step) == ["Ticket 77 is open.", "It takes a day.", "Anything else?"]
    assert "number" not in step.state.known


def test_two_things_are_done_one_after_the_other_and_then_a_person_comes() -> None:
    step = POLICY.performed(asked_for("check").state, Outcome({"balance": "3"}))
    last = step.acts[-1]
    assert isinstance(last, Perform)
    assert (last.action, last.slots["balance"]) == ("action_ticket", "3")
    assert last.said is not None, "the sentence that led here"
    step = POLICY.performed(step.state, Outcome({"ticket": "9"}))
    last = step.acts[-1]
    assert isinstance(last, Transfer)
    assert last.reason == "policy"
    assert {(slot.name, slot.source) for slot in last.slots} >= {
        ("balance", "lookup"), ("ticket", "lookup"),
    }  # fmt: skip


def test_what_the_caller_wants_besides_is_begun_then() -> None:
    known = POLICY.start().state.with_known("number", Known("1234", 1.0, confirmed=True))
    both = replace(meant("balance"), parts=(meant("balance"), meant("bill")))
    state = POLICY.heard(known, [both]).state
    assert [goal.intent for goal in state.also] == ["bill"]
    step = POLICY.performed(state, Outcome({"balance": "1"}))
    assert said(step) == ["It is 1 dollars.", "Sorry about that.", "Your name?"]
