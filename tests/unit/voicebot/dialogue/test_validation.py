"""What is told of a form is checked by Rasa's `validate_<form>` before anything else is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.unit.voicebot.acting import acting_bot
from tests.unit.voicebot.sample import FACTS, KEYS_ONLY, meant
from voicebot.dialogue.acts import Ask, Perform, Say, Transfer
from voicebot.dialogue.flow import Bot, Intent, Route
from voicebot.dialogue.outcome import NO_MORE, Outcome, Words
from voicebot.dialogue.policy import Policy
from voicebot.dialogue.state import Known, Step

ACTION = "validate_order_form"


def checking_bot() -> Bot:
    """It asks name and kind, and has both checked."""
    sample = acting_bot()
    route = Route("bills", ask=("name", "kind"), validate=ACTION, summary="{name}, {kind}.")
    intents = {**sample.flow.intents, "order": Intent("order", "an order", route)}
    slots = {
        **sample.flow.slots,
        "name": replace(sample.flow.slots["name"], confirm=None, attempts=2),
    }
    return replace(sample, flow=replace(sample.flow, intents=intents, slots=slots))


POLICY = Policy(checking_bot(), FACTS)


def said(step: Step) -> list[str]:
    return [act.text for act in step.acts if isinstance(act, Say | Ask)]


def told(name: str = "Ann") -> Step:
    """The caller orders, and tells the name that is asked for."""
    step = POLICY.heard(POLICY.start().state, [meant("order")])
    assert said(step) == ["Your name?"]
    return POLICY.heard(step.state, [meant(name=name)])


def checked(step: Step, slots: Mapping[str, str | None], asks: str = "", says: str = "") -> Step:
    words = (Words(text=says),) if says else ()
    return POLICY.performed(step.state, Outcome(slots, words, asks=asks))


def test_what_was_told_is_checked_before_the_next_question() -> None:
    step = told()
    act = step.acts[-1]
    assert isinstance(act, Perform)
    assert (act.action, act.checks, act.asked) == (ACTION, ("name",), "name")
    assert act.slots == {"name": "Ann"}
    assert step.state.place == f"do:{ACTION}@order"
    assert said(checked(step, {"name": "Ann"})) == ["Gas or water?"]


def test_what_is_right_stays_as_sure_as_it_was() -> None:
    step = told()
    before = step.state.known["name"]
    assert checked(step, {"name": "Ann"}).state.known["name"] == before


def test_what_is_refused_is_asked_for_again_with_what_the_server_says() -> None:
    step = checked(told(), {"name": None}, says="Nobody is called so.")
    assert said(step) == ["Nobody is called so.", "Your name, please?"]
    assert "name" not in step.state.known
    assert "name refused" in step.why
    again = POLICY.heard(step.state, [meant(name="Ann")]).acts[-1]
    assert isinstance(again, Perform), "the same value is asked about again"


def test_what_is_refused_too_often_is_gone_on_without() -> None:
    step = checked(told(), {"name": None})
    step = POLICY.heard(step.state, [meant(name="Bob")])
    assert said(checked(step, {"name": None})) == ["Gas or water?"]


def test_a_slot_that_must_be_there_leads_to_a_person() -> None:
    step = checked(told(), {"name": "Ann"})
    for _ in range(2):
        step = POLICY.heard(step.state, [meant(kind="gas")])
        step = checked(step, {"kind": None})
    last = step.acts[-1]
    assert isinstance(last, Transfer)
    assert last.reason == "max_attempts"


def test_the_server_may_write_it_otherwise_and_fill_more() -> None:
    step = checked(told("ann"), {"name": "Ann Bell", "kind": "gas"})
    last = step.acts[-1]
    assert isinstance(last, Transfer), "nothing is left to ask"
    assert last.summary == "Ann Bell, gas."


def test_what_it_has_written_is_not_checked_again() -> None:
    step = checked(told("ann"), {"name": "Ann Bell"})
    act = POLICY.heard(step.state, [meant(kind="gas")]).acts[-1]
    assert isinstance(act, Perform)
    assert act.checks == ("kind",)


def test_what_was_known_before_is_checked_when_the_form_begins() -> None:
    state = POLICY.start().state.with_known("kind", Known("gas", 1.0))
    act = POLICY.heard(state, [meant("order")]).acts[-1]
    assert isinstance(act, Perform)
    assert (act.checks, act.asked) == (("kind",), "")


def test_the_server_chooses_what_is_asked_next() -> None:
    assert said(checked(told(), {"name": "Ann"}, asks="number")) == ["Your number?"]


def test_the_server_says_that_the_form_is_complete() -> None:
    last = checked(told(), {"name": "Ann"}, asks=NO_MORE).acts[-1]
    assert isinstance(last, Transfer)
    assert last.reason == "policy"


def test_a_server_that_fails_leads_to_a_person() -> None:
    step = POLICY.performed(told().state, Outcome(problem="the action server says 500"))
    last = step.acts[-1]
    assert isinstance(last, Transfer)
    assert last.reason == "error"


def test_a_question_of_what_was_left_is_none_of_the_form() -> None:
    """Asked for a name for the bill, the caller orders instead, and tells the kind."""
    step = POLICY.heard(POLICY.start().state, [meant("bill")])
    assert said(step)[-1] == "Your name?"
    step = POLICY.heard(step.state.with_known("number", Known("1234", 1.0)), [meant("bill")])
    step = POLICY.heard(step.state, [meant("order", text="gas", kind="gas")])
    act = step.acts[-1]
    assert isinstance(act, Perform)
    assert (act.checks, act.asked) == (("kind",), "")
    assert step.state.question.key == "open"


def test_what_cannot_be_keyed_in_is_not_asked_on_a_line_of_keys() -> None:
    policy = Policy(checking_bot(), KEYS_ONLY)
    state = replace(POLICY.heard(policy.start().state, [meant("order")]).state, doing=(ACTION,))
    step = policy.performed(state, Outcome(asks="name"))
    assert "name" in step.state.skipped
    assert said(step)[-1].startswith("Gas or water?")
