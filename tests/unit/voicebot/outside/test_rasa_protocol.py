"""Rasa's action-server protocol: the question as its SDK reads it, the answer with suspicion."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.voicebot.acting import acting_bot
from tests.unit.voicebot.dialogue.test_validation import checking_bot
from tests.unit.voicebot.sample import FACTS, meant
from voicebot.dialogue.acts import Perform
from voicebot.dialogue.outcome import NO_MORE, Outcome, Words
from voicebot.errors import ServerFailed
from voicebot.outside.rasa_protocol import question, read

BOT = acting_bot()
SAID = meant("ticket", 0.8, "a ticket for gas", kind="gas")
ACT = Perform("action_ticket", {"name": "Ann", "number": "1234"}, SAID)


def answered(status: int = 200, **answer: Any) -> Outcome:
    return read(BOT, ACT, status, answer)


def test_the_question_is_what_the_sdk_reads() -> None:
    body = json.loads(json.dumps(question(BOT, ACT, FACTS)))
    assert body["next_action"] == "action_ticket"
    assert body["sender_id"] == body["tracker"]["sender_id"] == "c-1"
    tracker = body["tracker"]
    assert tracker["slots"]["name"] == "Ann"
    assert tracker["slots"]["kind"] is None
    message = tracker["latest_message"]
    assert (message["text"], message["intent"]) == (
        "a ticket for gas", {"name": "ticket", "confidence": 0.8},
    )  # fmt: skip
    assert [(e["entity"], e["value"]) for e in message["entities"]] == [("kind", "gas")]
    assert {"events", "followup_action", "paused", "active_loop", "latest_action_name"} <= set(
        tracker
    )
    assert body["domain"]["responses"]["balance_is"] == [{"text": "It is {balance} dollars."}]
    assert body["domain"]["actions"] == ["action_ticket"]


def test_after_keys_there_is_no_sentence() -> None:
    body = question(BOT, Perform("action_ticket"), FACTS)
    assert body["tracker"]["latest_message"]["text"] is None


def test_slots_and_responses() -> None:
    outcome = answered(
        events=[
            {"event": "slot", "name": "ticket", "value": 77, "timestamp": None},
            {"event": "slot", "name": "number", "value": None},
            {"event": "slot", "name": "requested_slot", "value": "x"},
            {"event": "bot", "text": "hi"},
        ],
        responses=[
            {"text": "  Done,\n it is. ", "buttons": [], "custom": {}, "image": None},
            {"text": None, "response": "ticket_made", "template": "ticket_made", "ticket": 77,
             "buttons": []},
            {"text": None, "image": "https://x.example/a.png"},
        ],
    )  # fmt: skip
    assert outcome.slots == {"ticket": "77", "number": None}
    text, response = outcome.says
    assert text == Words(text="Done, it is.")
    assert (response.key, response.values["ticket"]) == ("ticket_made", "77")


def test_slots_are_reset_in_the_order_of_events() -> None:
    outcome = answered(
        events=[
            {"event": "slot", "name": "name", "value": "lost"},
            {"event": "reset_slots", "timestamp": None},
            {"event": "slot", "name": "ticket", "value": True},
        ]
    )
    assert outcome.slots == {**dict.fromkeys(BOT.flow.slots), "ticket": "yes"}


def test_nothing_is_an_answer() -> None:
    assert answered(events=[], responses=[]) == Outcome()
    assert answered(events=None) == Outcome()


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        ({"event": "followup", "name": "action_b"}, "wants the action 'action_b' next"),
        ({"event": "restart"}, "the event 'restart': not supported"),
        ({"event": "active_loop", "name": "f"}, "the event 'active_loop'"),
        ({"event": None}, "the event None"),
        ({"event": "slot", "name": "shoe", "value": 1}, "'shoe', which the domain has not"),
        ({"event": "slot", "name": "ticket", "value": [1]}, "a list or an object"),
        ({"event": "slot", "value": 1}, "the slot None"),
        ({"event": ["slot"], "name": {}}, "the event None"),
        ({"event": "slot", "name": ["ticket"], "value": 1}, "the slot None"),
    ],
)
def test_what_cannot_be_done_here_is_refused_by_name(event: dict[str, Any], problem: str) -> None:
    with pytest.raises(ServerFailed, match=problem):
        answered(events=[event])


@pytest.mark.parametrize(
    ("status", "answer"),
    [(200, None), (200, []), (200, "ok"), (200, {"events": {}}), (200, {"events": ["slot"]}),
     (200, {"responses": 7}), (400, {"error": "rejected"}), (404, {"error": "no such action"}),
     (500, None), (200, {"responses": [{"response": "utter_unknown"}]}),
     (200, {"responses": [{"response": ["utter_hello"]}]})],
)  # fmt: skip
def test_garbage_and_refusals_are_failures(status: int, answer: Any) -> None:
    with pytest.raises(ServerFailed):
        read(BOT, ACT, status, answer)


CHECKS = Perform("validate_order_form", {"name": "Ann"}, SAID, checks=("name",), asked="name")


def test_a_form_s_action_is_asked_as_rasa_asks_it() -> None:
    body = question(checking_bot(), CHECKS, FACTS)
    tracker = body["tracker"]
    assert tracker["events"][-1] == {"event": "slot", "name": "name", "value": "Ann"}
    assert tracker["active_loop"]["name"] == "order_form"
    assert tracker["slots"]["requested_slot"] == "name"
    assert body["domain"]["forms"] == {"order_form": {"required_slots": ["name", "kind"]}}


@pytest.mark.parametrize(
    ("value", "asks"), [("kind", "kind"), (None, NO_MORE)], ids=["another", "none"]
)
def test_a_form_s_action_says_what_is_asked_next(value: str | None, asks: str) -> None:
    events = [{"event": "slot", "name": "requested_slot", "value": value}]
    assert read(checking_bot(), CHECKS, 200, {"events": events}).asks == asks


@pytest.mark.parametrize("value", ["day", "nothing", ["kind"]])
def test_a_slot_without_a_question_cannot_be_next(value: object) -> None:
    events = [{"event": "slot", "name": "requested_slot", "value": value}]
    with pytest.raises(ServerFailed, match="which has no question"):
        read(checking_bot(), CHECKS, 200, {"events": events})
